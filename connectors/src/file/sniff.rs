//! What a file is, by its content; its name is never asked.
//!
//! Function: [`sniff`]. Tests: `connectors/tests/staging.rs`.

use super::{
    markup::{self, Markup},
    stage_error::{StageError, StageErrorCode},
};
use std::{
    fs::File,
    io::{Read, Seek},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A zip: xlsx, xlsm, xlsb or ods.
    Zip,
    /// A compound file with a workbook: xls or et.
    Xls,
    /// A compound file around an encrypted zip.
    Encrypted,
    Markup(Markup),
    Text,
}

/// Bytes looked at.
const HEAD: u64 = 4096;
/// Bytes in which the directory of a damaged compound file is looked for.
const DIRECTORY_SEARCH: u64 = 1 << 20;

pub fn sniff(file: &mut File) -> Result<Kind, StageError> {
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    file.rewind()?;
    if head.is_empty() {
        return Err(StageErrorCode::Empty.because("0 bytes"));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Kind::Zip);
    }
    if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return compound(file);
    }
    // A bare BIFF stream of Excel 2–4 is older than any program still in use.
    if let Some(name) = foreign(&head) {
        return Err(StageErrorCode::NotATable.because(name));
    }
    let text = head_text(&head);
    if let Some(kind) = markup::kind_of(&text) {
        return Ok(Kind::Markup(kind));
    }
    if text.trim_start().starts_with("<?xml") {
        return Err(StageErrorCode::NotATable.because("XML without a table"));
    }
    Ok(Kind::Text)
}

fn compound(file: &mut File) -> Result<Kind, StageError> {
    let opened = cfb::CompoundFile::open(&mut *file).map(|compound| {
        let has = |path: &str| compound.exists(path);
        if has("EncryptedPackage") || has("EncryptionInfo") {
            Ok(Kind::Encrypted)
        } else if has("Workbook") || has("Book") {
            Ok(Kind::Xls)
        } else {
            Err(StageErrorCode::NotATable.because("compound file without workbook"))
        }
    });
    file.rewind()?;
    match opened {
        Ok(kind) => kind,
        // Some writers of encrypted files lay out the directory more freely than the standard allows.
        Err(_) if names_a_stream(file, "EncryptedPackage")? => Ok(Kind::Encrypted),
        Err(error) => Err(StageErrorCode::Corrupt.because(error)),
    }
}

/// Whether a directory of streams somewhere in the first bytes has the name.
fn names_a_stream(file: &mut File, name: &str) -> Result<bool, StageError> {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut head = Vec::new();
    file.by_ref()
        .take(DIRECTORY_SEARCH)
        .read_to_end(&mut head)?;
    file.rewind()?;
    Ok(head.windows(name.len()).any(|part| part == name))
}

/// Files that people pick by mistake.
fn foreign(head: &[u8]) -> Option<&'static str> {
    const MAGICS: [(&[u8], &str); 11] = [
        (b"%PDF", "PDF"),
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"Rar!", "RAR"),
        (b"7z\xbc\xaf", "7z"),
        (b"\x1f\x8b", "gzip"),
        (b"RIFF", "RIFF"),
        (b"SQLite format 3", "SQLite"),
        (b"PAR1", "Parquet"),
        (b"{\\rtf", "RTF"),
    ];
    MAGICS
        .into_iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, name)| name)
}

/// As text, also where it is written in UTF-16.
fn head_text(head: &[u8]) -> String {
    let encoding = match head {
        [0xff, 0xfe, ..] | [b'<', 0, ..] => encoding_rs::UTF_16LE,
        [0xfe, 0xff, ..] | [0, b'<', ..] => encoding_rs::UTF_16BE,
        _ => encoding_rs::UTF_8,
    };
    let (text, _) = encoding.decode_with_bom_removal(head);
    text.into_owned()
}
