//! Checkpoints: every column of every segment as one checksummed part, and a manifest that names them.
//!
//! Only columns that changed since the last checkpoint are written again (snapshots share the rest by `Arc`).
//! The manifest and the new parts go into one SQLite transaction: a checkpoint is there whole or not at all.

use crate::{
    codec::v1::{
        bytes::{Reader, Writer},
        column,
    },
    damage::Damage,
    fault::{Fault, Step},
    log,
};
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use table::{
    column::{Column, KeptAs, SharedColumn},
    id::{ColumnId, RecordId, Revision, TableId},
    mask::Mask,
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

impl Manifest {
    /// Every part that it names.
    fn parts(&self) -> impl Iterator<Item = i64> {
        let segments = self.tables.iter().flat_map(|table| &table.segments);
        segments.flat_map(|segment| {
            std::iter::once(segment.records).chain(segment.columns.values().copied())
        })
    }
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
    columns: BTreeMap<ColumnId, i64>,
}

/// The parts that the last checkpoint names. Columns and segments know themselves which part they are.
#[derive(Default)]
pub(crate) struct Written {
    /// Of this opening of the file.
    keeper: u64,
    parts: HashSet<i64>,
    pub revision: Revision,
}

impl Written {
    /// For a file that was just opened or made.
    pub(crate) fn new() -> Written {
        static KEEPERS: AtomicU64 = AtomicU64::new(1);
        Written {
            keeper: KEEPERS.fetch_add(1, Ordering::Relaxed),
            ..Written::default()
        }
    }

    fn part_of(&self, kept_as: Option<KeptAs>) -> Option<i64> {
        let kept_as = kept_as.filter(|kept| kept.keeper == self.keeper)?;
        self.parts
            .contains(&kept_as.number)
            .then_some(kept_as.number)
    }
}

/// What a checkpoint wrote anew; those concerned are told once it is durable.
#[derive(Default)]
struct New {
    columns: Vec<(SharedColumn, i64)>,
    segments: Vec<(Arc<Segment>, i64)>,
}

/// Writes a checkpoint of the snapshot.
pub(crate) fn write(
    connection: &mut Connection,
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
            let records = records_part(&transaction, written, &mut new, segment)?;
            let columns = column_parts(&transaction, written, &mut new, segment)?;
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
    remove_unused(&transaction, &manifest)?;
    fault.pass(Step::CheckpointCommit)?;
    transaction.commit()?;
    fault.pass(Step::CheckpointSynced)?;
    written.revision = snapshot.revision;
    written.parts = manifest.parts().collect();
    let kept_as = |number: i64| KeptAs {
        keeper: written.keeper,
        number,
    };
    for (cells, part) in new.columns {
        cells.set_kept_as(kept_as(part));
    }
    for (segment, part) in new.segments {
        segment.set_records_kept_as(kept_as(part));
    }
    Ok(())
}

fn records_part(
    connection: &Connection,
    written: &Written,
    new: &mut New,
    segment: &Arc<Segment>,
) -> Result<i64, rusqlite::Error> {
    if let Some(id) = written.part_of(segment.records_kept_as()) {
        return Ok(id);
    }
    let mut to = Writer::default();
    to.u32(segment.len() as u32);
    segment.ids().iter().for_each(|id| to.u64(id.0));
    segment.live().words().iter().for_each(|word| to.u64(*word));
    let id = put_part(connection, &Part::new(to.out))?;
    new.segments.push((segment.clone(), id));
    Ok(id)
}

/// The parts of a segment's columns; those that are not on disk yet are packed side by side.
fn column_parts(
    connection: &Connection,
    written: &Written,
    new: &mut New,
    segment: &Segment,
) -> Result<BTreeMap<ColumnId, i64>, rusqlite::Error> {
    let mut ids = BTreeMap::new();
    let mut to_pack: Vec<(ColumnId, &SharedColumn)> = Vec::new();
    for (column, cells) in segment.columns() {
        match written.part_of(cells.kept_as()) {
            Some(id) => drop(ids.insert(*column, id)),
            None => to_pack.push((*column, cells)),
        }
    }
    let pack = |(_, cells): &(ColumnId, &SharedColumn)| {
        let mut to = Writer::default();
        column::encode(cells, &mut to);
        Part::new(to.out)
    };
    let packed: Vec<Part> = to_pack.par_iter().map(pack).collect();
    for ((column, cells), part) in to_pack.into_iter().zip(packed) {
        let id = put_part(connection, &part)?;
        new.columns.push((cells.clone(), id));
        ids.insert(column, id);
    }
    Ok(ids)
}

fn put_part(connection: &Connection, part: &Part) -> Result<i64, rusqlite::Error> {
    let mut insert = connection
        .prepare_cached("INSERT INTO part (packed, body, checksum) VALUES (?1, ?2, ?3)")?;
    insert.insert(params![part.packed, part.body, part.checksum as i64])
}

fn remove_unused(connection: &Connection, manifest: &Manifest) -> Result<(), rusqlite::Error> {
    connection.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS used (id INTEGER PRIMARY KEY); DELETE FROM used;",
    )?;
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO used VALUES (?1)")?;
    for part in manifest.parts() {
        insert.execute([part])?;
    }
    connection.execute("DELETE FROM part WHERE id NOT IN (SELECT id FROM used)", [])?;
    Ok(())
}

