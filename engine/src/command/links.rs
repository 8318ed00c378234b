//! Links: which records a text means, and the mirror of a two-way link kept in the same transaction.
//!
//! Main types: [`Names`], the records of a table by what they are called, and [`settle`], which runs after every
//! command. Law: where two fields mirror each other, record a links b exactly if b links a; this holds for removed
//! records and fields too, so that whatever comes back comes back with its links. Tests: `tests/engine/links.rs`.

use super::{Command, Draft};
use crate::{error::CommandError, limits::LINKS_PER_EDIT};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use table::{
    column::{Column, ColumnKind},
    field::{
        Field, LinkSpec,
        link::{ids_of, primary},
        select::split_names,
    },
    id::{ColumnId, FieldId, RecordId, TableId},
    schema::Schema,
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

/// The live records of a table by the text of their first field; of several with one text, the oldest.
pub(crate) struct Names(HashMap<String, RecordId>);

impl Names {
    pub fn of(snapshot: &Snapshot, table: TableId) -> Names {
        let mut names = HashMap::new();
        let primary = primary(&snapshot.schema, table);
        if let (Some(primary), Some(data)) = (primary, snapshot.data(table)) {
            for (record, segment, at) in data.live_records() {
                let cells = data.segments[segment].column(primary.column);
                let Some(state) = cells.map(|cells| cells.get(at)) else {
                    continue;
                };
                let text = primary.field_type.display(&state);
                if !text.trim().is_empty() {
                    names.entry(text.trim().to_owned()).or_insert(record);
                }
            }
        }
        Names(names)
    }

    /// The records that a text names: one by the whole text, or several separated as options are. If any of them is
    /// not there, the text is kept as a misfit.
    pub fn read(&self, link: &LinkSpec, text: &str) -> CellState {
        if text.trim().is_empty() {
            return CellState::BLANK;
        }
        if let Some(record) = self.0.get(text.trim()) {
            return links(vec![*record]);
        }
        let parts = split_names(text);
        let records: Option<Vec<RecordId>> = parts
            .iter()
            .map(|part| self.0.get(part.trim()).copied())
            .collect();
        match records {
            Some(records) if !records.is_empty() && (!link.single || records.len() == 1) => {
                links(distinct(records))
            }
            _ => CellState::Misfit(text.into()),
        }
    }
}

fn distinct(records: Vec<RecordId>) -> Vec<RecordId> {
    let mut seen = BTreeSet::new();
    let fresh = |record: &RecordId| seen.insert(*record);
    records.into_iter().filter(fresh).collect()
}

fn links(records: Vec<RecordId>) -> CellState {
    match records.is_empty() {
        true => CellState::BLANK,
        false => CellValue::Links(records.into()).into(),
    }
}

/// The records of an edit, each once; records that are not there are refused.
pub(crate) fn checked(
    snapshot: &Snapshot,
    field: &Field,
    link: &LinkSpec,
    records: &[RecordId],
) -> Result<CellState, CommandError> {
    let records = distinct(records.to_vec());
    if records.len() > LINKS_PER_EDIT {
        return Err(CommandError::too_large(
            "条关联记录（每格）",
            "linked records in a cell",
            records.len() as u64,
            LINKS_PER_EDIT as u64,
        )
        .at(&field.name));
    }
    if link.single && records.len() > 1 {
        return Err(CommandError::wrong_kind(&field.name));
    }
    super::table_of(snapshot, link.table)?;
    let data = snapshot.data(link.table);
    let is_live = |record: &&RecordId| data.is_some_and(|data| data.is_live(**record));
    match records.iter().find(|record| !is_live(record)) {
        Some(missing) => Err(CommandError::no_record(missing)),
        None => Ok(links(records)),
    }
}

/// What the cells of a field become under a link, as a column of ids; `from` has its names shown.
pub(crate) fn converted(
    cells: &Column,
    ids: Option<&Column>,
    from: &Field,
    to: &LinkSpec,
    names: &Names,
) -> Column {
    let same_table = from.link().is_some_and(|link| link.table == to.table);
    let mut known: HashMap<String, CellState> = HashMap::new();
    let states = (0..cells.len()).map(|at| {
        if same_table && let Some(ids) = ids {
            let linked = ids_of(&ids.get(at));
            if !linked.is_empty() && (!to.single || linked.len() == 1) {
                return ids.get(at);
            }
        }
        let text = from.field_type.edit_text(&cells.get(at));
        let read = |text: &str| names.read(to, text);
        match known.get(&text) {
            Some(state) => state.clone(),
            None => {
                let state = read(&text);
                known.insert(text, state.clone());
                state
            }
        }
    });
    Column::from_states(ColumnKind::Links, states)
}

/// Two fields that show the same links from both sides.
#[derive(Clone, Copy)]
struct Side {
    table: TableId,
    field: FieldId,
    ids: ColumnId,
    single: bool,
}

/// The other side of a link field, if both fields name each other.
fn mirror(schema: &Schema, table: TableId, field: &Field) -> Option<(Side, Side)> {
    let link = field.link()?;
    let other = schema.any_table(link.table)?.any_field(link.mirror?)?;
    let back = other.link()?;
    let side = |table: TableId, field: &Field, link: &LinkSpec| Side {
        table,
        field: field.id,
        ids: link.ids,
        single: link.single,
    };
    let is_mutual = back.mirror == Some(field.id) && back.table == table;
    is_mutual.then(|| (side(table, field, link), side(link.table, other, back)))
}

fn pairs(schema: &Schema) -> Vec<(Side, Side)> {
    let mut pairs = Vec::new();
    for table in &schema.tables {
        let fields = table.fields.iter();
        pairs.extend(fields.filter_map(|field| mirror(schema, table.id, field)));
    }
    pairs
}

/// After a command: what it changed on one side is changed on the other.
pub(crate) fn settle(draft: &mut Draft, command: &Command) -> Result<(), CommandError> {
    let pairs = pairs(draft.schema());
    if pairs.is_empty() {
        return Ok(());
    }
    // What the command itself did; what follows here needs no mirror of its own.
    let touched = draft.touched.clone();
    for (side, other) in pairs {
        let mut records: BTreeSet<RecordId> = BTreeSet::new();
        if let Some(changed) = touched.cells.get(&(side.table, side.ids)) {
            records.extend(changed);
        }
        for (first, n) in touched.appended.get(&side.table).into_iter().flatten() {
            records.extend((first.0..first.0 + n).map(RecordId));
        }
        follow(draft, side, other, &records)?;
        let comes_back = command.is_of_history();
        // Its other side went on without it.
        let fields = &touched.fields;
        if comes_back && fields.contains(&side.field) && !fields.contains(&other.field) {
            rebuild(draft, side, other)?;
        }
    }
    Ok(())
}

fn cell(snapshot: &Snapshot, side: Side, record: RecordId) -> Vec<RecordId> {
    let data = snapshot.data(side.table);
    let cell = data.and_then(|data| data.cell(side.ids, record));
    cell.map_or_else(Vec::new, |cell| ids_of(&cell).to_vec())
}

/// What left a cell of `side` leaves the mirror, what came comes.
fn follow(
    draft: &mut Draft,
    side: Side,
    other: Side,
    records: &BTreeSet<RecordId>,
) -> Result<(), CommandError> {
    let mut there: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    let mut here: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    for record in records {
        let before = cell(&draft.before, side, *record);
        let after = cell(&draft.snapshot, side, *record);
        let changed = |a: &[RecordId], b: &[RecordId]| -> Vec<RecordId> {
            let known: BTreeSet<&RecordId> = b.iter().collect();
            a.iter().filter(|id| !known.contains(id)).copied().collect()
        };
        for gone in changed(&before, &after) {
            let list = entry(draft, &mut there, other, gone);
            list.retain(|id| id != record);
        }
        for come in changed(&after, &before) {
            let list = entry(draft, &mut there, other, come);
            if list.contains(record) {
                continue;
            }
            if other.single {
                for evicted in std::mem::take(list) {
                    let list = entry(draft, &mut here, side, evicted);
                    list.retain(|id| *id != come);
                }
            }
            if let Some(list) = there.get_mut(&come) {
                list.push(*record);
            }
        }
    }
    write(draft, other, there)?;
    write(draft, side, here)
}

fn entry<'a>(
    draft: &Draft,
    lists: &'a mut BTreeMap<RecordId, Vec<RecordId>>,
    side: Side,
    record: RecordId,
) -> &'a mut Vec<RecordId> {
    lists
        .entry(record)
        .or_insert_with(|| cell(&draft.snapshot, side, record))
}

