//! What a template asks for: its placeholders with their meaning, and the rows that repeat.
//!
//! Function: [`plan`]. Types: [`SheetPlan`], [`CellPlan`], [`PlannedBlock`], [`Source`]. Law: rows repeat only because of
//! what stands in them: a link to many records, or (for a selection) the selected records; neighbouring rows of one source
//! are one block, with the empty rows between them and the rows that merged cells join to them.
//! Tests: `connectors/tests/document.rs`.

use super::{
    Per,
    binding::{Binding, Hop, Unbound, bind, malformed},
    error::Problem,
    limits::PROBLEMS,
    placeholder,
    reference::cell_name,
    sheet::{Book, Row, Run, Sheet},
};
use crate::model::Text2;
use std::collections::{BTreeMap, HashMap};
use table::{id::TableId, schema::Schema};

/// Empty rows between two rows of a block.
const GAP_ROWS: u32 = 2;

/// For which records a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The selected ones.
    Records,
    /// Those that these steps lead to.
    List(Vec<Hop>),
}

pub struct CellPlan {
    pub runs: Vec<Run>,
    /// Bytes of the whole text, and what stands there.
    pub places: Vec<(std::ops::Range<usize>, Binding)>,
}

#[derive(Debug, Clone)]
pub struct PlannedBlock {
    pub first: u32,
    pub last: u32,
    pub source: Source,
    /// Records in one copy.
    pub nth: u32,
}

#[derive(Default)]
pub struct SheetPlan {
    /// By row and column.
    pub cells: HashMap<(u32, u32), CellPlan>,
    pub blocks: Vec<PlannedBlock>,
}

/// What stands in a row.
struct RowUse {
    source: Source,
    nth: u32,
}

pub fn plan(
    book: &Book,
    schema: &Schema,
    table: TableId,
    per: Per,
) -> Result<Vec<SheetPlan>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut plans = Vec::new();
    for sheet in &book.sheets {
        let mut plan = SheetPlan::default();
        let mut uses = BTreeMap::new();
        for row in &sheet.rows {
            let found = plan_row(book, sheet, row, (schema, table), &mut plan, &mut problems);
            match row_use(&found, per) {
                Ok(Some(row_use)) => drop(uses.insert(row.number, row_use)),
                Ok(None) => {}
                Err(()) => problems.push(two_lists(schema, sheet, row, &found)),
            }
        }
        plan.blocks = blocks(sheet, uses);
        plans.push(plan);
    }
    problems.truncate(PROBLEMS);
    match problems.is_empty() {
        true => Ok(plans),
        false => Err(problems),
    }
}

/// Reads the placeholders of a row; what they mean, with their columns.
fn plan_row(
    book: &Book,
    sheet: &Sheet,
    row: &Row,
    (schema, table): (&Schema, TableId),
    plan: &mut SheetPlan,
    problems: &mut Vec<Problem>,
) -> Vec<(u32, Binding)> {
    let mut all = Vec::new();
    for cell in &row.cells {
        let runs = book.texts(&cell.element);
        let text: String = runs.iter().map(|run| run.text.as_str()).collect();
        if !text.contains(['{', '｛']) {
            continue;
        }
        let mut places = Vec::new();
        for place in placeholder::find(&text) {
            let written = &text[place.range.clone()];
            let bound = match &place.what {
                Ok(placeholder) => bind(placeholder, schema, table),
                Err(cause) => Err(malformed(cause)),
            };
            match bound {
                Ok(binding) => {
                    all.push((cell.col, binding.clone()));
                    places.push((place.range, binding));
                }
                Err(unbound) => {
                    problems.push(problem(sheet, (cell.col, row.number), written, unbound));
                }
            }
        }
        if !places.is_empty() {
            let plan_of_cell = CellPlan { runs, places };
            plan.cells.insert((row.number, cell.col), plan_of_cell);
        }
    }
    all
}

