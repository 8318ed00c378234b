//! Emptying the trash for good: removed tables, fields, views and records that no kept history speaks of.
//!
//! Main types: [`Needed`], filled with the ops that can still be taken back; [`Needed::purged`] gives the snapshot
//! without the rest. Law: what is live, and what an op in `Needed` names, stays as it is; ids are never given again.
//! Tests: here and `engine/tests/engine/retention.rs`.

use crate::{
    column::SharedColumn,
    field::Field,
    id::{ColumnId, FieldId, RecordId, TableId, ViewId},
    mask::Mask,
    op::Op,
    schema::Schema,
    segment::Segment,
    snapshot::{Snapshot, TableData},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A segment is written anew where at least one record in this many goes; fewer stay until more do.
const WORTH_ONE_IN: usize = 8;

/// What the history that is kept speaks of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Needed {
    tables: BTreeSet<TableId>,
    fields: BTreeSet<FieldId>,
    views: BTreeSet<ViewId>,
    columns: BTreeSet<ColumnId>,
    /// Removed by an op: those who take it back want the record again. Not in order, not distinct.
    records: BTreeMap<TableId, Vec<RecordId>>,
}

/// Columns in which a field keeps anything.
fn columns_of(field: &Field) -> [ColumnId; 2] {
    [field.column, field.edited_column().0]
}

impl Needed {
    /// Takes note of an op of the kept history.
    pub fn note(&mut self, op: &Op) {
        match op {
            Op::RenameBase { .. } => {}
            Op::AddTable { table } => {
                self.tables.insert(table.id);
                self.fields
                    .extend(table.fields.iter().map(|field| field.id));
                let columns = table.fields.iter().flat_map(columns_of);
                self.columns.extend(columns);
                self.views.extend(table.views.iter().map(|view| view.id));
            }
            Op::RemoveTable { table }
            | Op::RestoreTable { table }
            | Op::RelabelTable { table, .. }
            | Op::MoveTable { table, .. }
            | Op::AppendRecords { table, .. } => {
                self.tables.insert(*table);
            }
            Op::AddField { table, field, .. } => self.note_field(*table, field),
            Op::AlterField {
                table,
                before,
                after,
            } => {
                self.note_field(*table, before);
                self.note_field(*table, after);
            }
            Op::RemoveField { table, field }
            | Op::RestoreField { table, field }
            | Op::MoveField { table, field, .. } => {
                self.tables.insert(*table);
                self.fields.insert(*field);
            }
            Op::AddView { table, view } => self.note_view(*table, view.id),
            Op::RemoveView { table, view } | Op::RestoreView { table, view } => {
                self.note_view(*table, *view);
            }
            Op::AlterView { table, before, .. } => self.note_view(*table, before.id),
            Op::RemoveRecords { table, records } | Op::RestoreRecords { table, records } => {
                self.tables.insert(*table);
                let kept = self.records.entry(*table).or_default();
                kept.extend_from_slice(records);
            }
            Op::SetCells { table, column, .. } => {
                self.tables.insert(*table);
                self.columns.insert(*column);
            }
        }
    }

    fn note_field(&mut self, table: TableId, field: &Field) {
        self.tables.insert(table);
        self.fields.insert(field.id);
        self.columns.extend(columns_of(field));
    }

    fn note_view(&mut self, table: TableId, view: ViewId) {
        self.tables.insert(table);
        self.views.insert(view);
    }

    fn keeps_field(&self, field: &Field) -> bool {
        let columns = columns_of(field);
        !field.removed
            || self.fields.contains(&field.id)
            || columns.iter().any(|column| self.columns.contains(column))
    }

    /// The snapshot without what lies in the trash and is not needed; at most `n_segments` segments are made anew, so
    /// that more may be left for the next time. `None` where nothing is to go.
    pub fn purged(&mut self, snapshot: &Snapshot, n_segments: usize) -> Option<Snapshot> {
        for records in self.records.values_mut() {
            records.sort_unstable();
            records.dedup();
        }
        let schema = self.purged_schema(&snapshot.schema);
        let mut next = snapshot.clone();
        next.tables.retain(|id, _| schema.any_table(*id).is_some());
        let mut left = n_segments;
        for (id, data) in &mut next.tables {
            let Some(table) = schema.any_table(*id) else {
                continue;
            };
            let mut columns: BTreeSet<ColumnId> =
                table.fields.iter().flat_map(columns_of).collect();
            columns.extend(&self.columns);
            let records = self.records.get(id).map_or(&[][..], Vec::as_slice);
            if let Some(purged) = purged_data(data, &columns, records, &mut left) {
                *data = Arc::new(purged);
            }
        }
        let is_same = schema == *snapshot.schema
            && next.tables.len() == snapshot.tables.len()
            && (next.tables.values().zip(snapshot.tables.values())).all(|(a, b)| Arc::ptr_eq(a, b));
        next.schema = Arc::new(schema);
        (!is_same).then_some(next)
    }

    fn purged_schema(&self, schema: &Schema) -> Schema {
        let mut schema = schema.clone();
        schema
            .tables
            .retain(|table| !table.removed || self.tables.contains(&table.id));
        for table in &mut schema.tables {
            table.fields.retain(|field| self.keeps_field(field));
            table
                .views
                .retain(|view| !view.removed || self.views.contains(&view.id));
        }
        schema
    }
}

