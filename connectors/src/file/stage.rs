//! Staging: a stranger's file becomes a folder of batches, pictures and a manifest.
//!
//! Function: [`stage`]. It runs inside a child process; [`super::stage_child`] starts that. Law: nothing is
//! sized by what the file claims. Tests: `connectors/tests/staging.rs`.

use super::{
    csv,
    limits::StageLimits,
    manifest::{Manifest, Note},
    markup,
    sheet::{FinishedSheet, StageRun},
    sniff::{self, Kind},
    stage_error::{StageError, StageErrorCode},
    staged::{MANIFEST_FILE, PICTURES_FOLDER},
};
use std::{
    fs::{self, File},
    path::Path,
};

/// What a format's reader gives.
#[derive(Debug)]
pub struct Found {
    pub format: &'static str,
    pub encoding: Option<String>,
    pub sheets: Vec<FinishedSheet>,
    pub notes: Vec<Note>,
}

/// Reads `input` into the folder `into`, which is made; returns the manifest that it also writes there.
pub fn stage(
    input: &Path,
    file_name: &str,
    into: &Path,
    limits: &StageLimits,
) -> Result<Manifest, StageError> {
    stage_with(input, file_name, into, limits, None)
}

/// [`stage`], with the password that a workbook is opened with.
pub fn stage_with(
    input: &Path,
    file_name: &str,
    into: &Path,
    limits: &StageLimits,
    password: Option<&str>,
) -> Result<Manifest, StageError> {
    fs::create_dir_all(into.join(PICTURES_FOLDER))?;
    let mut file = File::open(input)?;
    let size = file.metadata()?.len();
    let mut run = StageRun {
        into,
        limits,
        n_cells: 0,
        n_sheets: 0,
    };
    let kind = sniff::sniff(&mut file)?;
    let most = match kind {
        Kind::Text => limits.text_bytes,
        Kind::Zip | Kind::Xls | Kind::Encrypted | Kind::Markup(_) => limits.file_bytes,
    };
    if size > most {
        return Err(StageErrorCode::FileTooLarge.because(format_args!("{size} bytes")));
    }
    let found = match kind {
        Kind::Text => text(input, file_name, &mut run)?,
        Kind::Zip => super::xlsx::read(file, &mut run)?,
        Kind::Xls => super::xls::read(file, &mut run)?,
        Kind::Encrypted => {
            super::xlsx::read(super::encrypted::open(input, password, into)?, &mut run)?
        }
        Kind::Markup(kind) => markup::read(input, file_name, kind, &mut run)?,
    };
    if found.sheets.is_empty() {
        return Err(StageErrorCode::Empty.because("no sheet holds a table"));
    }
    let manifest = Manifest {
        file_name: file_name.into(),
        format: found.format.into(),
        encoding: found.encoding,
        sheets: found
            .sheets
            .into_iter()
            .map(|sheet| sheet.manifest)
            .collect(),
        notes: found.notes,
    };
    let json =
        serde_json::to_vec(&manifest).map_err(|error| StageErrorCode::Disk.because(error))?;
    fs::write(into.join(MANIFEST_FILE), json)?;
    Ok(manifest)
}

fn text(input: &Path, file_name: &str, run: &mut StageRun) -> Result<Found, StageError> {
    let text = csv::read(input, file_name, run)?;
    Ok(Found {
        format: text.format,
        encoding: Some(text.encoding.to_uppercase()),
        sheets: text.sheets,
        notes: text.notes,
    })
}
