//! OpenDocument spreadsheets, packed (ods) or as one XML file.
//!
//! Functions: [`read`], [`read_flat`]. The content is read twice: styles, merged cells and pictures first, then
//! rows as a stream. Law: what a row or cell says of its repetition is bounded before it is believed.
//! Tests: `connectors/tests/ods.rs`.

mod cells;
mod outline;

use super::{
    limits::SHEETS,
    package_extras::PictureStore,
    sheet::{SheetFacts, StageRun},
    stage::Found,
    stage_error::{StageError, StageErrorCode},
    xlsx::{package::Package, xml},
};
use outline::{Outline, Source};
use quick_xml::events::Event;
use std::io::{BufRead, BufReader};

const CONTENT: &str = "content.xml";

pub fn read(package: &mut Package, run: &mut StageRun) -> Result<Found, StageError> {
    if is_encrypted(package)? {
        return Err(StageErrorCode::Encrypted.because("encrypted parts"));
    }
    let mut store = PictureStore::new(run.into);
    let mut outline = outline::read(content(package)?)?;
    for sheet in &mut outline.sheets {
        for frame in std::mem::take(&mut sheet.frames) {
            for source in &frame.sources {
                let Source::Part(part) = source else { continue };
                // A picture may come in two forms; the first that is there is the better one.
                if let Some(picture) = store.take(package, part, &frame.name)? {
                    sheet.put(&frame, picture);
                    break;
                }
            }
        }
    }
    let source = content(package)?;
    finish(source, outline, store, "ods", run)
}

/// `open` gives the document from its beginning, every time.
pub fn read_flat<R: BufRead>(
    open: impl Fn() -> Result<R, StageError>,
    run: &mut StageRun,
) -> Result<Found, StageError> {
    let mut store = PictureStore::new(run.into);
    let mut outline = outline::read(open()?)?;
    for sheet in &mut outline.sheets {
        for frame in std::mem::take(&mut sheet.frames) {
            let bytes = frame.sources.iter().find_map(|source| match source {
                Source::Bytes(bytes) => Some(bytes),
                Source::Part(_) => None,
            });
            let Some(bytes) = bytes else { continue };
            let key = format!("page:{}", blake3::hash(bytes).to_hex());
            if let Some(picture) = store.take_bytes(&key, bytes.clone(), &frame.name)? {
                sheet.put(&frame, picture);
            }
        }
    }
    finish(open()?, outline, store, "fods", run)
}

fn content(package: &mut Package) -> Result<impl BufRead + '_, StageError> {
    let stream = package.stream(CONTENT)?;
    Ok(BufReader::with_capacity(1 << 16, stream))
}

fn is_encrypted(package: &mut Package) -> Result<bool, StageError> {
    let Some(bytes) = package.read("META-INF/manifest.xml")? else {
        return Ok(false);
    };
    let mut found = false;
    let read = xml::each_start(&bytes, |element| {
        found |= element.local_name().as_ref() == "encryption-data";
    });
    // A damaged list of parts is no reason to refuse the table.
    Ok(read.is_ok() && found)
}

fn finish(
    source: impl BufRead,
    outline: Outline,
    store: PictureStore,
    format: &'static str,
    run: &mut StageRun,
) -> Result<Found, StageError> {
    let mut found = Found {
        format,
        encoding: None,
        sheets: Vec::new(),
        notes: Vec::new(),
    };
    let mut reader = xml::fragment_reader(source);
    let mut buffer = Vec::new();
    let mut sheets = outline.sheets.into_iter().take(SHEETS);
    let mut budget = cells::Budget::default();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Eof => break,
            Event::Start(element) if element.local_name().as_ref() == "table" => {
                let Some(sheet) = sheets.next() else { break };
                let facts = SheetFacts {
                    formats: outline.formats.clone().into(),
                    ..sheet.facts
                };
                let read = cells::stream(&mut reader, facts, &mut budget, run)?;
                found.sheets.extend(read);
            }
            _ => {}
        }
    }
    found.notes.extend(store.into_notes());
    Ok(found)
}

fn broken(error: impl std::fmt::Display) -> StageError {
    StageErrorCode::Corrupt.because(error)
}
