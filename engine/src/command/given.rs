//! What the writer gives records by itself: auto numbers, the moments and the names of making and changing.
//!
//! They are plain columns of the tables that have such fields, written in the same transaction as what they tell of:
//! a new record costs one cell per field, an edit one cell per changed record, another table nothing. Law: a given
//! cell is never taken back by undo (numbers are not given twice; an undo is a change too). Tests:
//! `engine/tests/engine/given.rs`.

use super::{Command, Draft, World};
use crate::{error::CommandError, handle::Clock};
use std::collections::{BTreeMap, BTreeSet};
use table::{
    column::{Column, ColumnKind, TextValues, Values},
    field::{
        Field, FieldType,
        auto_number::{Pattern, number_of},
        date,
    },
    id::{ActorId, ColumnId, FieldId, RecordId, TableId},
    limits::SEGMENT_RECORDS,
    mask::Mask,
    op::{Op, Transaction},
    value::CellValue,
};

/// When and by whom a command came.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    pub now: Clock,
    pub actor: ActorId,
}

/// How a person or job is called in a cell: by name, a browser without one by the first digits of its id.
pub(crate) fn maker(actor: &ActorId) -> String {
    let (kind, name) = actor.0.split_once(':').unwrap_or(("", &actor.0));
    match (kind, name.strip_prefix("local/")) {
        ("user", Some(client)) if client.len() == 32 => format!("#{}", &client[..6]),
        ("user", Some(client)) => client.into(),
        _ => name.into(),
    }
}

/// The given columns of new records; those of removed fields too, for they may come back.
pub(crate) fn columns_of_new(
    draft: &Draft,
    table: TableId,
    first: RecordId,
    n: u64,
) -> BTreeMap<ColumnId, Column> {
    let owner = draft.schema().any_table(table);
    let (Some(owner), Some(stamp)) = (owner, &draft.stamp) else {
        return BTreeMap::new();
    };
    let given = owner
        .fields
        .iter()
        .filter(|field| field.field_type.is_given());
    let column = |field: &Field| {
        let n = n as usize;
        let cells = match &field.field_type {
            FieldType::AutoNumber { from_record: 0, .. } => return None,
            FieldType::AutoNumber {
                pattern,
                from_record,
                from_number,
            } => {
                let pattern = Pattern::read(pattern);
                let number = |at: usize| {
                    let record = RecordId(first.0 + at as u64);
                    let number = number_of(record, *from_record, *from_number);
                    pattern.text(number, stamp.now.now_day)
                };
                texts((0..n).map(number).collect())
            }
            other => same(other, stamp, n),
        };
        Some((field.column, cells))
    };
    given.filter_map(column).collect()
}

fn texts(texts: Vec<String>) -> Column {
    let n = texts.len();
    let values = Values::Text(TextValues::from_texts(texts.iter().map(String::as_str)));
    whole(ColumnKind::Text, values, n)
}

/// The moment, or the maker, `n` times.
fn same(field_type: &FieldType, stamp: &Stamp, n: usize) -> Column {
    match field_type.kind() {
        ColumnKind::Date => {
            let moment = date::to_seconds(stamp.now.now_day);
            whole(ColumnKind::Date, Values::Number(vec![moment; n]), n)
        }
        _ => texts(vec![maker(&stamp.actor); n]),
    }
}

fn whole(kind: ColumnKind, values: Values, n: usize) -> Column {
    let blank = Column::blank(kind, n);
    let none = BTreeMap::new;
    Column::from_parts(kind, values, Mask::new(n, true), none(), BTreeMap::new()).unwrap_or(blank)
}

