//! A staged folder read back by the server, which trusts nothing that the child process wrote.
//!
//! Type: [`Staged`]. In: a folder made by [`super::stage`]; out: the manifest, batches in the manifest's
//! column order, paths of pictures. Tests: `connectors/tests/staging.rs`.

use super::{
    batch_file::{self, ReadBatchError, is_digest},
    limits::{BATCH_BYTES, MANIFEST_BYTES},
    manifest::Manifest,
};
use std::{
    collections::HashMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};
use table::raw::{RawBatch, RawCell, RawColumn};

pub const MANIFEST_FILE: &str = "manifest.json";
pub const PICTURES_FOLDER: &str = "pictures";

/// Why a staged folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadStagedError {
    #[error("cannot read the staged file {path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the staged file {path} is larger than a reader may take")]
    TooLarge { path: PathBuf },
    #[error("the manifest of the staged file is damaged: {0}")]
    Manifest(#[from] serde_json::Error),
    #[error(transparent)]
    Batch(#[from] ReadBatchError),
    #[error("the staged sheet has {found} rows where its manifest says {said}")]
    RowCount { found: u64, said: u64 },
}

/// A staged folder.
#[derive(Debug, Clone)]
pub struct Staged {
    folder: PathBuf,
    manifest: Manifest,
}

impl Staged {
    pub fn open(folder: &Path) -> Result<Staged, ReadStagedError> {
        let bytes = read_bounded(&folder.join(MANIFEST_FILE), MANIFEST_BYTES)?;
        Ok(Staged {
            folder: folder.into(),
            manifest: serde_json::from_slice(&bytes)?,
        })
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The batches of a sheet (its place in the manifest), each with one column per manifest column.
    pub fn batches(
        &self,
        sheet: usize,
    ) -> impl Iterator<Item = Result<RawBatch, ReadStagedError>> + '_ {
        let said = self.manifest.sheets.get(sheet);
        let n_batches = said.map_or(0, |sheet| sheet.n_batches);
        let n_rows = said.map_or(0, |sheet| sheet.n_rows);
        let mut found = 0;
        (0..n_batches).map(move |at| {
            let batch = self.batch(sheet, at)?;
            found += batch.columns.first().map_or(0, RawColumn::len) as u64;
            if found > n_rows || at + 1 == n_batches && found != n_rows {
                return Err(ReadStagedError::RowCount {
                    found,
                    said: n_rows,
                });
            }
            Ok(batch)
        })
    }

    fn batch(&self, sheet: usize, at: u32) -> Result<RawBatch, ReadStagedError> {
        let bytes = read_bounded(&self.folder.join(batch_name(sheet, at)), BATCH_BYTES)?;
        let decoded = batch_file::decode(&bytes)?;
        let mut by_key: HashMap<u32, RawColumn> = decoded.columns.into_iter().collect();
        let columns = self.manifest.sheets[sheet].columns.iter().map(|column| {
            let blank = || RawColumn::Cells(vec![RawCell::Blank; decoded.n_rows]);
            by_key.remove(&column.key).unwrap_or_else(blank)
        });
        Ok(RawBatch {
            columns: columns.collect(),
        })
    }

    /// Where a staged picture is; the path of no file if the digest is none.
    pub fn picture(&self, digest: &str) -> PathBuf {
        let name = if is_digest(digest) { digest } else { "none" };
        self.folder.join(PICTURES_FOLDER).join(name)
    }
}

/// The file of the n-th batch of a sheet.
pub(super) fn batch_name(sheet: usize, at: u32) -> String {
    format!("batch-{sheet}-{at}.bin")
}

fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, ReadStagedError> {
    let failed = |source| ReadStagedError::Io {
        path: path.into(),
        source,
    };
    let mut bytes = Vec::new();
    let mut file = fs::File::open(path).map_err(failed)?.take(limit + 1);
    file.read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(ReadStagedError::TooLarge { path: path.into() });
    }
    Ok(bytes)
}
