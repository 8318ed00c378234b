//! Checkpoints: every column of every segment as one checksummed part, and a manifest that names them.
//!
//! Only columns that are kept nowhere yet are written; those of a large append are in the log's own parts
//! already. The manifest and the new parts go into one SQLite transaction: a checkpoint is there whole or not
//! at all.

use crate::{
    codec::{v1::bytes::Writer, v2},
    damage::Damage,
    fault::{Fault, Step},
    limits::SWEPT_PARTS,
    log,
    parts::{ColumnPart, Part, Parts, Place, WrittenColumns},
};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};
use table::{
    column::{ColumnKind, SharedColumn},
    id::{ColumnId, RecordId, Revision, TableId},
    schema::Schema,
    segment::Segment,
    snapshot::{Snapshot, TableData},
};

#[derive(Serialize, Deserialize)]
struct Manifest {
    revision: u64,
    schema: Schema,
    tables: Vec<TablePart>,
}

#[derive(Serialize, Deserialize)]
struct TablePart {
    id: TableId,
    next_record: RecordId,
    segments: Vec<SegmentPart>,
}

#[derive(Serialize, Deserialize)]
struct SegmentPart {
    /// Part with the record ids and the live mask.
    records: i64,
    columns: BTreeMap<ColumnId, StoredColumn>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredColumn {
    Known {
        part: i64,
        /// Of the part: what was written, and not another part that is whole.
        checksum: u64,
        kind: ColumnKind,
        /// The part with its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<i64>,
        /// A cell may have an AI note.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        notes: bool,
        /// A cell may be an error, a misfit or pending.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        side: bool,
    },
    /// Format 1.
    Bare(i64),
}

impl From<ColumnPart> for StoredColumn {
    fn from(part: ColumnPart) -> StoredColumn {
        StoredColumn::Known {
            part: part.number,
            checksum: part.checksum,
            kind: part.kind,
            words: part.words,
            notes: part.may_have_notes,
            side: part.may_have_side,
        }
    }
}

impl StoredColumn {
    fn known(&self) -> Result<ColumnPart, i64> {
        match *self {
            StoredColumn::Bare(part) => Err(part),
            StoredColumn::Known {
                part,
                checksum,
                kind,
                words,
                notes,
                side,
            } => Ok(ColumnPart {
                number: part,
                checksum,
                words,
                kind,
                may_have_notes: notes,
                may_have_side: side,
            }),
        }
    }
}

impl Manifest {
    /// Every part that it names, with its checksum where the manifest knows it.
    fn parts(&self) -> Vec<(i64, Option<u64>)> {
        let mut parts = Vec::new();
        for segment in self.tables.iter().flat_map(|table| &table.segments) {
            parts.push((segment.records, None));
            for column in segment.columns.values() {
                match column.known() {
                    Ok(part) => {
                        parts.push((part.number, Some(part.checksum)));
                        parts.extend(part.words.map(|words| (words, None)));
                    }
                    Err(bare) => parts.push((bare, None)),
                }
            }
        }
        parts
    }
}

/// What the last checkpoint says, for the next one.
#[derive(Default)]
pub(crate) struct Written {
    pub used: HashSet<i64>,
    pub revision: Revision,
}

/// Writes a checkpoint of the snapshot.
pub(crate) fn write(
    connection: &mut Connection,
    parts: &Parts,
    written: &mut Written,
    snapshot: &Snapshot,
    fault: &Fault,
) -> Result<(), rusqlite::Error> {
    fault.pass(Step::CheckpointBegin)?;
    let transaction = connection.transaction()?;
    let mut new = New::default();
    let mut tables = Vec::new();
    for (id, data) in &snapshot.tables {
        let mut segments = Vec::new();
        for segment in &data.segments {
            fault.pass(Step::CheckpointSegment)?;
            let records = records_part(&transaction, parts, written, &mut new, segment)?;
            let columns = column_parts(&transaction, parts, &mut new, segment)?;
            segments.push(SegmentPart { records, columns });
        }
        tables.push(TablePart {
            id: *id,
            next_record: data.next_record,
            segments,
        });
    }
    let manifest = Manifest {
        revision: snapshot.revision.0,
        schema: snapshot.schema.as_ref().clone(),
        tables,
    };
    let bytes = serde_json::to_vec(&manifest)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    fault.pass(Step::CheckpointManifest)?;
    let sum = log::checksum(0, log::PLAIN, &bytes);
    let mut put =
        transaction.prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)")?;
    put.execute(params!["manifest", bytes])?;
    put.execute(params!["manifest_checksum", sum.to_le_bytes().to_vec()])?;
    drop(put);
    let used: HashSet<i64> = manifest.parts().into_iter().map(|part| part.0).collect();
    parts.remove_unused(&transaction, &used, SWEPT_PARTS)?;
    fault.pass(Step::CheckpointCommit)?;
    transaction.commit()?;
    fault.pass(Step::CheckpointSynced)?;
    parts.keep(new.columns);
    for (segment, part) in new.segments {
        segment.set_records_kept_as(parts.kept_as(part));
    }
    written.revision = snapshot.revision;
    written.used = used;
    Ok(())
}

