//! Parts: columns, dictionaries and record lists, each one checksummed row; columns are read when they are wanted.
//!
//! [`Parts`] stands for the parts of one opened file. Law: a number never means another part while the file is
//! open, a part that a column may still have to be read from is not removed, and what can't be read is noted
//! ([`Parts::damage`]) and shown as damaged, never as something else. Tests: `store/tests/parts.rs`.

use crate::{
    codec::{
        v1::bytes::{Reader, Writer},
        v2,
    },
    damage::Damage,
    error::ReadLogError,
    log, migrate,
};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rusqlite::{Connection, OptionalExtension, params};
use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use table::{
    column::{
        Column, ColumnFacts, ColumnKind, ColumnSource, Dictionary, KeptAs, SharedColumn, Values,
    },
    id::{Revision, TableId},
};

/// How a part is stored beside [`log::PLAIN`] and [`log::DEFLATED`].
const ZSTD: u8 = 2;
/// Fast, and close to what higher levels give on planes of bytes.
const ZSTD_LEVEL: i32 = 1;

/// What is known of a column's part without reading it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColumnPart {
    pub number: i64,
    /// Of the part.
    pub checksum: u64,
    /// Its shared dictionary's part.
    pub words: Option<i64>,
    pub kind: ColumnKind,
    pub may_have_notes: bool,
    pub may_have_side: bool,
}

/// Where a column stands, for those who hear of its damage.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub table: TableId,
    pub at: String,
}

/// The parts of one opened file. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Parts(Arc<Inner>);

struct Inner {
    keeper: u64,
    path: PathBuf,
    next: AtomicI64,
    /// Idle connections for reading.
    idle: Mutex<Vec<Connection>>,
    damage: Mutex<Vec<Damage>>,
    /// Columns that may still have to be read, by part.
    waiting: Mutex<HashMap<i64, Weak<Unread>>>,
    dictionaries: Mutex<HashMap<i64, Arc<Mutex<Weak<Dictionary>>>>>,
    /// What is known of columns that are kept here, by part.
    columns: Mutex<HashMap<i64, ColumnPart>>,
}

/// A column in the file.
struct Unread {
    parts: Parts,
    part: ColumnPart,
    len: usize,
    place: Place,
}

/// A part as it is stored.
pub(crate) struct Part {
    pub packed: u8,
    pub body: Vec<u8>,
    pub checksum: u64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is inside is whole between any two statements that could panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Part {
    pub(crate) fn new(bytes: Vec<u8>) -> Part {
        let (packed, body) = match zstd::bulk::compress(&bytes, ZSTD_LEVEL) {
            Ok(body) if body.len() < bytes.len() => (ZSTD, body),
            _ => (log::PLAIN, bytes),
        };
        Part {
            checksum: log::checksum(0, packed, &body),
            packed,
            body,
        }
    }

    fn is_whole(&self) -> bool {
        log::checksum(0, self.packed, &self.body) == self.checksum
    }

    /// `None` where the checksum does not hold.
    pub(crate) fn bytes(self) -> Option<Vec<u8>> {
        if !self.is_whole() {
            return None;
        }
        if self.packed == ZSTD {
            let limit = crate::limits::UNPACKED_BYTES as usize;
            let size = zstd::zstd_safe::get_frame_content_size(&self.body).ok()??;
            return zstd::bulk::decompress(&self.body, limit.min(size as usize)).ok();
        }
        log::unpack(self.packed, self.body).ok()
    }

    /// `None` where there is none, or its row can't be read.
    pub(crate) fn read(connection: &Connection, number: i64) -> Option<Part> {
        let mut select = connection
            .prepare_cached("SELECT packed, body, checksum FROM part WHERE id = ?1")
            .ok()?;
        let row = select.query_row([number], |row| {
            Ok(Part {
                packed: row.get(0)?,
                body: row.get(1)?,
                checksum: row.get::<_, i64>(2)? as u64,
            })
        });
        row.optional().ok().flatten()
    }
}

impl Parts {
    pub(crate) fn open(path: &Path, connection: &Connection) -> Result<Parts, rusqlite::Error> {
        static KEEPERS: AtomicU64 = AtomicU64::new(1);
        let last: Option<i64> =
            connection.query_row("SELECT max(id) FROM part", [], |row| row.get(0))?;
        Ok(Parts(Arc::new(Inner {
            keeper: KEEPERS.fetch_add(1, Ordering::Relaxed),
            path: path.into(),
            next: AtomicI64::new(last.unwrap_or(0) + 1),
            idle: Mutex::default(),
            damage: Mutex::default(),
            waiting: Mutex::default(),
            dictionaries: Mutex::default(),
            columns: Mutex::default(),
        })))
    }

