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
    io::{BufRead, BufReader, Cursor, Read, Seek},
    sync::mpsc,
};
use zip::ZipArchive;

pub trait Source: Read + Seek + Send {}
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

/// Bytes that are unpacked at a time, and how many times ahead of the reader.
const PIECE_BYTES: u64 = 1 << 18;
const PIECES_AHEAD: usize = 8;

/// The reading end of a part that is unpacked elsewhere.
struct Pieces {
    pieces: mpsc::Receiver<Vec<u8>>,
    piece: Cursor<Vec<u8>>,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.fill_buf()?;
        self.piece.read(into)
    }
}

impl BufRead for Pieces {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.piece.position() as usize >= self.piece.get_ref().len()
            && let Ok(next) = self.pieces.recv()
        {
            self.piece = Cursor::new(next);
        }
        self.piece.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.piece.consume(n);
    }
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

    /// What a part declares to have unpacked, bytes.
    pub fn size(&mut self, part: &str) -> u64 {
        let index = self.parts.get(&key(part)).copied();
        let file = index.and_then(|index| self.zip.by_index_raw(index).ok());
        file.map_or(0, |file| file.size())
    }

    /// A part as a stream that is unpacked on a thread of its own while `act` reads it.
    pub fn streamed<T>(
        &mut self,
        part: &str,
        act: impl FnOnce(&mut dyn BufRead) -> Result<T, StageError>,
    ) -> Result<T, StageError> {
        let (send, pieces) = mpsc::sync_channel(PIECES_AHEAD);
        std::thread::scope(|scope| {
            let unpacked = std::thread::Builder::new().spawn_scoped(scope, move || {
                let mut stream = self.stream(part)?;
                loop {
                    let mut piece = Vec::with_capacity(PIECE_BYTES as usize);
                    let n = (&mut stream).take(PIECE_BYTES).read_to_end(&mut piece);
                    // Whoever reads may have had enough.
                    if n.map_err(corrupt)? == 0 || send.send(piece).is_err() {
                        return Ok(());
                    }
                }
            })?;
            let mut pieces = Pieces {
                pieces,
                piece: Cursor::default(),
            };
            let outcome = act(&mut pieces);
            drop(pieces);
            match unpacked.join() {
                // What was cut off says so; the reader saw only an end.
                Ok(Err(error)) => Err::<T, StageError>(error),
                Ok(Ok(())) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;

    fn package(bytes: &[u8]) -> Package {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("xl/a.xml", options).unwrap();
        zip.write_all(bytes).unwrap();
        let file = Cursor::new(zip.finish().unwrap().into_inner());
        Package::open(Box::new(file), &StageLimits::default()).unwrap()
    }

    #[test]
    fn a_part_is_read_while_it_is_unpacked() {
        let bytes: Vec<u8> = (0..3_000_000u32)
            .map(|at| (at.wrapping_mul(at) >> 7) as u8)
            .collect();
        let mut package = package(&bytes);
        assert_eq!(package.size("xl/a.xml"), bytes.len() as u64);
        let mut read = Vec::new();
        let n = package.streamed("/xl/A.xml", |source| Ok(source.read_to_end(&mut read)?));
        assert_eq!((n.unwrap(), &read), (bytes.len(), &bytes));
        // Who stops early is not waited for, and an error of the reader is the one that is told.
        let first = package.streamed("xl/a.xml", |source| Ok(source.fill_buf()?[0]));
        assert_eq!(first.unwrap(), bytes[0]);
        let told = package.streamed("xl/a.xml", |_| {
            Err::<(), _>(StageErrorCode::TooManyCells.because("enough"))
        });
        assert_eq!(told.unwrap_err().code, StageErrorCode::TooManyCells);
        let missing = package.streamed("xl/b.xml", |_| Ok(()));
        assert_eq!(missing.unwrap_err().code, StageErrorCode::Corrupt);
    }
}