/// The last checkpoint; `Ok(None)` where none was written. Damaged parts are left out and told.
pub(crate) fn read(
    connection: &Connection,
    damage: &mut Vec<Damage>,
) -> Result<Option<(Snapshot, Written)>, rusqlite::Error> {
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
    let Some(manifest) =
        manifest.filter(|_| value("manifest_checksum").ok().flatten() == Some(sum))
    else {
        damage.push(Damage::new("manifest_checksum", "manifest"));
        return Ok(None);
    };
    let mut written = Written::new();
    written.revision = Revision(manifest.revision);
    written.parts = manifest.parts().collect();
    let mut snapshot = Snapshot {
        revision: Revision(manifest.revision),
        schema: Arc::new(manifest.schema),
        ..Snapshot::default()
    };
    for table in manifest.tables {
        let mut data = TableData {
            next_record: table.next_record,
            ..TableData::default()
        };
        for (n, part) in table.segments.iter().enumerate() {
            let at = format!("{} segment {n}", table.id);
            if let Some(segment) = read_segment(connection, part, &at, written.keeper, damage)? {
                data.n_live += segment.live().count() as u64;
                data.segments.push(Arc::new(segment));
            }
        }
        for found in damage.iter_mut().filter(|found| {
            found.table.is_none() && found.at.starts_with(&format!("{} ", table.id))
        }) {
            found.table = Some(table.id);
        }
        snapshot.tables.insert(table.id, Arc::new(data));
    }
    Ok(Some((snapshot, written)))
}

fn read_segment(
    connection: &Connection,
    part: &SegmentPart,
    at: &str,
    keeper: u64,
    damage: &mut Vec<Damage>,
) -> Result<Option<Segment>, rusqlite::Error> {
    let records = get_part(connection, part.records)?.and_then(|bytes| decode_records(&bytes));
    let Some((ids, live)) = records else {
        damage.push(Damage::new("segment_checksum", format!("{at} records")));
        return Ok(None);
    };
    let stored: Result<Vec<Option<Part>>, rusqlite::Error> = part
        .columns
        .values()
        .map(|id| stored_part(connection, *id))
        .collect();
    let decode = |part: Option<Part>| {
        let bytes = part?.bytes()?;
        let mut from = Reader::new(&bytes);
        column::decode(&mut from)
            .ok()
            .filter(|cells| from.end().is_ok() && cells.len() == ids.len())
    };
    let decoded: Vec<Option<Column>> = stored?.into_par_iter().map(decode).collect();
    let mut columns = BTreeMap::new();
    for ((column, id), cells) in part.columns.iter().zip(decoded) {
        match cells {
            Some(cells) => {
                let cells = SharedColumn::from(cells);
                cells.set_kept_as(KeptAs {
                    keeper,
                    number: *id,
                });
                columns.insert(*column, cells);
            }
            None => damage.push(Damage::new("segment_checksum", format!("{at} {column}"))),
        }
    }
    let segment = Segment::new(ids, live, columns);
    segment.set_records_kept_as(KeptAs {
        keeper,
        number: part.records,
    });
    Ok(Some(segment))
}

fn decode_records(bytes: &[u8]) -> Option<(Vec<RecordId>, Mask)> {
    let mut from = Reader::new(bytes);
    let n = from.count(8).ok()?;
    let ids: Option<Vec<RecordId>> = (0..n).map(|_| from.u64().ok().map(RecordId)).collect();
    let words: Option<Vec<u64>> = (0..n.div_ceil(64)).map(|_| from.u64().ok()).collect();
    from.end().ok()?;
    let ids = ids?;
    let ascending = ids.windows(2).all(|pair| pair[0] < pair[1]);
    ascending.then(|| (ids, Mask::from_words(words.unwrap_or_default(), n)))
}

/// A part as it is stored.
struct Part {
    packed: u8,
    body: Vec<u8>,
    checksum: u64,
}

impl Part {
    fn new(bytes: Vec<u8>) -> Part {
        let (packed, body) = log::pack(bytes);
        Part {
            checksum: log::checksum(0, packed, &body),
            packed,
            body,
        }
    }

    /// `None` where the checksum does not hold.
    fn bytes(self) -> Option<Vec<u8>> {
        if log::checksum(0, self.packed, &self.body) != self.checksum {
            return None;
        }
        log::unpack(self.packed, self.body).ok()
    }
}

/// A part whose checksum holds; `None` where it is missing or damaged.
fn get_part(connection: &Connection, id: i64) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    Ok(stored_part(connection, id)?.and_then(Part::bytes))
}

fn stored_part(connection: &Connection, id: i64) -> Result<Option<Part>, rusqlite::Error> {
    let mut select =
        connection.prepare_cached("SELECT packed, body, checksum FROM part WHERE id = ?1")?;
    let row = select
        .query_row([id], |row| {
            Ok(Part {
                packed: row.get(0)?,
                body: row.get(1)?,
                checksum: row.get::<_, i64>(2)? as u64,
            })
        })
        .optional();
    // A part that cannot even be read as a row is damage of that part, not of the base.
    Ok(row.ok().flatten())
}

/// Every part of the manifest against its checksum.
pub(crate) fn verify(connection: &Connection, damage: &mut Vec<Damage>) {
    if let Err(error) = read(connection, damage) {
        damage.push(Damage::new("sqlite", error.to_string()));
    }
}