    pub(crate) fn kept_as(&self, number: i64) -> KeptAs {
        let keeper = self.0.keeper;
        KeptAs { keeper, number }
    }

    /// The own number of something kept, if it is kept here.
    pub(crate) fn own(&self, kept_as: Option<KeptAs>) -> Option<i64> {
        let kept_as = kept_as.filter(|kept| kept.keeper == self.0.keeper)?;
        Some(kept_as.number)
    }

    /// What is known of a column that is kept here.
    pub(crate) fn column_part(&self, cells: &SharedColumn) -> Option<ColumnPart> {
        let number = self.own(cells.kept_as())?;
        locked(&self.0.columns).get(&number).copied()
    }

    /// A column that is read when it is wanted.
    pub(crate) fn column(&self, part: ColumnPart, len: usize, place: Place) -> SharedColumn {
        let mut waiting = locked(&self.0.waiting);
        let known = waiting.get(&part.number).and_then(Weak::upgrade);
        let unread = known.unwrap_or_else(|| {
            let unread = Arc::new(Unread {
                parts: self.clone(),
                part,
                len,
                place,
            });
            waiting.insert(part.number, Arc::downgrade(&unread));
            unread
        });
        drop(waiting);
        locked(&self.0.columns).insert(part.number, part);
        let kept_as = self.kept_as(part.number);
        let known = ColumnFacts {
            kind: part.kind,
            len,
            may_have_notes: part.may_have_notes,
            may_have_side: part.may_have_side,
        };
        SharedColumn::unloaded(known, kept_as, unread)
    }

    /// For columns that were just made durable.
    pub(crate) fn keep(&self, written: WrittenColumns) {
        for (cells, part) in written.columns {
            locked(&self.0.columns).insert(part.number, part);
            cells.set_kept_as(self.kept_as(part.number));
        }
        for (dictionary, number) in written.dictionaries {
            let known = Arc::new(Mutex::new(Arc::downgrade(&dictionary)));
            locked(&self.0.dictionaries).insert(number, known);
            dictionary.set_kept_as(self.kept_as(number));
        }
    }

    /// Writes columns within the caller's SQLite transaction, packed side by side. Those of the log are never
    /// removed.
    pub(crate) fn put_columns(
        &self,
        connection: &Connection,
        columns: &[&SharedColumn],
        is_logged: bool,
        written: &mut WrittenColumns,
    ) -> Result<Vec<ColumnPart>, rusqlite::Error> {
        let mut words = Vec::new();
        for cells in columns {
            words.push(self.put_words(connection, cells, is_logged, written)?);
        }
        let pack = |(cells, words): (&&SharedColumn, &Option<i64>)| pack(cells, *words);
        let packed: Vec<Part> = (columns, &words).into_par_iter().map(pack).collect();
        let mut parts = Vec::new();
        for ((cells, words), packed) in columns.iter().zip(words).zip(packed) {
            let part = ColumnPart {
                number: self.put(connection, &packed, is_logged)?,
                checksum: packed.checksum,
                words,
                kind: cells.kind(),
                may_have_notes: cells.may_have_notes(),
                may_have_side: cells.may_have_side(),
            };
            written.columns.push(((*cells).clone(), part));
            parts.push(part);
        }
        Ok(parts)
    }

