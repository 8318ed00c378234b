//! The zip of a workbook: looked over before anything is unpacked, parts found by relationship.
//!
//! Types: [`Package`], [`Relation`]. Law: a part never gives more bytes than it declares, and what it
//! declares was checked before. Tests: `connectors/tests/staging.rs`.

use super::xml;
use crate::file::{
    limits::{RATIO_FROM_BYTES, SMALL_PART_BYTES, StageLimits},
    stage_error::{StageError, StageErrorCode},
};
use quick_xml::events::Event;
use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Cursor, Read, Seek},
};
use zip::ZipArchive;

pub trait Source: Read + Seek {}
impl Source for BufReader<File> {}
impl Source for Cursor<Vec<u8>> {}

pub struct Package {
    zip: ZipArchive<Box<dyn Source>>,
    /// Lower-case part name without the leading slash.
    parts: HashMap<String, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub id: String,
    /// The last word of the type's address, lower-case, e.g. `worksheet`.
    pub kind: String,
    /// Part name; the address itself where it is outside.
    pub target: String,
    pub outside: bool,
}

pub fn corrupt(error: impl std::fmt::Display) -> StageError {
    StageErrorCode::Corrupt.because(error)
}

impl Package {
    pub fn open(source: Box<dyn Source>, limits: &StageLimits) -> Result<Package, StageError> {
        let mut zip = ZipArchive::new(source).map_err(corrupt)?;
        let bomb = |what: String| Err(StageErrorCode::ZipBomb.because(what));
        if zip.len() > limits.zip_entries {
            return bomb(format!("{} entries", zip.len()));
        }
        let mut parts = HashMap::new();
        let mut total = 0u64;
        for index in 0..zip.len() {
            let part = zip.by_index_raw(index).map_err(corrupt)?;
            let (size, packed) = (part.size(), part.compressed_size());
            total = total.saturating_add(size);
            if part.encrypted() {
                return Err(StageErrorCode::Encrypted.because("encrypted zip entry"));
            }
            let ratio = size / packed.max(1);
            if size > limits.part_bytes || size > RATIO_FROM_BYTES && ratio > limits.zip_ratio {
                return bomb(format!("a part of {size} bytes packed into {packed}"));
            }
            let name = String::from_utf8_lossy(part.name_raw()).to_lowercase();
            parts.insert(name.trim_start_matches('/').replace('\\', "/"), index);
        }
        if total > limits.unzipped_bytes {
            return bomb(format!("{total} bytes unpacked"));
        }
        Ok(Package { zip, parts })
    }

    pub fn has(&self, part: &str) -> bool {
        self.parts.contains_key(&key(part))
    }

    /// A part as a stream.
    pub fn stream(&mut self, part: &str) -> Result<impl Read + '_, StageError> {
        let index = self.parts.get(&key(part)).copied();
        let index = index.ok_or_else(|| corrupt(format_args!("part {part} is missing")))?;
        let file = self.zip.by_index(index).map_err(corrupt)?;
        let size = file.size();
        Ok(file.take(size))
    }

    /// A small part, whole; `None` if there is no such part.
    pub fn read(&mut self, part: &str) -> Result<Option<Vec<u8>>, StageError> {
        if !self.has(part) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let mut stream = self.stream(part)?.take(SMALL_PART_BYTES + 1);
        stream.read_to_end(&mut bytes).map_err(corrupt)?;
        if bytes.len() as u64 > SMALL_PART_BYTES {
            return Err(StageErrorCode::TooLargeForMemory.because(format_args!("part {part}")));
        }
        Ok(Some(bytes))
    }

    /// The relationships of a part; of the package itself for `""`.
    pub fn relations(&mut self, part: &str) -> Result<Vec<Relation>, StageError> {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(bytes) = self.read(&format!("{folder}{slash}_rels/{name}.rels"))? else {
            return Ok(Vec::new());
        };
        let mut relations = Vec::new();
        xml::each_start(&bytes, |element| {
            if element.local_name().as_ref() != "Relationship" {
                return;
            }
            let get = |name: &str| xml::attribute(element, name).unwrap_or_default();
            let outside = get("TargetMode").eq_ignore_ascii_case("external");
            let target = get("Target");
            let kind = get("Type")
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_lowercase();
            relations.push(Relation {
                id: get("Id"),
                kind,
                target: if outside {
                    target
                } else {
                    resolve(folder, &target)
                },
                outside,
            });
        })?;
        Ok(relations)
    }

    /// The first part that `part` is related to by this kind.
    pub fn related(&mut self, part: &str, kind: &str) -> Result<Option<String>, StageError> {
        let relations = self.relations(part)?;
        Ok(relations
            .into_iter()
            .find(|relation| relation.kind == kind && !relation.outside)
            .map(|relation| relation.target))
    }
}

fn key(part: &str) -> String {
    part.trim_start_matches('/').to_lowercase()
}

/// A target relative to a folder of the package.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.into();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            step => parts.push(step),
        }
    }
    parts.join("/")
}

/// The events of a small part, for those who need more than start tags.
pub fn for_each_event(bytes: &[u8], mut take: impl FnMut(&Event)) -> Result<(), StageError> {
    let mut reader = xml::fragment_reader(bytes);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(corrupt)? {
            Event::Eof => return Ok(()),
            event => take(&event),
        }
    }
}