/// After a command: fields that were made or came back are filled, changed records are stamped.
pub(crate) fn settle(
    draft: &mut Draft,
    world: &World,
    command: &Command,
) -> Result<(), CommandError> {
    let given = |field: &Field| field.field_type.is_given() && !field.removed;
    let mut fields: Vec<(TableId, FieldId)> = Vec::new();
    for owner in draft.schema().live_tables() {
        for field in owner.live_fields().filter(|field| given(field)) {
            fields.push((owner.id, field.id));
        }
    }
    if fields.is_empty() {
        return Ok(());
    }
    for (table, field) in &fields {
        let touched = draft.touched.fields.contains(field);
        let revived = draft.touched.liveness.get(table).cloned();
        match (&draft.field(*table, *field)?.field_type, revived) {
            (FieldType::AutoNumber { .. }, _) if touched => {
                let blanks = start_counting(draft, *table, *field)?;
                number(draft, *table, *field, &blanks)?;
            }
            (FieldType::AutoNumber { .. }, Some(revived)) => {
                let blanks = without_number(draft, *table, *field, &revived)?;
                number(draft, *table, *field, &blanks)?;
            }
            (FieldType::AutoNumber { .. }, None) => {}
            _ if touched => fill_from_log(draft, world, *table, *field)?,
            _ => {}
        }
    }
    match command {
        // Not a change by hand.
        Command::SettleCalls { .. }
        | Command::RunAi { .. }
        | Command::TryAi { .. }
        | Command::ReviewAi { .. }
        | Command::CancelAi { .. }
        | Command::CreateField { .. }
        | Command::UpdateField { .. } => Ok(()),
        _ => stamp_changed(draft, &fields),
    }
}

/// Sets the point from which new records count, if it is not set; the live records that have no number.
fn start_counting(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
) -> Result<Vec<RecordId>, CommandError> {
    let before = draft.field(table, field)?.clone();
    let data = draft.data(table)?.clone();
    let mut after = before.clone();
    let FieldType::AutoNumber {
        pattern,
        from_record,
        from_number,
    } = &mut after.field_type
    else {
        return Ok(Vec::new());
    };
    let pattern = Pattern::read(pattern);
    let (mut highest, mut blanks) = (0, Vec::new());
    for segment in &data.segments {
        let cells = segment.column(before.column);
        let text = |at: usize| {
            let cells = cells.filter(|cells| cells.valid().get(at))?;
            Some(cells.texts()?.get(at))
        };
        for (at, record) in segment.ids().iter().enumerate() {
            match text(at) {
                // Numbers that were there before the field gave them itself.
                Some(text) if *from_record == 0 => {
                    highest = highest.max(pattern.number_in(text).unwrap_or(0));
                }
                None if segment.live().get(at) => blanks.push(*record),
                _ => {}
            }
        }
    }
    if *from_record == 0 {
        *from_record = data.next_record.0;
        *from_number = (*from_number).max(highest.saturating_add(1)).max(1);
        draft.push(Op::AlterField {
            table,
            before,
            after,
        })?;
    }
    Ok(blanks)
}

/// Of these records the live ones without a number.
fn without_number(
    draft: &Draft,
    table: TableId,
    field: FieldId,
    records: &BTreeSet<RecordId>,
) -> Result<Vec<RecordId>, CommandError> {
    let column = draft.field(table, field)?.column;
    let data = draft.data(table)?;
    let is_blank = |record: RecordId| {
        let state = data.cell(column, record);
        data.is_live(record) && state.is_none_or(|state| state.is_blank())
    };
    Ok(records
        .iter()
        .copied()
        .filter(|record| is_blank(*record))
        .collect())
}

/// Numbers the records; one from before the field began takes the next number, as a new record would.
fn number(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
    records: &[RecordId],
) -> Result<(), CommandError> {
    let before = draft.field(table, field)?.clone();
    let next_record = draft.data(table)?.next_record;
    let mut after = before.clone();
    let (
        FieldType::AutoNumber {
            pattern,
            from_record,
            from_number,
        },
        Some(stamp),
    ) = (&mut after.field_type, &draft.stamp)
    else {
        return Ok(());
    };
    let pattern = Pattern::read(pattern);
    let text = |record: &RecordId| {
        let number = if record.0 >= *from_record {
            number_of(*record, *from_record, *from_number)
        } else {
            *from_number += 1;
            number_of(next_record, *from_record, *from_number - 1)
        };
        pattern.text(number, stamp.now.now_day)
    };
    let numbers: Vec<String> = records.iter().map(text).collect();
    let column = before.column;
    if after != before {
        draft.push(Op::AlterField {
            table,
            before,
            after,
        })?;
    }
    let parts = numbers.chunks(SEGMENT_RECORDS);
    for (records, numbers) in records.chunks(SEGMENT_RECORDS).zip(parts) {
        draft.set_cells(table, column, records, &texts(numbers.to_vec()))?;
    }
    Ok(())
}

