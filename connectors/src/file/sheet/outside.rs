//! Pictures that belong to no record: a logo above the header, a stamp below the table.
//!
//! Type: [`Outside`]. In: pictures with their cells; out: a hidden sheet of their own, which a person may
//! import too. Law: a picture is never lost without being offered. Tests: `connectors/tests/staging.rs`.

use super::{Cell, FinishedSheet, Row, SheetFacts, SheetReading, StageRun, column_letters};
use crate::file::{manifest::Note, stage_error::StageError};
use table::{raw::RawCell, value::Attachment};

#[derive(Debug, Default)]
pub struct Outside {
    /// The sheet holds no cells, only pictures: they are its records.
    pub is_album: bool,
    /// Row (from 1), column (from 0), picture.
    pictures: Vec<(u32, u32, Attachment)>,
}

impl Outside {
    pub fn add(&mut self, row: u32, pictures: Vec<(u32, Attachment)>) {
        let placed = pictures.into_iter();
        self.pictures
            .extend(placed.map(|(column, picture)| (row, column, picture)));
    }

    pub fn note(&self, sheet: &str) -> Option<Note> {
        let n = self.pictures.len();
        let name = sheet_name(sheet);
        (n > 0).then(|| {
            Note::warning(
                "pictures_outside",
                format!("有 {n} 张图片不在数据行里（例如标志或印章），放在另外的工作表“{name}”里，需要时请勾选。"),
                format!("{n} picture(s) stand outside the data rows (a logo or a stamp); they are in a sheet of their own, \"{name}\", to be ticked if you need them."),
            )
        })
    }

    /// Where each picture stood, and the picture.
    pub fn into_sheet(
        self,
        sheet: &str,
        run: &mut StageRun,
    ) -> Result<Vec<FinishedSheet>, StageError> {
        if self.pictures.is_empty() {
            return Ok(Vec::new());
        }
        let facts = SheetFacts {
            name: sheet_name(sheet),
            hidden: true,
            ..SheetFacts::default()
        };
        let mut reading = SheetReading::new(run, facts);
        let header = ["位置", "图片"];
        let cell = |(column, text): (u32, &str)| Cell {
            column,
            value: RawCell::Text(text.into()),
            format: 0,
        };
        reading.row(Row {
            number: 1,
            cells: (0..).zip(header).map(cell).collect(),
            ..Row::default()
        })?;
        for (number, (row, column, picture)) in (2..).zip(self.pictures) {
            reading.add_picture(number, 1, picture);
            let place = format!("{}{row}", column_letters(column));
            reading.row(Row {
                number,
                cells: vec![cell((0, &place))],
                ..Row::default()
            })?;
        }
        reading.finish()
    }
}

fn sheet_name(sheet: &str) -> String {
    format!("{sheet} 图片")
}