/// Makes the mirror of a link field, if it has one, say what the field says.
pub(crate) fn rebuild_mirror(draft: &mut Draft, from: FieldId) -> Result<(), CommandError> {
    let pair = pairs(draft.schema())
        .into_iter()
        .find(|(side, _)| side.field == from);
    match pair {
        Some((side, other)) => rebuild(draft, other, side),
        None => Ok(()),
    }
}

/// Makes `side` say what `other` says.
fn rebuild(draft: &mut Draft, side: Side, other: Side) -> Result<(), CommandError> {
    let mut lists: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    let each = |draft: &Draft, of: Side, act: &mut dyn FnMut(RecordId, &[RecordId])| {
        let segments = draft
            .snapshot
            .data(of.table)
            .map(|data| data.segments.clone());
        for segment in segments.into_iter().flatten() {
            let Some(cells) = segment.column(of.ids) else {
                continue;
            };
            for at in cells.valid().ones() {
                act(segment.ids()[at], &ids_of(&cells.get(at)));
            }
        }
    };
    each(draft, side, &mut |record, _| {
        lists.entry(record).or_default();
    });
    each(draft, other, &mut |record, linked| {
        for target in linked {
            let list = lists.entry(*target).or_default();
            if !side.single || list.is_empty() {
                list.push(record);
            }
        }
    });
    write(draft, side, lists)
}