/// After records that brought numbers of their own: new ones count from behind the highest of them.
pub(crate) fn count_on(
    draft: &mut Draft,
    table: TableId,
    field: FieldId,
    brought: &Column,
    n: u64,
) -> Result<(), CommandError> {
    let before = draft.field(table, field)?.clone();
    let next_record = draft.data(table)?.next_record;
    let mut after = before.clone();
    let FieldType::AutoNumber {
        pattern,
        from_record,
        from_number,
    } = &mut after.field_type
    else {
        return Ok(());
    };
    let pattern = Pattern::read(pattern);
    let texts = brought
        .valid()
        .ones()
        .filter_map(|at| Some(brought.texts()?.get(at)));
    let highest = texts.filter_map(|text| pattern.number_in(text)).max();
    let next = highest.unwrap_or(0).saturating_add(1);
    if next > number_of(next_record, *from_record, *from_number) {
        (*from_record, *from_number) = (next_record.0, next);
        draft.push(Op::AlterField {
            table,
            before,
            after,
        })?;
    }
    let records: BTreeSet<RecordId> = (next_record.0 - n..next_record.0).map(RecordId).collect();
    let blanks = without_number(draft, table, field, &records)?;
    number(draft, table, field, &blanks)
}

/// Moments and makers of records that are older than the field, as far as the log goes back.
fn fill_from_log(
    draft: &mut Draft,
    world: &World,
    table: TableId,
    field: FieldId,
) -> Result<(), CommandError> {
    let field = draft.field(table, field)?.clone();
    let data = draft.data(table)?.clone();
    let is_blank =
        |at: usize, cells: Option<&Column>| cells.is_none_or(|cells| !cells.valid().get(at));
    let has_blanks = data.segments.iter().any(|segment| {
        let cells = segment.column(field.column).map(|cells| &**cells);
        (0..segment.len()).any(|at| is_blank(at, cells))
    });
    if !has_blanks {
        return Ok(());
    }
    let past = Past::read(draft, world, table, &field)?;
    for segment in &data.segments {
        let cells = segment.column(field.column).map(|cells| &**cells);
        let mut records = Vec::new();
        let mut after = Column::new(field.field_type.kind());
        for (at, record) in segment.ids().iter().enumerate() {
            if is_blank(at, cells)
                && let Some(value) = past.value(*record, &field.field_type)
            {
                records.push(*record);
                after.push(value.into());
            }
        }
        draft.set_cells(table, field.column, &records, &after)?;
    }
    Ok(())
}

/// What the log tells of the records of one table.
#[derive(Default)]
struct Past {
    /// Local moment and maker, by the first record of each append.
    made: BTreeMap<RecordId, (u64, f64, String)>,
    changed: BTreeMap<RecordId, (f64, String)>,
}

/// Transactions read from the log at once.
const LOG_LINES: usize = 16;

impl Past {
    fn read(
        draft: &Draft,
        world: &World,
        table: TableId,
        field: &Field,
    ) -> Result<Past, CommandError> {
        let owner = draft.table(table)?;
        let by_hand = columns_by_hand(owner);
        let wants_changes = matches!(
            field.field_type,
            FieldType::ModifiedTime | FieldType::ModifiedBy
        );
        let mut past = Past::default();
        let mut from = table::id::Revision(0);
        loop {
            let read = world.reader.transactions(from, LOG_LINES);
            let read = read.map_err(|error| CommandError::log_unread(&error))?;
            let Some(last) = read.last() else {
                return Ok(past);
            };
            from = table::id::Revision(last.revision.0 + 1);
            for transaction in &read {
                past.note(
                    transaction,
                    table,
                    world.now,
                    wants_changes.then_some(&by_hand),
                );
            }
        }
    }

