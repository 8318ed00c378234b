//! Pictures of records in a form that every spreadsheet program shows, read once however often they stand in a document.
//!
//! Type: [`Pictures`]. Law: a picture that can't be read leaves its cell empty and a note. Tests:
//! `connectors/tests/document.rs`.

use super::{Note, limits::PICTURE_PX};
use crate::{export::Blobs, model::Text2};
use image::{ImageFormat, ImageReader, Limits};
use std::{collections::HashMap, io::Cursor};
use table::value::Attachment;

/// Bytes and size in pixels.
type Picture = (Vec<u8>, (u32, u32));

/// Bytes above which a picture is shrunk.
const KEPT_BYTES: usize = 2 << 20;
const DECODE_BYTES: u64 = 512 << 20;

pub struct Pictures<'a> {
    blobs: &'a dyn Blobs,
    read: HashMap<String, Option<Picture>>,
    notes: Vec<Note>,
}

impl<'a> Pictures<'a> {
    pub fn new(blobs: &'a dyn Blobs) -> Pictures<'a> {
        Pictures {
            blobs,
            read: HashMap::new(),
            notes: Vec::new(),
        }
    }

    /// A picture that was drawn here.
    pub fn own(&self, bytes: Vec<u8>) -> Option<Picture> {
        let size = size_of(&bytes)?;
        Some((bytes, size))
    }

    /// `at`: `sheet!cell`, for the note where it can't be read.
    pub fn of(&mut self, file: &Attachment, at: &str) -> Option<Picture> {
        let blobs = self.blobs;
        let read = self.read.entry(file.digest.to_string()).or_insert_with(|| {
            let bytes = blobs.bytes(&file.digest)?;
            fitting(bytes)
        });
        if read.is_none() {
            let name = &file.name;
            self.notes.push(Note {
                code: "picture_unreadable",
                at: at.to_string(),
                message: Text2::new(
                    format!("图片“{name}”读不出来，{at} 留空了。"),
                    format!("Picture “{name}” can't be read; {at} was left empty."),
                ),
            });
        }
        read.clone()
    }

    pub fn notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }
}

fn size_of(bytes: &[u8]) -> Option<(u32, u32)> {
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    reader.into_dimensions().ok()
}

fn fitting(bytes: Vec<u8>) -> Option<Picture> {
    let is_known = matches!(
        image::guess_format(&bytes).ok()?,
        ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif
    );
    if is_known && bytes.len() <= KEPT_BYTES {
        let size = size_of(&bytes)?;
        return Some((bytes, size));
    }
    let mut reader = ImageReader::new(Cursor::new(&bytes))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODE_BYTES);
    reader.limits(limits);
    let mut picture = reader.decode().ok()?;
    if picture.width().max(picture.height()) > PICTURE_PX {
        picture = picture.thumbnail(PICTURE_PX, PICTURE_PX);
    }
    let (picture, format) = match picture.color().has_alpha() {
        true => (picture, ImageFormat::Png),
        false => (picture.to_rgb8().into(), ImageFormat::Jpeg),
    };
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).ok()?;
    Some((out.into_inner(), (picture.width(), picture.height())))
}
