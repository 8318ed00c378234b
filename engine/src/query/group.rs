//! Groups of a view: runs of rows that agree in the fields the view groups by, each with its footer values.
//!
//! Main types: [`Groups`], [`GroupRow`]. Law: groups nest, follow the view's order and cover its rows up to the
//! limit, so that heads can be put between rows without knowing the rows. Tests: `engine/tests/engine/grouping.rs`.

use super::{
    AggregateValue, aggregate,
    order::Order,
    sort::{LISTED_OPTIONS, Sorting},
    tally,
};
use crate::{command::shown_type, limits::GROUPS};
use rayon::prelude::*;
use table::{
    column::{Column, Values},
    field::{Field, FieldType},
    id::{FieldId, Revision},
    limits::GROUP_FIELDS,
    schema::Table,
    snapshot::TableData,
    value::{CellState, CellValue},
    view::{Aggregate, DateSpan, View},
};

/// The groups of a view at one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    pub revision: Revision,
    /// The fields grouped by, outermost first.
    pub fields: Vec<FieldId>,
    /// Each group before the groups within it.
    pub groups: Vec<GroupRow>,
    /// There are more than [`crate::limits::GROUPS`].
    pub is_cut: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GroupRow {
    /// 0: grouped by the first field.
    pub depth: usize,
    /// The first row of the view in this group.
    pub from: u64,
    pub n_rows: u64,
    /// What the rows have in common in the field of this depth; of dates the first day of the span.
    pub value: CellState,
    pub aggregates: Vec<AggregateValue>,
}

struct Level<'a> {
    field: &'a Field,
    by: Option<DateSpan>,
}

impl Level<'_> {
    /// What a row is grouped by; equal states stand together in the order of the view.
    fn key(&self, data: &TableData, (segment, at): (usize, usize)) -> CellState {
        let cells = data.segments[segment].column(self.field.column);
        let state = cells.map_or(CellState::BLANK, |cells| cells.get(at));
        match state {
            CellState::Value(CellValue::Date(x)) => {
                CellValue::Date(self.by.map_or(x, |span| span.start(x))).into()
            }
            CellState::Value(CellValue::Options(ids)) if ids.len() > LISTED_OPTIONS => {
                CellValue::Options(ids[..LISTED_OPTIONS].into()).into()
            }
            state if !state.is_blank() => state,
            _ if *shown_type(&self.field.field_type) == FieldType::Checkbox => {
                CellValue::Bool(false).into()
            }
            _ => CellState::BLANK,
        }
    }
}

/// Whether two cells of one column are values that are stored alike: a quick yes, never a sure no.
fn is_alike(cells: &Column, a: usize, b: usize) -> bool {
    let alike = match cells.values() {
        Values::Number(all) => all[a] == all[b],
        Values::Bool(all) => all[a] == all[b],
        Values::Text(all) => all.codes()[a] == all.codes()[b],
        Values::Options(all) => all.codes()[a] == all.codes()[b],
        _ => false,
    };
    alike && cells.valid().get(a) && cells.valid().get(b)
}

/// The groups of the rows of `order`, which was made for `view`.
pub(crate) fn groups(
    revision: Revision,
    table: &Table,
    data: &TableData,
    view: &View,
    order: &Order,
) -> Groups {
    let levels: Vec<Level> = view
        .groups
        .iter()
        .filter_map(|group| {
            let field = table.field(group.field)?;
            Some(Level {
                field,
                by: group.by,
            })
        })
        .take(GROUP_FIELDS)
        .collect();
    let footers: Vec<(&Field, Aggregate)> = view
        .fields
        .iter()
        .filter_map(|shown| Some((table.field(shown.field)?, shown.footer?)))
        .collect();
    let fields = levels.iter().map(|level| level.field.id).collect();
    if let [level] = &levels[..] {
        let sorting = Sorting::new(&view.groups[..1], table);
        let rows = order.offsets(data);
        let tallied = tally::tallied(level.field, &sorting, &footers, data, &rows);
        if let Some(groups) = tallied.filter(|groups| groups.len() <= GROUPS) {
            return Groups {
                revision,
                fields,
                groups,
                is_cut: false,
            };
        }
    }
    let rows = match levels.is_empty() {
        true => Vec::new(),
        false => order.rows(data, 0, order.n_rows()),
    };
    let (mut groups, is_cut) = runs(&levels, data, &rows);
    groups.par_iter_mut().for_each(|group| {
        let rows = &rows[group.from as usize..(group.from + group.n_rows) as usize];
        let values = footers.iter().map(|(field, aggregate)| AggregateValue {
            field: field.id,
            aggregate: *aggregate,
            value: aggregate::one(field, *aggregate, data, rows),
        });
        group.aggregates = values.collect();
    });
    Groups {
        revision,
        fields,
        groups,
        is_cut,
    }
}

/// The groups without their values, and whether the limit cut them off.
fn runs(levels: &[Level], data: &TableData, rows: &[(usize, usize)]) -> (Vec<GroupRow>, bool) {
    let mut groups: Vec<GroupRow> = Vec::new();
    // The group that is open at each depth.
    let mut open: Vec<usize> = Vec::new();
    let mut is_cut = false;
    let mut before = None;
    for (at, row) in rows.iter().enumerate() {
        let is_next = |level: &Level, (segment, last): (usize, usize)| {
            let cells = data.segments[segment].column(level.field.column);
            segment == row.0 && cells.is_some_and(|cells| is_alike(cells, last, row.1))
        };
        let last = before.replace(*row);
        if last.is_some_and(|last| levels.iter().all(|level| is_next(level, last))) {
            open.iter()
                .for_each(|group: &usize| groups[*group].n_rows += 1);
            continue;
        }
        let keys: Vec<CellState> = levels.iter().map(|level| level.key(data, *row)).collect();
        let n_same = open
            .iter()
            .zip(&keys)
            .take_while(|(group, key)| groups[**group].value == **key)
            .count();
        if n_same < levels.len() && groups.len() + levels.len() - n_same > GROUPS {
            is_cut = true;
            break;
        }
        open.truncate(n_same);
        for (depth, value) in keys.into_iter().enumerate().skip(n_same) {
            open.push(groups.len());
            groups.push(GroupRow {
                depth,
                from: at as u64,
                n_rows: 0,
                value,
                aggregates: Vec::new(),
            });
        }
        for group in &open {
            groups[*group].n_rows += 1;
        }
    }
    (groups, is_cut)
}