    fn note(
        &mut self,
        transaction: &Transaction,
        table: TableId,
        now: Clock,
        changes: Option<&BTreeSet<ColumnId>>,
    ) {
        let ago_ms = (now.now_ms - transaction.at_ms) as f64;
        let moment = date::to_seconds(now.now_day - ago_ms / 86_400_000.0);
        let who = || maker(&transaction.actor);
        for op in &transaction.ops {
            match op {
                Op::AppendRecords {
                    table: of,
                    first,
                    n_records,
                    ..
                } if *of == table => {
                    self.made.insert(*first, (*n_records, moment, who()));
                }
                Op::SetCells {
                    table: of,
                    column,
                    records,
                    ..
                } if *of == table && changes.is_some_and(|columns| columns.contains(column)) => {
                    let entries = records.iter().map(|record| (*record, (moment, who())));
                    self.changed.extend(entries);
                }
                _ => {}
            }
        }
    }

    fn value(&self, record: RecordId, field_type: &FieldType) -> Option<CellValue> {
        let made = || {
            let (first, (n, moment, who)) = self.made.range(..=record).next_back()?;
            (record.0 < first.0 + n).then_some((*moment, who))
        };
        let changed = || {
            self.changed
                .get(&record)
                .map(|(moment, who)| (*moment, who))
        };
        let found = match field_type {
            FieldType::CreatedTime | FieldType::CreatedBy => made(),
            _ => changed().or_else(made),
        };
        let (moment, who) = found?;
        Some(match field_type.kind() {
            ColumnKind::Date => CellValue::Date(moment),
            _ => CellValue::text(who),
        })
    }
}

/// Columns whose cells people change.
fn columns_by_hand(owner: &table::schema::Table) -> BTreeSet<ColumnId> {
    owner
        .live_fields()
        .filter(|field| field.is_editable())
        .map(|field| field.column)
        .collect()
}

/// Moment and maker of the change in every record whose cells were changed by hand.
fn stamp_changed(draft: &mut Draft, fields: &[(TableId, FieldId)]) -> Result<(), CommandError> {
    let Some(stamp) = draft.stamp.clone() else {
        return Ok(());
    };
    for (table, field) in fields {
        let field = draft.field(*table, *field)?.clone();
        if !matches!(
            field.field_type,
            FieldType::ModifiedTime | FieldType::ModifiedBy
        ) {
            continue;
        }
        let by_hand = columns_by_hand(draft.table(*table)?);
        let touched = draft.touched.cells.iter();
        let records: BTreeSet<RecordId> = touched
            .filter(|((of, column), _)| of == table && by_hand.contains(column))
            .flat_map(|(_, records)| records.iter().copied())
            .collect();
        let records: Vec<RecordId> = records.into_iter().collect();
        if !records.is_empty() {
            let after = same(&field.field_type, &stamp, records.len());
            draft.set_cells(*table, field.column, &records, &after)?;
        }
    }
    Ok(())
}

/// True where two states of a field differ at most in how far its numbers have come.
pub(crate) fn same_but_count(a: &Field, b: &Field) -> bool {
    keep_count(a, b.clone()) == *a
}

/// `after` with the count of `current`: what was given stays given.
pub(crate) fn keep_count(current: &Field, mut after: Field) -> Field {
    if let (
        FieldType::AutoNumber {
            from_record: record,
            from_number: number,
            ..
        },
        FieldType::AutoNumber {
            from_record,
            from_number,
            ..
        },
    ) = (&current.field_type, &mut after.field_type)
        && current.column == after.column
    {
        (*from_record, *from_number) = (*record, *number);
    }
    after
}
