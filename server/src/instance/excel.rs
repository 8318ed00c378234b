//! Formula fields as Excel writes them, where Excel can compute them.

use connectors::export::WorkbookTable;
use formula::{ExcelNames, ExcelTable, Formula, Scope};
use std::collections::BTreeMap;
use table::{
    id::{FieldId, TableId},
    snapshot::Snapshot,
};

/// The formula of a field with structured references in the full form, or `None` where the file gets values.
pub fn formula_of(
    snapshot: &Snapshot,
    table: TableId,
    field: FieldId,
    workbook: &BTreeMap<TableId, WorkbookTable>,
) -> Option<String> {
    let (_, known) = snapshot.schema.field(field)?;
    let scope = Scope {
        schema: &snapshot.schema,
        table,
        field: Some(field),
    };
    let formula = Formula::from_source(&known.formula()?.source, &scope).ok()?;
    // Excel counts durations in days, the formula counts seconds.
    let own = formula.reads().own.iter();
    let reads = own.chain(formula.reads().others.values().flatten());
    let is_duration = |id: &FieldId| {
        let found = snapshot.schema.field(*id);
        found.is_some_and(|(_, field)| field.field_type.is_duration())
    };
    if known.field_type.is_duration() || reads.into_iter().any(is_duration) {
        return None;
    }
    let named = |(id, table): (&TableId, &WorkbookTable)| {
        let named = ExcelTable {
            name: table.name.clone(),
            headers: table.headers.clone(),
            whole: table.whole,
        };
        (*id, named)
    };
    let names = ExcelNames {
        tables: workbook.iter().map(named).collect(),
    };
    formula.to_excel(table, &names)
}