/// `None` where all stays.
fn purged_data(
    data: &TableData,
    columns: &BTreeSet<ColumnId>,
    needed: &[RecordId],
    left: &mut usize,
) -> Option<TableData> {
    let mut segments = Vec::with_capacity(data.segments.len());
    let mut is_same = true;
    for segment in &data.segments {
        let kept = kept_offsets(segment, needed);
        let is_worth = (segment.len() - kept.len()) * WORTH_ONE_IN >= segment.len().max(1);
        let next = if *left > 0 && is_worth {
            *left -= 1;
            (!kept.is_empty()).then(|| Arc::new(part_of(segment, &kept, columns)))
        } else {
            Some(without_columns(segment, columns))
        };
        is_same &= next.as_ref().is_some_and(|next| Arc::ptr_eq(next, segment));
        segments.extend(next);
    }
    (!is_same).then(|| TableData {
        segments,
        ..data.clone()
    })
}

/// Offsets of the records that are live or needed.
fn kept_offsets(segment: &Segment, needed: &[RecordId]) -> Vec<usize> {
    let stays =
        |at: &usize| segment.live().get(*at) || needed.binary_search(&segment.ids()[*at]).is_ok();
    (0..segment.len()).filter(stays).collect()
}

fn without_columns(segment: &Arc<Segment>, columns: &BTreeSet<ColumnId>) -> Arc<Segment> {
    let gone = segment.columns().keys().filter(|id| !columns.contains(id));
    let gone: Vec<ColumnId> = gone.copied().collect();
    if gone.is_empty() {
        return segment.clone();
    }
    let mut next = Segment::clone(segment);
    gone.into_iter().for_each(|id| next.drop_column(id));
    Arc::new(next)
}

fn part_of(segment: &Segment, kept: &[usize], columns: &BTreeSet<ColumnId>) -> Segment {
    let ids = kept.iter().map(|at| segment.ids()[*at]).collect();
    let live: Mask = kept.iter().map(|at| segment.live().get(*at)).collect();
    let stays = |(id, _): &(&ColumnId, &SharedColumn)| columns.contains(*id);
    let gathered = segment.columns().iter().filter(stays).map(|(id, cells)| {
        let part = cells.gather(kept);
        let part = part.sharing_dictionary(cells).unwrap_or(part);
        (*id, SharedColumn::from(part))
    });
    Segment::new(ids, live, gathered.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        fixture,
        id::{ActorId, Revision},
        op::{Transaction, apply},
    };

    const TABLE: TableId = TableId(1);

    fn after(snapshot: &Snapshot, ops: Vec<Op>) -> Snapshot {
        let transaction = Transaction {
            revision: Revision(snapshot.revision.0 + 1),
            actor: ActorId("user:a".into()),
            at_ms: 0,
            client_id: None,
            label: "test".into(),
            group: None,
            undoes: None,
            ops,
        };
        apply(snapshot, &transaction).unwrap().0
    }

    fn shop() -> Snapshot {
        fixture::from_markdown(
            "# 货\n| 名:text | 数:number |\n|-|-|\n| 甲 | 1 |\n| 乙 | 2 |\n| 丙 | 3 |\n| 丁 | 4 |\n",
        )
        .unwrap()
    }

    fn record(number: u64) -> RecordId {
        shop().data(TABLE).unwrap().segments[0].ids()[number as usize]
    }

    #[test]
    fn what_history_still_names_stays_and_the_rest_of_the_trash_goes() {
        let shop = shop();
        let field = shop.schema.tables[0].fields[1].id;
        let removed = |records: Vec<RecordId>| Op::RemoveRecords {
            table: TABLE,
            records,
        };
        let drop_field = Op::RemoveField {
            table: TABLE,
            field,
        };
        let old = vec![removed(vec![record(0)]), drop_field.clone()];
        let new = removed(vec![record(2)]);
        let state = after(&after(&shop, old.clone()), vec![new.clone()]);
        let mut all = Needed::default();
        old.iter().chain([&new]).for_each(|op| all.note(op));
        assert_eq!(all.purged(&state, 9), None, "all of it can be taken back");
        let mut needed = Needed::default();
        needed.note(&new);
        let purged = needed.purged(&state, 9).unwrap();
        assert_eq!(
            fixture::to_markdown(&purged, TABLE),
            fixture::to_markdown(&state, TABLE)
        );
        let data = purged.data(TABLE).unwrap();
        assert_eq!(
            data.segments[0].ids(),
            [record(1), record(2), record(3)].as_slice()
        );
        assert_eq!(data.segments[0].columns().len(), 1);
        assert_eq!(purged.schema.tables[0].fields.len(), 1);
        let back = after(
            &purged,
            vec![Op::RestoreRecords {
                table: TABLE,
                records: vec![record(2)],
            }],
        );
        assert!(fixture::to_markdown(&back, TABLE).contains("丙"));
        assert_eq!(needed.purged(&purged, 9), None, "once is enough");
        assert_eq!(purged.schema.next, state.schema.next);
    }

    #[test]
    fn a_removed_table_goes_with_its_records_and_an_empty_segment_with_it() {
        let shop = shop();
        let all = (0..4).map(record).collect();
        let emptied = after(
            &shop,
            vec![Op::RemoveRecords {
                table: TABLE,
                records: all,
            }],
        );
        let purged = Needed::default().purged(&emptied, 9).unwrap();
        let data = purged.data(TABLE).unwrap();
        assert!(data.segments.is_empty());
        assert_eq!(data.next_record, shop.data(TABLE).unwrap().next_record);
        let gone = after(&shop, vec![Op::RemoveTable { table: TABLE }]);
        let purged = Needed::default().purged(&gone, 0).unwrap();
        assert!(purged.tables.is_empty() && purged.schema.tables.is_empty());
    }

    #[test]
    fn no_more_segments_than_asked_are_made_anew() {
        let state = after(
            &shop(),
            vec![Op::RemoveRecords {
                table: TABLE,
                records: vec![record(0)],
            }],
        );
        assert_eq!(Needed::default().purged(&state, 0), None);
        assert!(Needed::default().purged(&state, 1).is_some());
    }
}
