//! Tables written as markup: XML Spreadsheet 2003, web pages saved as "xls", flat OpenDocument.
//!
//! Functions: [`kind_of`], [`read`]. In: a file that begins with `<`; out: its sheets. Law: links are never fetched, only the
//! predefined entities exist in XML, and nothing is sized by what an attribute claims. Tests: `connectors/tests/markup.rs`.

mod html;
mod html_tokens;
mod spreadsheet_ml;

use super::{
    csv::{DecodingReader, Detected, detect, is_utf8},
    sheet::StageRun,
    stage::Found,
    stage_error::{StageError, StageErrorCode},
};
use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// XML Spreadsheet 2003.
    SpreadsheetMl,
    /// Flat OpenDocument: the whole document in one XML file.
    FlatOds,
    Html,
}

/// What the beginning of a text file is, if it is markup that may hold a table.
pub fn kind_of(head: &str) -> Option<Markup> {
    let text = head.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('<') {
        return None;
    }
    let lower = text.to_lowercase();
    if lower.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some(Markup::SpreadsheetMl);
    }
    // The root of a web page that Excel wrote names the spreadsheet's namespace as `…:excel`.
    if lower.contains("<office:document") && lower.contains("opendocument") {
        return Some(Markup::FlatOds);
    }
    let is_page = ["<!doctype html", "<html", "<table", "<body", "<meta", "<tr"];
    (is_page.iter().any(|mark| lower.contains(mark)) && !is_other_xml(&lower))
        .then_some(Markup::Html)
}

/// XML whose root is none of a page: it may still hold the word `<table`.
fn is_other_xml(lower: &str) -> bool {
    lower.starts_with("<?xml") && !lower.contains("<html") && !lower.contains("<!doctype html")
}

pub fn read(
    input: &Path,
    file_name: &str,
    kind: Markup,
    run: &mut StageRun,
) -> Result<Found, StageError> {
    let detected = encoding(input)?;
    let open = || -> Result<_, StageError> {
        let reader = DecodingReader::new(File::open(input)?, &detected);
        Ok(BufReader::with_capacity(1 << 16, reader))
    };
    let mut found = match kind {
        Markup::SpreadsheetMl => spreadsheet_ml::read(open, run)?,
        Markup::FlatOds => super::ods::read_flat(open, run)?,
        Markup::Html => {
            let mut text = String::new();
            open()?
                .take(run.limits.file_bytes)
                .read_to_string(&mut text)?;
            html::read(&text, file_name, run)?
        }
    };
    found.encoding = Some(detected.encoding.name().to_uppercase());
    Ok(found)
}

/// Bytes in which a document says how it is written.
const DECLARATION_BYTES: u64 = 4096;

/// UTF-8 proves itself, whatever the document says; of other encodings its word is taken.
fn encoding(input: &Path) -> Result<Detected, StageError> {
    let mut head = Vec::new();
    File::open(input)?
        .take(DECLARATION_BYTES)
        .read_to_end(&mut head)?;
    let detected = detect(&mut File::open(input)?, || is_utf8(input));
    match (detected, declared(&head)) {
        (Ok(detected), _) if detected.is_unicode() => Ok(detected),
        (_, Some(told)) => Ok(told),
        (detected, None) => detected,
    }
}

/// `encoding="…"` of XML or `charset=…` of a page.
fn declared(head: &[u8]) -> Option<Detected> {
    let text = String::from_utf8_lossy(head).to_lowercase();
    let label = ["charset", "encoding"].iter().find_map(|mark| {
        let at = text.find(mark)? + mark.len();
        let rest = text[at..].trim_start().strip_prefix('=')?.trim_start();
        let rest = rest.trim_start_matches(['"', '\'']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
        Some(&rest[..end.unwrap_or(rest.len())])
    })?;
    Detected::told(label)
}

/// The document's form is broken; the text of the error is for the log.
fn broken(error: impl std::fmt::Display) -> StageError {
    StageErrorCode::Corrupt.because(error)
}