/// What a checkpoint wrote anew; those concerned are told once it is durable.
#[derive(Default)]
struct New {
    columns: WrittenColumns,
    segments: Vec<(Arc<Segment>, i64)>,
}

fn records_part(
    connection: &Connection,
    parts: &Parts,
    written: &Written,
    new: &mut New,
    segment: &Arc<Segment>,
) -> Result<i64, rusqlite::Error> {
    let known = parts.own(segment.records_kept_as());
    if let Some(number) = known.filter(|number| written.used.contains(number)) {
        return Ok(number);
    }
    let mut to = Writer::default();
    v2::records::encode(segment.ids(), segment.live(), &mut to);
    let number = parts.put(connection, &Part::new(to.out), false)?;
    new.segments.push((segment.clone(), number));
    Ok(number)
}

/// The parts of a segment's columns; those that are not on disk yet are packed side by side.
fn column_parts(
    connection: &Connection,
    parts: &Parts,
    new: &mut New,
    segment: &Segment,
) -> Result<BTreeMap<ColumnId, StoredColumn>, rusqlite::Error> {
    let mut stored = BTreeMap::new();
    let mut to_write: Vec<(ColumnId, &SharedColumn)> = Vec::new();
    for (column, cells) in segment.columns() {
        match parts.column_part(cells) {
            Some(part) => drop(stored.insert(*column, part.into())),
            None => to_write.push((*column, cells)),
        }
    }
    let cells: Vec<&SharedColumn> = to_write.iter().map(|(_, cells)| *cells).collect();
    let put = parts.put_columns(connection, &cells, false, &mut new.columns)?;
    for ((column, _), part) in to_write.into_iter().zip(put) {
        stored.insert(column, part.into());
    }
    Ok(stored)
}

/// How much of a checkpoint is looked at when it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// At what the state stands on; columns when they are wanted.
    Needed,
    /// At the checksum of every part.
    All,
}

/// A checkpoint that was found. Damage is told in the list given to [`read`].
pub(crate) struct Found {
    pub snapshot: Snapshot,
    pub written: Written,
}

/// The last checkpoint; `Ok(None)` where none was written, or its manifest is damaged.
pub(crate) fn read(
    connection: &Connection,
    parts: &Parts,
    look: Look,
    damage: &mut Vec<Damage>,
) -> Result<Option<Found>, rusqlite::Error> {
    let Some(manifest) = read_manifest(connection, damage)? else {
        return Ok(None);
    };
    let used = manifest.parts().into_iter().map(|part| part.0).collect();
    let mut found = Found {
        written: Written {
            used,
            revision: Revision(manifest.revision),
        },
        snapshot: Snapshot {
            revision: Revision(manifest.revision),
            schema: Arc::new(manifest.schema),
            ..Snapshot::default()
        },
    };
    for table in manifest.tables {
        let mut data = TableData {
            next_record: table.next_record,
            ..TableData::default()
        };
        for (n, stored) in table.segments.iter().enumerate() {
            let place = Place {
                table: table.id,
                at: format!("{} segment {n}", table.id),
            };
            let mut reading = Reading {
                connection,
                parts,
                look,
                damage,
            };
            if let Some(segment) = reading.segment(stored, &place) {
                data.n_live += segment.live().count() as u64;
                data.segments.push(Arc::new(segment));
            }
        }
        found.snapshot.tables.insert(table.id, Arc::new(data));
    }
    Ok(Some(found))
}

