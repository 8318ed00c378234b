//! Mappings of imports that a base keeps: which column is which field, offered when a file with the same columns comes.
//!
//! They are a note of the base (`import_mappings`), so they are in its file and its backups. Tests:
//! `tests/route/import_into.rs`.

use super::{OpenBase, random_id};
use crate::{error::ApiError, limits::IMPORT_MAPPINGS};
use connectors::file::SheetManifest;
use jobs::import::into::{IntoPlan, propose::SavedMapping};
use parking_lot::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

const NOTE: &str = "import_mappings";

/// One change of a list at a time.
static CHANGING: Mutex<()> = Mutex::new(());

/// The newest first. What a later release wrote and this one can't read counts as none.
pub fn list(base: &OpenBase) -> Result<Vec<SavedMapping>, ApiError> {
    let note = base.handle.reader().note(NOTE);
    let note = note.map_err(|cause| ApiError::internal("read the mappings", cause))?;
    let Some(bytes) = note else {
        return Ok(Vec::new());
    };
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

fn keep(base: &OpenBase, all: &[SavedMapping]) -> Result<(), ApiError> {
    let bytes =
        serde_json::to_vec(all).map_err(|cause| ApiError::internal("write the mappings", cause))?;
    let done = base.handle.reader().put_note(NOTE, &bytes);
    done.map_err(|cause| ApiError::disk("write the mappings", cause))
}

/// Keeps a confirmed plan; it takes the place of one for the same table and the same columns.
pub fn put(base: &OpenBase, sheet: &SheetManifest, plan: &IntoPlan) -> Result<(), ApiError> {
    let _changing = CHANGING.lock();
    let mut all = list(base)?;
    all.retain(|kept| !(kept.table == plan.table && kept.fits(sheet)));
    let mut made = SavedMapping::of(random_id(12), sheet.name.clone(), sheet, plan);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    made.used_at_ms = now.map_or(0, |now| now.as_millis() as i64);
    all.insert(0, made);
    all.truncate(IMPORT_MAPPINGS);
    keep(base, &all)
}

pub fn remove(base: &OpenBase, id: &str) -> Result<(), ApiError> {
    let _changing = CHANGING.lock();
    let mut all = list(base)?;
    let n = all.len();
    all.retain(|kept| kept.id != id);
    match all.len() == n {
        true => Err(ApiError::not_found(
            "no_mapping",
            ("导入对应关系", "mapping"),
            id,
        )),
        false => keep(base, &all),
    }
}