fn write(
    draft: &mut Draft,
    side: Side,
    lists: BTreeMap<RecordId, Vec<RecordId>>,
) -> Result<(), CommandError> {
    let data = draft.snapshot.data(side.table);
    let is_there = |record: &RecordId| data.is_some_and(|data| data.find(*record).is_some());
    let lists: Vec<(RecordId, Vec<RecordId>)> = lists
        .into_iter()
        .filter(|(record, list)| {
            is_there(record) && {
                let before: BTreeSet<RecordId> =
                    cell(&draft.snapshot, side, *record).into_iter().collect();
                before != list.iter().copied().collect()
            }
        })
        .collect();
    if lists.is_empty() {
        return Ok(());
    }
    let (records, lists): (Vec<RecordId>, Vec<Vec<RecordId>>) = lists.into_iter().unzip();
    let cells = Column::from_states(ColumnKind::Links, lists.into_iter().map(links));
    draft.set_cells(side.table, side.ids, &records, &cells)?;
    Ok(())
}

/// An undone edit of links takes back just what it did: what others linked since stays.
pub(crate) fn undone(current: &CellState, before: &CellState, after: &CellState) -> CellState {
    let (now, was, will) = (ids_of(current), ids_of(before), ids_of(after));
    if current == before || now.is_empty() && !current.is_blank() {
        return after.clone();
    }
    let kept = now
        .iter()
        .filter(|id| !was.contains(id) || will.contains(id));
    let back = will
        .iter()
        .filter(|id| !was.contains(id) && !now.contains(id));
    links(kept.chain(back).copied().collect())
}
