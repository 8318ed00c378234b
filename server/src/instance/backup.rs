//! Backups: one zip of whole bases, made while they are in use, taken in again under free ids.
//!
//! `suanpan-backup.json` lists the bases; `bases/<id>.base` are their files. Law: a restored base is verified
//! before it can be seen, and never takes the place of another.

use super::{Bases, DataFolder, OpenBase, is_base_id, random_id};
use crate::error::ApiError;
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

const LIST: &str = "suanpan-backup.json";
/// Bytes of the list.
const LIST_BYTES: u64 = 16 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    format: u32,
    bases: Vec<ListedBase>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ListedBase {
    id: String,
    name: String,
    size_bytes: u64,
    /// Of the base's file.
    blake3: String,
}

/// A file that is deleted when dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(folder: &DataFolder, extension: &str) -> Scratch {
        Scratch(folder.tmp().join(format!("{}.{extension}", random_id(16))))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Where a zip is written to. After a failed write the zip's own code can't be dropped without writing on, from a
/// position that it does not know; so the first failure is kept for the end, and the rest is written to nowhere.
struct ToTheEnd<W> {
    to: W,
    at: u64,
    n_bytes: u64,
    failed: Option<std::io::Error>,
}

impl<W: Write + Seek> ToTheEnd<W> {
    fn new(to: W) -> ToTheEnd<W> {
        ToTheEnd {
            to,
            at: 0,
            n_bytes: 0,
            failed: None,
        }
    }

    /// What was written to, if all of it was.
    fn whole(self) -> std::io::Result<W> {
        match self.failed {
            None => Ok(self.to),
            Some(cause) => Err(cause),
        }
    }

    fn moved(&mut self, to: u64) {
        self.at = to;
        self.n_bytes = self.n_bytes.max(to);
    }
}

impl<W: Write + Seek> Write for ToTheEnd<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = match &self.failed {
            Some(_) => bytes.len(),
            None => self.to.write(bytes).unwrap_or_else(|cause| {
                self.failed = Some(cause);
                bytes.len()
            }),
        };
        self.moved(self.at + n as u64);
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.failed.is_none() {
            self.failed = self.to.flush().err();
        }
        Ok(())
    }
}

impl<W: Write + Seek> Seek for ToTheEnd<W> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            SeekFrom::End(by) => self.n_bytes.saturating_add_signed(by),
        };
        if self.failed.is_none() {
            self.failed = self.to.seek(SeekFrom::Start(to)).err();
        }
        self.moved(to);
        Ok(to)
    }
}

fn failed(cause: impl Into<std::io::Error>) -> ApiError {
    ApiError::io("write a backup", &cause.into())
}

/// Writes a backup of these bases; blocking.
pub fn back_up(folder: &DataFolder, bases: &[Arc<OpenBase>]) -> Result<Scratch, ApiError> {
    let to = Scratch::new(folder, "zip");
    let file = File::create(to.path()).map_err(failed)?;
    let mut zip = ZipWriter::new(ToTheEnd::new(BufWriter::new(file)));
    let options = SimpleFileOptions::default().large_file(true);
    let mut listing = Listing {
        format: 1,
        bases: Vec::new(),
    };
    for base in bases {
        let copy = Scratch::new(folder, "base");
        base.back_up(copy.path())?;
        zip.start_file(format!("bases/{}.base", base.id), options)
            .map_err(failed)?;
        let (size_bytes, digest) = pour(&mut File::open(copy.path()).map_err(failed)?, &mut zip)?;
        listing.bases.push(ListedBase {
            id: base.id.to_string(),
            name: base.handle.snapshot().schema.name.clone(),
            size_bytes,
            blake3: digest,
        });
    }
    zip.start_file(LIST, options).map_err(failed)?;
    let list = serde_json::to_vec_pretty(&listing).map_err(failed)?;
    zip.write_all(&list).map_err(failed)?;
    let written = zip.finish().map_err(failed)?;
    let file = written.whole().map_err(failed)?.into_inner();
    file.map_err(|cause| failed(cause.into_error()))?
        .sync_all()
        .map_err(failed)?;
    Ok(to)
}

/// Copies all bytes; how many, and their digest.
fn pour(from: &mut impl Read, to: &mut impl Write) -> Result<(u64, String), ApiError> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut n_bytes = 0;
    loop {
        let n = from.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            return Ok((n_bytes, hasher.finalize().to_hex().to_string()));
        }
        hasher.update(&buffer[..n]);
        to.write_all(&buffer[..n]).map_err(failed)?;
        n_bytes += n as u64;
    }
}

/// A base that a restore brought back.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RestoredBase {
    /// A new one where the old id was taken.
    pub id: String,
    pub name: String,
}

/// Takes the bases of a backup in; all of them are checked before the first one is. Blocking.
pub fn restore(
    folder: &DataFolder,
    bases: &Bases,
    from: &Path,
) -> Result<Vec<RestoredBase>, ApiError> {
    let mut zip = File::open(from)
        .ok()
        .and_then(|file| ZipArchive::new(file).ok())
        .ok_or_else(no_backup)?;
    let listing = read_listing(&mut zip)?;
    let mut checked = Vec::new();
    for base in listing.bases {
        let copy = Scratch::new(folder, "base");
        unpack(&mut zip, &base, copy.path())?;
        checked.push((base, copy));
    }
    let mut restored = Vec::new();
    for (base, copy) in checked {
        let id = bases.adopt(copy.path(), &base.id)?;
        restored.push(RestoredBase {
            id: id.to_string(),
            name: base.name,
        });
    }
    Ok(restored)
}

fn read_listing(zip: &mut ZipArchive<File>) -> Result<Listing, ApiError> {
    let entry = zip.by_name(LIST).map_err(|_| no_backup())?;
    let mut text = Vec::new();
    entry
        .take(LIST_BYTES)
        .read_to_end(&mut text)
        .map_err(|_| no_backup())?;
    let listing: Listing = serde_json::from_slice(&text).map_err(|_| no_backup())?;
    let is_good = listing.format == 1 && listing.bases.iter().all(|base| is_base_id(&base.id));
    is_good.then_some(listing).ok_or_else(no_backup)
}

fn unpack(zip: &mut ZipArchive<File>, base: &ListedBase, to: &Path) -> Result<(), ApiError> {
    let entry = zip
        .by_name(&format!("bases/{}.base", base.id))
        .map_err(|_| damaged(&base.name))?;
    let mut file = File::create(to).map_err(failed)?;
    // One byte more than listed is enough to notice a file that says something else than its list.
    let mut bounded = entry.take(base.size_bytes.saturating_add(1));
    let (n_bytes, digest) = pour(&mut bounded, &mut file).map_err(|cause| match cause.code {
        "disk_full" => cause,
        _ => damaged(&base.name),
    })?;
    file.sync_all().map_err(failed)?;
    match n_bytes == base.size_bytes && digest == base.blake3 {
        true => Ok(()),
        false => Err(damaged(&base.name)),
    }
}

fn no_backup() -> ApiError {
    ApiError::bad_request(
        "no_backup",
        "这个文件不是算盘的备份。",
        "This file is no backup of Suanpan.",
    )
    .hint(
        "请选择“suanpan backup”生成的文件。",
        "Choose a file that “suanpan backup” wrote.",
    )
}

fn damaged(name: &str) -> ApiError {
    ApiError::new(
        axum::http::StatusCode::UNPROCESSABLE_ENTITY,
        "backup_damaged",
        format!("备份里的“{name}”已损坏,没有恢复任何内容。"),
        format!("“{name}” in the backup is damaged; nothing was restored."),
    )
}
