//! Formula columns of an import: tried as formula fields, kept where they give what the file says.
//!
//! Law: where a single row differs, the column arrives as values and a note says where. Tests: `jobs/tests/import.rs`.

use super::{ImportError, Importer, Planned, agree::agrees};
use connectors::file::{Note, SheetManifest};
use engine::{CellEdit, CellInput, Command, FormulaTag, NewField, NewFieldType, NewFormula};
use table::{
    column::Column,
    field::FieldType,
    id::{FieldId, RecordId, TableId},
    infer::build_column,
    raw::RawCell,
};

/// Cells set by one command where values take a formula's place.
const CELLS_PER_COMMAND: usize = 50_000;

/// How a formula compares with its column in the file.
struct Comparison {
    n_differ: u64,
    /// From 0.
    first: usize,
}

impl Importer<'_> {
    /// Tries the formulas of a table; `kept` has the file's cells of those columns, in the plan's order.
    pub(super) fn try_formulas(
        &mut self,
        table: TableId,
        known: &SheetManifest,
        plan: &[Planned],
        kept: Vec<Vec<RawCell>>,
    ) -> Result<(), ImportError> {
        let with_formula = plan
            .iter()
            .enumerate()
            .filter(|(_, planned)| planned.formula.is_some());
        let mut waiting: Vec<(usize, &Planned, Vec<RawCell>)> = with_formula
            .zip(kept)
            .map(|((at, planned), cells)| (at, planned, cells))
            .collect();
        // A formula may use another formula's field: tried in rounds, until a round makes none.
        let mut made: Vec<usize> = (0..plan.len())
            .filter(|at| plan[*at].formula.is_none())
            .collect();
        loop {
            let n_before = waiting.len();
            let mut later = Vec::new();
            for (at, planned, cells) in waiting {
                if self.try_formula(table, known, planned, position(&made, at), &cells)? {
                    made.push(at);
                } else {
                    later.push((at, planned, cells));
                }
            }
            if later.is_empty() {
                return Ok(());
            }
            if later.len() == n_before {
                // One of them becomes values; perhaps the others can be computed from it.
                let (at, planned, cells) = later.remove(0);
                self.report.notes.push(
                    Note::warning(
                        "formula_not_understood",
                        format!("“{}”的公式暂时不能识别，已按数值导入。", planned.name),
                        format!("The formula of “{}” could not be carried over; its values were imported.", planned.name),
                    )
                    .at(known.name.clone()),
                );
                self.create_values(table, planned, position(&made, at), &cells)?;
                made.push(at);
            }
            waiting = later;
        }
    }

    /// False if the formula cannot be understood (yet).
    fn try_formula(
        &mut self,
        table: TableId,
        known: &SheetManifest,
        planned: &Planned,
        at: u32,
        cells: &[RawCell],
    ) -> Result<bool, ImportError> {
        let field = NewField {
            name: planned.name.clone(),
            description: String::new(),
            field_type: NewFieldType::Formula(NewFormula {
                tag: FormulaTag::Formula,
                formula: planned.formula.clone().unwrap_or_default(),
                result: Some(planned.field_type.clone()),
                ai: None,
            }),
        };
        let made = match self.submit(Command::CreateField {
            table,
            field,
            at: Some(at),
        }) {
            Ok(made) => made,
            Err(ImportError::Command(error)) if error.code.contains("formula") => return Ok(false),
            Err(other) => return Err(other),
        };
        let field = *made.fields.first().ok_or(ImportError::Mapping)?;
        let ticket = self.ticket;
        self.target.wait_computed(&|| ticket.is_cancelled());
        let Some(differs) = self.compare(table, field, cells)? else {
            self.report.formulas.push(planned.name.clone());
            return Ok(true);
        };
        self.report.notes.push(
            Note::warning(
                "formula_differs",
                format!(
                    "“{}”有 {} 行的计算结果和文件里的不一样（第一处在第 {} 条），已按文件里的数值导入。",
                    planned.name,
                    differs.n_differ,
                    differs.first + 1
                ),
                format!(
                    "The formula of “{}” gives another result than the file in {} rows (first in record {}); the file's values were imported.",
                    planned.name,
                    differs.n_differ,
                    differs.first + 1
                ),
            )
            .at(known.name.clone()),
        );
        self.submit(Command::DeleteField { table, field })?;
        self.create_values(table, planned, at, cells)?;
        Ok(true)
    }

    /// None if every row agrees.
    fn compare(
        &self,
        table: TableId,
        field: FieldId,
        cells: &[RawCell],
    ) -> Result<Option<Comparison>, ImportError> {
        if self.ticket.is_cancelled() {
            return Err(ImportError::Cancelled);
        }
        let snapshot = self.target.snapshot();
        let column = snapshot
            .schema
            .field(field)
            .map(|(_, field)| field.column)
            .ok_or(ImportError::Mapping)?;
        let data = snapshot.data(table).ok_or(ImportError::Mapping)?;
        let mut found = None;
        for ((_, segment, offset), (row, cell)) in data.live_records().zip(cells.iter().enumerate())
        {
            let computed = data.segments[segment]
                .column(column)
                .map(|cells| cells.get(offset));
            if computed.is_some_and(|computed| agrees(cell, &computed)) {
                continue;
            }
            let comparison = found.get_or_insert(Comparison {
                n_differ: 0,
                first: row,
            });
            comparison.n_differ += 1;
        }
        Ok(found)
    }

    /// A plain field with the file's values.
    fn create_values(
        &mut self,
        table: TableId,
        planned: &Planned,
        at: u32,
        cells: &[RawCell],
    ) -> Result<(), ImportError> {
        let field = NewField {
            name: planned.name.clone(),
            description: String::new(),
            field_type: NewFieldType::Plain(planned.field_type.clone()),
        };
        let made = self.submit(Command::CreateField {
            table,
            field,
            at: Some(at),
        })?;
        let field = *made.fields.first().ok_or(ImportError::Mapping)?;
        let snapshot = self.target.snapshot();
        let field_type: FieldType = snapshot
            .schema
            .field(field)
            .map(|(_, field)| field.field_type.clone())
            .ok_or(ImportError::Mapping)?;
        let data = snapshot.data(table).ok_or(ImportError::Mapping)?;
        let records: Vec<RecordId> = data.live_records().map(|(record, _, _)| record).collect();
        for (records, cells) in records
            .chunks(CELLS_PER_COMMAND)
            .zip(cells.chunks(CELLS_PER_COMMAND))
        {
            let values: Column = build_column(cells, &field_type);
            let edits = records.iter().enumerate().map(|(at, record)| CellEdit {
                record: *record,
                field,
                value: CellInput::Value(values.get(at)),
            });
            self.submit(Command::SetCells {
                table,
                edits: edits
                    .filter(|edit| edit.value != CellInput::Value(table::value::CellState::BLANK))
                    .collect(),
                add_options: false,
            })?;
        }
        Ok(())
    }
}

/// The place among the fields made so far of the plan's column `at`.
fn position(made: &[usize], at: usize) -> u32 {
    made.iter().filter(|other| **other < at).count() as u32
}