    /// The part of a column's shared dictionary, written if it is not there yet.
    fn put_words(
        &self,
        connection: &Connection,
        cells: &SharedColumn,
        is_logged: bool,
        written: &mut WrittenColumns,
    ) -> Result<Option<i64>, rusqlite::Error> {
        let Values::Text(texts) = cells.values() else {
            return Ok(None);
        };
        let words = texts.base();
        if !words.is_shared() {
            return Ok(None);
        }
        let just_written = written.dictionaries.iter();
        let known = just_written
            .filter(|(known, _)| Arc::ptr_eq(known, words))
            .map(|(_, number)| *number)
            .next();
        if let Some(number) = known.or_else(|| self.own(words.kept_as())) {
            if is_logged {
                let mut keep = connection
                    .prepare_cached("UPDATE part SET logged = 1 WHERE id = ?1 AND logged = 0")?;
                keep.execute([number])?;
            }
            return Ok(Some(number));
        }
        let mut to = Writer::default();
        v2::column::encode_dictionary(words, &mut to);
        let number = self.put(connection, &Part::new(to.out), is_logged)?;
        written.dictionaries.push((words.clone(), number));
        Ok(Some(number))
    }

    pub(crate) fn put(
        &self,
        connection: &Connection,
        part: &Part,
        is_logged: bool,
    ) -> Result<i64, rusqlite::Error> {
        let number = self.next_number();
        self.put_as(connection, number, part, is_logged)?;
        Ok(number)
    }

