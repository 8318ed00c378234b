//! Pasting a rectangle: into given records, the rest into new ones.

use super::{CellInput, Draft, cells, records};
use crate::{error::CommandError, limits::RECORDS_PER_COMMAND};
use std::collections::{BTreeMap, BTreeSet};
use table::id::{FieldId, RecordId, TableId};

pub(crate) fn paste(
    draft: &mut Draft,
    table: TableId,
    targets: &[RecordId],
    fields: &[FieldId],
    rows: &[Vec<CellInput>],
    append: u32,
    add_options: bool,
) -> Result<(), CommandError> {
    cells::expect_count(rows.len() * fields.len())?;
    if rows.len() > RECORDS_PER_COMMAND {
        return Err(CommandError::too_large(
            "行",
            "rows",
            rows.len() as u64,
            RECORDS_PER_COMMAND as u64,
        ));
    }
    let distinct: BTreeSet<RecordId> = targets.iter().copied().collect();
    if distinct.len() != targets.len()
        || fields.iter().collect::<BTreeSet<_>>().len() != fields.len()
    {
        return Err(CommandError::new(
            "bad_paste",
            "粘贴的目标里有重复的记录或字段。",
            "The target of the paste names a record or field twice.",
        ));
    }
    draft.expect_live(table, targets)?;
    for field in fields {
        let field = draft.field(table, *field)?;
        if !field.is_editable() {
            return Err(CommandError::field_not_editable(&field.name));
        }
    }
    let n_over = rows
        .len()
        .saturating_sub(targets.len())
        .min(append as usize);
    let mut all: Vec<RecordId> = targets.iter().copied().take(rows.len()).collect();
    if n_over > 0 {
        let first = records::append(draft, table, n_over as u64, BTreeMap::new())?;
        let ids = (first.0..first.0 + n_over as u64).map(RecordId);
        draft.result.records.extend(ids.clone());
        all.extend(ids);
    }
    for (at, field) in fields.iter().enumerate() {
        // A short row leaves the cells it does not reach alone.
        let (hit, inputs): (Vec<RecordId>, Vec<&CellInput>) = all
            .iter()
            .zip(rows)
            .filter_map(|(record, row)| Some((*record, row.get(at)?)))
            .unzip();
        if !hit.is_empty() {
            cells::write(draft, table, *field, &hit, &inputs, add_options)?;
        }
    }
    Ok(())
}