fn problem(sheet: &Sheet, (col, row): (u32, u32), written: &str, unbound: Unbound) -> Problem {
    let cell = cell_name(col, row);
    let shown: String = written.chars().take(60).collect();
    Problem {
        code: unbound.code,
        message: Text2::new(
            format!(
                "工作表“{}”的 {cell} 里的 {shown}：{}。",
                sheet.name, unbound.what.zh
            ),
            format!(
                "Sheet “{}”, cell {cell}, {shown}: {}.",
                sheet.name, unbound.what.en
            ),
        ),
        hint: unbound.hint,
        sheet: sheet.name.clone(),
        cell,
        placeholder: shown,
        suggestion: unbound.suggestion,
    }
}

/// Why a row repeats; `Err` where it would have to repeat for two lists.
fn row_use(found: &[(u32, Binding)], per: Per) -> Result<Option<RowUse>, ()> {
    let mut list: Option<&[Hop]> = None;
    for (_, binding) in found {
        if let Some(own) = binding.list() {
            if list.is_some_and(|known| known != own) {
                return Err(());
            }
            list = Some(own);
        }
    }
    let has_record = found.iter().any(|(_, binding)| binding.is_of_record());
    let source = match list {
        Some(list) => Source::List(list.to_vec()),
        None if per == Per::Selection && has_record => Source::Records,
        None => return Ok(None),
    };
    let nth = found.iter().map(|(_, binding)| binding.nth).max();
    Ok(Some(RowUse {
        source,
        nth: nth.unwrap_or(1),
    }))
}

fn two_lists(schema: &Schema, sheet: &Sheet, row: &Row, found: &[(u32, Binding)]) -> Problem {
    let mut names: Vec<&str> = Vec::new();
    let mut col = 1;
    for (at, binding) in found {
        let hop = binding.list().and_then(<[Hop]>::last);
        let field = hop.and_then(|hop| schema.field(hop.field));
        if let Some((_, field)) = field
            && !names.contains(&field.name.as_str())
        {
            names.push(&field.name);
            col = *at;
        }
    }
    let unbound = Unbound {
        code: "two_lists",
        what: Text2::new(
            format!(
                "同一行里用了两个能关联多条记录的字段（{}），不知道按哪个重复这一行",
                names.join("、")
            ),
            format!(
                "the row uses two fields that link several records ({}), so it is not clear which one repeats it",
                names.join(", ")
            ),
        ),
        hint: Text2::new(
            "请把它们放到不同的行，或者把其中一个关联字段设成“只关联一条记录”。",
            "Put them in different rows, or let one of the fields link one record only.",
        ),
        suggestion: None,
    };
    problem(sheet, (col, row.number), &names.join("、"), unbound)
}

/// Neighbouring rows of one source become one block.
fn blocks(sheet: &Sheet, uses: BTreeMap<u32, RowUse>) -> Vec<PlannedBlock> {
    let merges = sheet.merges();
    let is_empty = |row: u32| {
        let found = sheet.rows.iter().find(|known| known.number == row);
        found.is_none_or(|row| {
            row.cells
                .iter()
                .all(|cell| cell.element.elements().next().is_none())
        })
    };
    let mut blocks: Vec<PlannedBlock> = Vec::new();
    for (row, row_use) in uses {
        let (mut first, mut last) = (row, row);
        for merge in &merges {
            if merge.first_row <= row && row <= merge.last_row {
                first = first.min(merge.first_row);
                last = last.max(merge.last_row);
            }
        }
        let joined = blocks.last_mut().filter(|before| {
            let gap = before.last + 1..first;
            let is_near = first <= before.last + 1
                || gap.end - gap.start <= GAP_ROWS && gap.clone().all(is_empty);
            before.source == row_use.source && is_near
        });
        match joined {
            Some(before) => {
                before.last = before.last.max(last);
                before.nth = before.nth.max(row_use.nth);
            }
            None => {
                // A row can't stand in two blocks.
                let first = blocks
                    .last()
                    .map_or(first, |before| first.max(before.last + 1));
                blocks.push(PlannedBlock {
                    first,
                    last: last.max(first),
                    source: row_use.source,
                    nth: row_use.nth,
                });
            }
        }
    }
    blocks
}
