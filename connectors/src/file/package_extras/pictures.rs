//! Keeps the bytes of pictures in the staged folder, each content once, originals byte for byte.
//!
//! Type: [`PictureStore`]. Tests: `connectors/tests/staging.rs`.

use crate::file::{
    limits::{PICTURE_BYTES, PICTURES},
    manifest::Note,
    stage_error::StageError,
    staged::PICTURES_FOLDER,
    xlsx::package::Package,
};
use std::{
    collections::HashMap,
    fs,
    io::{Cursor, Read},
    path::{Path, PathBuf},
};
use table::value::Attachment;

#[derive(Debug)]
pub struct PictureStore {
    folder: PathBuf,
    /// By part name; `None` for parts that are no picture or too large.
    known: HashMap<String, Option<Attachment>>,
    n_refused: u64,
}

impl PictureStore {
    pub fn new(into: &Path) -> PictureStore {
        PictureStore {
            folder: into.join(PICTURES_FOLDER),
            known: HashMap::new(),
            n_refused: 0,
        }
    }

    /// The picture of a part, with the name a person would give it if there is one.
    pub fn take(
        &mut self,
        package: &mut Package,
        part: &str,
        name: &str,
    ) -> Result<Option<Attachment>, StageError> {
        let key = part.to_lowercase();
        if !self.known.contains_key(&key) {
            let picture = self.read(package, part)?;
            self.n_refused += u64::from(picture.is_none());
            self.known.insert(key.clone(), picture);
        }
        let picture = self.known.get(&key).cloned().flatten();
        Ok(picture.map(|picture| named(picture, name)))
    }

    fn read(
        &mut self,
        package: &mut Package,
        part: &str,
    ) -> Result<Option<Attachment>, StageError> {
        if self.known.len() >= PICTURES || !package.has(part) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let mut stream = package.stream(part)?.take(PICTURE_BYTES + 1);
        // A broken picture is left out, the table is not.
        if stream.read_to_end(&mut bytes).is_err() {
            return Ok(None);
        }
        drop(stream);
        self.keep(bytes, part)
    }

    /// A picture that is no part of a package, known by `key` from now on.
    pub fn take_bytes(
        &mut self,
        key: &str,
        bytes: Vec<u8>,
        name: &str,
    ) -> Result<Option<Attachment>, StageError> {
        if !self.known.contains_key(key) {
            let room = self.known.len() < PICTURES;
            let picture = if room { self.keep(bytes, key)? } else { None };
            self.n_refused += u64::from(picture.is_none());
            self.known.insert(key.into(), picture);
        }
        let picture = self.known.get(key).cloned().flatten();
        Ok(picture.map(|picture| named(picture, name)))
    }

    fn keep(&self, bytes: Vec<u8>, part: &str) -> Result<Option<Attachment>, StageError> {
        if bytes.is_empty() || bytes.len() as u64 > PICTURE_BYTES {
            return Ok(None);
        }
        let digest = blake3::hash(&bytes).to_hex().to_string();
        let path = self.folder.join(&digest);
        if !path.exists() {
            fs::write(path, &bytes)?;
        }
        let file_name = part.rsplit('/').next().unwrap_or(part);
        let size_bytes = bytes.len() as u64;
        let (mime, width_px, height_px) = looks(bytes, file_name);
        Ok(Some(Attachment {
            digest: digest.into(),
            name: file_name.into(),
            mime: mime.into(),
            size_bytes,
            width_px,
            height_px,
        }))
    }

    pub fn into_notes(self) -> Vec<Note> {
        if self.n_refused == 0 {
            return Vec::new();
        }
        vec![Note::warning(
            "pictures_refused",
            format!("有 {} 张图片已损坏或太大，没有导入。", self.n_refused),
            format!(
                "{} picture(s) are damaged or too large and are left out.",
                self.n_refused
            ),
        )]
    }
}

fn named(mut picture: Attachment, name: &str) -> Attachment {
    let name = name.trim();
    // WPS ids are no names for people.
    if name.is_empty() || name.starts_with("ID_") {
        return picture;
    }
    let short: String = name
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '/' | '\\'))
        .take(100)
        .collect();
    let extension = picture
        .name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_string());
    picture.name = match extension {
        Some(extension)
            if !short
                .to_lowercase()
                .ends_with(&format!(".{}", extension.to_lowercase())) =>
        {
            format!("{short}.{extension}").into()
        }
        _ => short.into(),
    };
    picture
}

/// Media type and pixels by the bytes; the name decides only what bytes cannot tell.
fn looks(bytes: Vec<u8>, file_name: &str) -> (&'static str, u32, u32) {
    let is_svg = bytes.iter().take(512).any(|byte| *byte == b'<')
        && String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).contains("<svg");
    let Ok(reader) = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format() else {
        return ("application/octet-stream", 0, 0);
    };
    let Some(format) = reader.format() else {
        let extension = file_name
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let mime = match extension.as_str() {
            _ if is_svg => "image/svg+xml",
            "emf" => "image/emf",
            "wmf" => "image/wmf",
            "heic" => "image/heic",
            _ => "application/octet-stream",
        };
        return (mime, 0, 0);
    };
    let (width, height) = reader.into_dimensions().unwrap_or((0, 0));
    (format.to_mime_type(), width, height)
}
