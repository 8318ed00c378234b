//! What must be true of a base, whatever happened to it: one text per thing that can differ.
//!
//! [`describe`] gives a hash per column of a snapshot, [`rebuild`] makes the base again from its log alone, and
//! [`Book`] knows what was attempted and what was acknowledged. Law under test: acknowledged ⊆ recovered ⊆ attempted,
//! each once; computed cells are what computing everything anew gives. Tests: `sim/tests/people.rs`.

use engine::{BaseHandle, EngineOptions, ReadLogError};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};
use store::{Base, Entry};
use table::{
    column::Column,
    field::{Field, FieldType},
    id::{BaseId, ColumnId, RecordId, Revision},
    op::Op,
    snapshot::{Snapshot, TableData},
};

/// The name that every simulated base begins with.
pub const FIRST_NAME: &str = "店";
const PAGE: usize = 500;

/// Table and column → what it holds, hashed. Equal maps are equal bases.
pub fn describe(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    out.insert("revision".into(), snapshot.revision.to_string());
    out.insert("schema".into(), hash(&format!("{:?}", snapshot.schema)));
    for table in &snapshot.schema.tables {
        let Some(data) = snapshot.data(table.id) else {
            out.insert(format!("{}", table.id), "no records".into());
            continue;
        };
        let segments = data.segments.iter();
        let ids: Vec<_> = segments.flat_map(|segment| segment.ids()).collect();
        let live: Vec<_> = data.live_records().map(|(record, _, _)| record).collect();
        let records = format!("{ids:?} {live:?} {} {}", data.next_record, data.n_live);
        out.insert(format!("{} records", table.id), hash(&records));
        for field in &table.fields {
            let name = format!("{} {} {}", table.id, field.id, field.name);
            if let Some(link) = field.link() {
                out.insert(format!("{name} ids"), cells(data, link.ids));
            }
            let is_seen = !is_computed(field) || !(field.removed || table.removed);
            if is_seen {
                out.insert(name, cells(data, field.column));
            }
        }
    }
    out
}

/// Cells of the trash are not kept computed.
fn is_computed(field: &Field) -> bool {
    matches!(field.field_type, FieldType::Formula(_) | FieldType::Link(_))
}

fn cells(data: &TableData, column: ColumnId) -> String {
    let mut text = String::new();
    for segment in &data.segments {
        let held = segment.column(column);
        for at in 0..segment.len() {
            // Removed records are not kept computed either; a column that is absent is a blank one.
            if segment.live().get(at) {
                let state = held.map(|held| (held.get(at), held.note(at).cloned()));
                let state = state.unwrap_or((table::value::CellState::BLANK, None));
                text.push_str(&format!("{} {state:?}\n", segment.ids()[at]));
            }
        }
    }
    hash(&text)
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

/// What differs, columns with their types and the first cell that is another one.
pub fn difference(a: &Snapshot, b: &Snapshot) -> Vec<String> {
    let (described, other) = (describe(a), describe(b));
    let names: BTreeSet<&String> = described.keys().chain(other.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|name| described.get(*name) != other.get(*name));
    differing
        .map(|name| format!("{name}: {}", first_cell(a, b, name)))
        .collect()
}

fn first_cell(a: &Snapshot, b: &Snapshot, name: &str) -> String {
    let mut words = name.split(' ');
    let (table, field) = (words.next(), words.next());
    let found = a
        .schema
        .tables
        .iter()
        .find(|one| Some(one.id.to_string().as_str()) == table);
    let Some(found) = found else {
        return String::new();
    };
    let named = |one: &&Field| Some(one.id.to_string().as_str()) == field;
    let (Some(field), Some(data)) = (found.fields.iter().find(named), a.data(found.id)) else {
        return String::new();
    };
    let column = match (name.ends_with(" ids"), field.link()) {
        (true, Some(link)) => link.ids,
        _ => field.column,
    };
    let is_other = |record: &RecordId| {
        format!("{:?}", a.cell(found.id, column, *record))
            != format!("{:?}", b.cell(found.id, column, *record))
    };
    let record = data
        .live_records()
        .map(|(record, _, _)| record)
        .find(is_other);
    let cell = |of: &Snapshot| record.map(|record| of.cell(found.id, column, record));
    let ids = field
        .link()
        .and_then(|link| a.cell(found.id, link.ids, record?));
    let primary = field
        .link()
        .and_then(|link| table::field::link::primary(&a.schema, link.table));
    let (now, then) = (cell(a), cell(b));
    format!(
        "{:?} {record:?}: {now:?} / {then:?}, linked {ids:?}, called by {primary:?}",
        field.field_type
    )
}

/// The whole log, from the first revision.
pub fn log(reader: &store::Reader) -> Result<Vec<table::op::Transaction>, ReadLogError> {
    let mut all = Vec::new();
    loop {
        let page = reader.transactions(Revision(all.len() as u64 + 1), PAGE)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// The base again, in a new file, from nothing but its log: every computed cell is computed from scratch.
pub fn rebuild(
    reader: &store::Reader,
    to: &Path,
    options: EngineOptions,
) -> Result<BaseHandle, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let (mut base, _) =
        Base::create(to, &BaseId("again".into()), FIRST_NAME).map_err(|error| said(&error))?;
    for mut transaction in log(reader).map_err(|error| said(&error))? {
        // Read from one file, columns say where in it they are; in another file they are new.
        for op in &mut transaction.ops {
            if let Op::AppendRecords { columns, .. } = op {
                let cells = columns.values_mut();
                cells.for_each(|cells| *cells = Column::clone(cells).into());
            }
        }
        let entry = Entry {
            transaction: Arc::new(transaction),
            queued: Vec::new(),
            answers: Vec::new(),
            calls_settled: Vec::new(),
        };
        base.append(&[entry]).map_err(|error| said(&error))?;
    }
    drop(base);
    BaseHandle::open(to, options).map_err(|error| said(&error))
}

/// What became of a submission, as its client knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Sent, and either not answered or answered by an error that says nothing.
    Unclear,
    Refused,
    /// Durable at this revision.
    Kept(Revision),
    /// Accepted, but there was nothing to change.
    Nothing,
}

/// Everything that clients sent, by client id.
#[derive(Debug, Default)]
pub struct Book(pub BTreeMap<String, Outcome>);

impl Book {
    /// Acknowledged ⊆ in the log ⊆ attempted, and nothing twice.
    pub fn check(&self, reader: &store::Reader) -> Result<(), String> {
        let mut found: BTreeMap<String, Revision> = BTreeMap::new();
        for (at, one) in log(reader)
            .map_err(|error| error.to_string())?
            .into_iter()
            .enumerate()
        {
            if one.revision.0 != at as u64 + 1 {
                return Err(format!("revision {} stands at place {at}", one.revision));
            }
            let Some(id) = one.client_id else { continue };
            if let Some(first) = found.insert(id.clone(), one.revision) {
                return Err(format!("{id} was applied at {first} and {}", one.revision));
            }
            match self.0.get(&id) {
                None => return Err(format!("{id} is in the log and nobody sent it")),
                Some(Outcome::Refused | Outcome::Nothing) => {
                    return Err(format!("{id} is in the log, its client was told it is not"));
                }
                Some(Outcome::Kept(_) | Outcome::Unclear) => {}
            }
        }
        for (id, outcome) in &self.0 {
            if let Outcome::Kept(revision) = outcome
                && found.get(id) != Some(revision)
            {
                return Err(format!(
                    "{id} was acknowledged at {revision}, found {:?}",
                    found.get(id)
                ));
            }
        }
        Ok(())
    }
}
