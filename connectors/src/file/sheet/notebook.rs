//! Notes of one sheet: the first few of each kind name their cell, the rest are counted.
//!
//! Type: [`NoteBook`]. Tests: `connectors/tests/staging.rs`.

use crate::file::{
    limits::NOTES_PER_KIND,
    manifest::{Note, NoteLevel},
};
use std::collections::BTreeMap;

#[derive(Debug)]
pub struct NoteBook {
    sheet: String,
    notes: Vec<Note>,
    counts: BTreeMap<String, (u64, NoteLevel)>,
}

impl NoteBook {
    pub fn new(sheet: &str) -> NoteBook {
        NoteBook {
            sheet: sheet.into(),
            notes: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, note: Note) {
        let (count, _) = self
            .counts
            .entry(note.code.clone())
            .or_insert((0, note.level));
        *count += 1;
        if *count <= NOTES_PER_KIND {
            self.notes.push(note);
        }
    }

    /// A note about one cell (row from 1, column from 0); its words are made only while they are kept.
    pub fn add_at(&mut self, code: &str, row: u32, column: u32, note: impl FnOnce() -> Note) {
        if let Some((count, _)) = self.counts.get_mut(code)
            && *count >= NOTES_PER_KIND
        {
            *count += 1;
            return;
        }
        let place = format!("{}!{}{row}", self.sheet, super::column_letters(column));
        self.add(note().at(place));
    }

    pub fn finish(&mut self) -> Vec<Note> {
        for (code, (count, level)) in &self.counts {
            if let Some(more) = count.checked_sub(NOTES_PER_KIND).filter(|more| *more > 0) {
                self.notes.push(Note {
                    level: *level,
                    ..Note::info(
                        code,
                        format!("还有 {more} 处同样的情况。"),
                        format!("The same holds in {more} more place(s)."),
                    )
                });
            }
        }
        std::mem::take(&mut self.notes)
    }
}
