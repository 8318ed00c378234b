//! A batch on its way from raw cells to columns that can be appended.
//!
//! Function: [`build`]. In: a batch, what becomes of its columns; out: [`Built`]. Tests: `jobs/tests/import.rs`.

use super::{ImportError, Planned};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use table::{
    column::SharedColumn,
    field::FieldType,
    id::FieldId,
    infer::build_raw,
    raw::{RawBatch, RawCell, RawColumn},
    value::Attachment,
};

/// A batch ready to be appended.
pub(super) struct Built {
    pub n_records: u64,
    pub columns: Vec<(FieldId, SharedColumn)>,
    /// The cells of the columns whose formulas are to be tried.
    pub kept: Vec<Vec<RawCell>>,
    /// The pictures of all columns that are imported.
    pub pictures: Vec<Attachment>,
}

/// Raw cells into typed columns, on as many threads as there are cores.
pub(super) fn build(
    mut batch: RawBatch,
    plan: &[Planned],
    fields: &[(FieldId, FieldType)],
) -> Result<Built, ImportError> {
    let n_records = batch.columns.first().map_or(0, RawColumn::len) as u64;
    let mut fields = fields.iter();
    let (mut kept, mut to_build) = (Vec::new(), Vec::new());
    for planned in plan {
        let cells = batch.columns.get_mut(planned.column);
        let cells = cells.ok_or(ImportError::Mapping)?;
        let cells = std::mem::replace(cells, RawColumn::Cells(Vec::new()));
        if planned.formula.is_some() {
            kept.push(cells.into_cells());
        } else if let Some((field, field_type)) = fields.next() {
            to_build.push((*field, field_type, cells));
        }
    }
    let built = to_build.iter().filter_map(|(_, _, cells)| match cells {
        RawColumn::Cells(cells) => Some(cells),
        RawColumn::Words(_) => None,
    });
    let all = kept.iter().chain(built);
    let pictures = all.flatten().filter_map(|cell| match cell {
        RawCell::Pictures(pictures) => Some(pictures.iter().cloned()),
        _ => None,
    });
    let pictures = pictures.flatten().collect();
    let columns = to_build
        .into_par_iter()
        .map(|(field, to, cells)| (field, build_raw(&cells, to).into()))
        .collect();
    Ok(Built {
        n_records,
        columns,
        kept,
        pictures,
    })
}