fn read_manifest(
    connection: &Connection,
    damage: &mut Vec<Damage>,
) -> Result<Option<Manifest>, rusqlite::Error> {
    let value = |key: &str| {
        connection
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                row.get::<_, Vec<u8>>(0)
            })
            .optional()
    };
    let Some(bytes) = value("manifest")? else {
        return Ok(None);
    };
    let sum = log::checksum(0, log::PLAIN, &bytes).to_le_bytes().to_vec();
    let manifest = serde_json::from_slice::<Manifest>(&bytes).ok();
    let manifest = manifest.filter(|_| value("manifest_checksum").ok().flatten() == Some(sum));
    if manifest.is_none() {
        damage.push(Damage::new("manifest_checksum", "manifest"));
    }
    Ok(manifest)
}

struct Reading<'a> {
    connection: &'a Connection,
    parts: &'a Parts,
    look: Look,
    damage: &'a mut Vec<Damage>,
}

impl Reading<'_> {
    fn tell(&mut self, table: TableId, at: String) {
        let mut damage = Damage::new("segment_checksum", at);
        damage.table = Some(table);
        self.damage.push(damage);
    }

    fn segment(&mut self, stored: &SegmentPart, place: &Place) -> Option<Segment> {
        let records = Part::read(self.connection, stored.records).and_then(Part::bytes);
        let records = records.and_then(|bytes| v2::records::decode(&bytes).ok());
        let Some((ids, live)) = records else {
            self.tell(place.table, format!("{} records", place.at));
            return None;
        };
        let mut columns = BTreeMap::new();
        for (id, stored) in &stored.columns {
            let place = Place {
                table: place.table,
                at: format!("{} {id}", place.at),
            };
            if let Some(cells) = self.column(stored, ids.len(), &place) {
                columns.insert(*id, cells);
            }
        }
        let segment = Segment::new(ids, live, columns);
        segment.set_records_kept_as(self.parts.kept_as(stored.records));
        Some(segment)
    }

    fn column(&mut self, stored: &StoredColumn, len: usize, place: &Place) -> Option<SharedColumn> {
        let part = match stored.known() {
            Ok(part) => part,
            Err(bare) => return self.bare(bare, len, place),
        };
        if self.look == Look::All {
            let whole = |number, sum| Parts::is_whole(self.connection, number, sum);
            let words = part.words.is_none_or(|words| whole(words, None));
            if !words || !whole(part.number, Some(part.checksum)) {
                self.tell(place.table, place.at.clone());
            }
        }
        Some(self.parts.column(part, len, place.clone()))
    }

    /// Format 1 says nothing about a column but where it is.
    fn bare(&mut self, number: i64, len: usize, place: &Place) -> Option<SharedColumn> {
        let stored = Part::read(self.connection, number);
        let checksum = stored.as_ref().map(|part| part.checksum);
        let bytes = stored.and_then(Part::bytes);
        let cells = bytes.and_then(|bytes| v2::column::decode(&bytes, &mut |_| None).ok());
        match (cells.filter(|cells| cells.len() == len), checksum) {
            (Some(cells), Some(checksum)) => {
                let part = ColumnPart {
                    number,
                    checksum,
                    words: None,
                    kind: cells.kind(),
                    may_have_notes: !cells.notes().is_empty(),
                    may_have_side: !cells.side().is_empty(),
                };
                let cells = SharedColumn::from(cells);
                self.parts.keep(WrittenColumns {
                    columns: vec![(cells.clone(), part)],
                    dictionaries: Vec::new(),
                });
                Some(cells)
            }
            _ => {
                self.tell(place.table, place.at.clone());
                None
            }
        }
    }
}

/// Every part of the manifest against its checksum.
pub(crate) fn verify(connection: &Connection, parts: &Parts, damage: &mut Vec<Damage>) {
    if let Err(error) = read(connection, parts, Look::All, damage) {
        damage.push(Damage::new("sqlite", error.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use table::mask::Mask;

    #[test]
    fn records_of_both_versions_come_back() {
        let ids: Vec<RecordId> = [1, 2, 3, 9, 10, 70].map(RecordId).to_vec();
        for live in [Mask::new(6, true), (0..6).map(|at| at % 2 == 0).collect()] {
            let mut to = Writer::default();
            v2::records::encode(&ids, &live, &mut to);
            assert_eq!(
                v2::records::decode(&to.out),
                Ok((ids.clone(), live.clone()))
            );
            let mut old = Writer::default();
            old.u32(6);
            ids.iter().for_each(|id| old.u64(id.0));
            live.words().iter().for_each(|word| old.u64(*word));
            assert_eq!(v2::records::decode(&old.out), Ok((ids.clone(), live)));
        }
    }
}