    /// A number that no part has.
    pub(crate) fn next_number(&self) -> i64 {
        self.0.next.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn put_as(
        &self,
        connection: &Connection,
        number: i64,
        part: &Part,
        is_logged: bool,
    ) -> Result<(), rusqlite::Error> {
        let mut insert = connection.prepare_cached(
            "INSERT INTO part (id, packed, body, checksum, logged) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        let checksum = part.checksum as i64;
        insert.execute(params![number, part.packed, part.body, checksum, is_logged])?;
        Ok(())
    }

    /// Removes what neither the log nor `used` nor a column that may still be read names, at most `n_parts`; `true`
    /// where there may be more.
    pub(crate) fn remove_unused(
        &self,
        connection: &Connection,
        used: &HashSet<i64>,
        n_parts: usize,
    ) -> Result<bool, rusqlite::Error> {
        let mut select = connection.prepare_cached("SELECT id FROM part WHERE logged = 0")?;
        let all: Result<Vec<i64>, _> = select.query_map([], |row| row.get(0))?.collect();
        let mut waiting = locked(&self.0.waiting);
        waiting.retain(|_, unread| unread.strong_count() > 0);
        let mut known = locked(&self.0.columns);
        let words = |number: &i64| known.get(number).and_then(|part| part.words);
        let needed: HashSet<i64> = waiting.keys().filter_map(words).collect();
        let mut remove = connection.prepare_cached("DELETE FROM part WHERE id = ?1")?;
        let mut left = n_parts;
        for number in all? {
            let is_needed = waiting.contains_key(&number) || needed.contains(&number);
            if used.contains(&number) || is_needed {
                continue;
            }
            if left == 0 {
                return Ok(true);
            }
            left -= 1;
            remove.execute([number])?;
            // Only what is gone is forgotten: parts that were written since the last checkpoint are for the next to name.
            known.remove(&number);
        }
        Ok(false)
    }

    /// What was found damaged so far.
    pub(crate) fn damage(&self) -> Vec<Damage> {
        locked(&self.0.damage).clone()
    }

    pub(crate) fn is_damaged(&self) -> bool {
        !locked(&self.0.damage).is_empty()
    }

    pub(crate) fn note(&self, damage: Damage) {
        tracing::error!(?damage, "a part of the base can't be read");
        locked(&self.0.damage).push(damage);
    }

    /// Reads with a connection of its own, which is kept for the next one.
    fn with_connection<T>(&self, act: impl FnOnce(&Connection) -> T) -> Option<T> {
        let idle = locked(&self.0.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => migrate::connect_to_read(&self.0.path).ok()?,
        };
        let done = act(&connection);
        locked(&self.0.idle).push(connection);
        Some(done)
    }

    /// Idle connections are closed; who still has to read opens one again.
    pub(crate) fn rest(&self) {
        locked(&self.0.idle).clear();
    }

    /// A shared dictionary, read once however many columns ask for it.
    fn dictionary(&self, connection: &Connection, number: i64) -> Option<Arc<Dictionary>> {
        let known = locked(&self.0.dictionaries)
            .entry(number)
            .or_default()
            .clone();
        let mut known = locked(&known);
        if let Some(dictionary) = known.upgrade() {
            return Some(dictionary);
        }
        let bytes = Part::read(connection, number)?.bytes()?;
        let mut from = Reader::new(&bytes);
        let dictionary = v2::column::decode_dictionary(&mut from).ok()?;
        from.end().ok()?;
        let dictionary = Arc::new(dictionary);
        dictionary.set_shared();
        dictionary.set_kept_as(self.kept_as(number));
        *known = Arc::downgrade(&dictionary);
        Some(dictionary)
    }

    /// The cells of a column's part.
    pub(crate) fn read_column(&self, part: &ColumnPart) -> Option<Column> {
        self.with_connection(|connection| {
            let stored = Part::read(connection, part.number)?;
            if stored.checksum != part.checksum {
                return None;
            }
            let mut words = |number| self.dictionary(connection, number);
            v2::column::decode(&stored.bytes()?, &mut words).ok()
        })
        .flatten()
    }

    /// Looks at every part, one by one, and at the log.
    pub(crate) fn check(&self) -> Result<(), ReadLogError> {
        let connection = migrate::connect_to_read(&self.0.path)?;
        let mut select = connection.prepare("SELECT id FROM part ORDER BY id")?;
        let all: Result<Vec<i64>, _> = select.query_map([], |row| row.get(0))?.collect();
        drop(select);
        for number in all? {
            // What a checkpoint has removed meanwhile is no damage.
            let is_there = |connection: &Connection| {
                let mut select = connection.prepare_cached("SELECT 1 FROM part WHERE id = ?1")?;
                select.exists([number])
            };
            if !Parts::is_whole(&connection, number, None) && is_there(&connection)? {
                self.note(Damage::new("segment_checksum", format!("part {number}")));
            }
        }
        for row in log::broken_rows(&connection, Revision(1), 1)? {
            self.note(row.damage());
        }
        Ok(())
    }

    /// True where the part is there as it was written; its cells are not looked at.
    pub(crate) fn is_whole(connection: &Connection, number: i64, checksum: Option<u64>) -> bool {
        Part::read(connection, number).is_some_and(|part| {
            part.is_whole() && checksum.is_none_or(|checksum| checksum == part.checksum)
        })
    }
}

pub(crate) fn pack(cells: &Column, words: Option<i64>) -> Part {
    let mut to = Writer::default();
    v2::column::encode(cells, words, &mut to);
    Part::new(to.out)
}

/// Columns and dictionaries that were written, to be told once they are durable.
#[derive(Default)]
pub(crate) struct WrittenColumns {
    pub columns: Vec<(SharedColumn, ColumnPart)>,
    pub dictionaries: Vec<(Arc<Dictionary>, i64)>,
}

impl ColumnSource for Unread {
    fn load(&self) -> Option<Column> {
        let cells = self.parts.read_column(&self.part);
        let fits = |cells: &Column| cells.len() == self.len && cells.kind() == self.part.kind;
        let cells = cells.filter(fits);
        if cells.is_none() {
            let mut damage = Damage::new("segment_checksum", self.place.at.clone());
            damage.table = Some(self.place.table);
            self.parts.note(damage);
        }
        cells
    }
}
