//! Pictures into a form that every spreadsheet program shows: PNG, JPEG, GIF or BMP, as stored where possible.

use super::Blobs;
use image::{ImageFormat, ImageReader, Limits};
use rust_xlsxwriter::{Image, ObjectMovement};
use std::{collections::HashMap, io::Cursor};
use table::value::Attachment;

/// Bytes above which a picture is shrunk; smaller ones are kept byte for byte.
const KEPT_BYTES: usize = 4 << 20;
/// Longest side after shrinking, in pixels.
const SHRUNK_PX: u32 = 1600;

/// Pictures by digest, read once however many cells show them.
pub(super) struct Pictures<'a> {
    blobs: &'a dyn Blobs,
    images: HashMap<String, Option<Image>>,
}

impl<'a> Pictures<'a> {
    pub(super) fn new(blobs: &'a dyn Blobs) -> Pictures<'a> {
        Pictures {
            blobs,
            images: HashMap::new(),
        }
    }

    /// The picture moving and sizing with its cell; `None` where it is no picture or cannot be read.
    pub(super) fn image(&mut self, file: &Attachment) -> Option<Image> {
        if !file.mime.starts_with("image/") {
            return None;
        }
        let blobs = self.blobs;
        let made = self
            .images
            .entry(file.digest.to_string())
            .or_insert_with(|| load(blobs, file));
        made.clone()
    }
}

fn load(blobs: &dyn Blobs, file: &Attachment) -> Option<Image> {
    let bytes = blobs.bytes(&file.digest)?;
    let known = matches!(
        image::guess_format(&bytes).ok()?,
        ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::Bmp
    );
    let bytes = if known && bytes.len() <= KEPT_BYTES {
        bytes
    } else {
        shrink(&bytes)?
    };
    let image = Image::new_from_buffer(&bytes).ok()?;
    Some(
        image
            .set_object_movement(ObjectMovement::MoveAndSizeWithCells)
            .set_alt_text(file.name.as_ref()),
    )
}

fn shrink(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(512 << 20);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let picture = if picture.width().max(picture.height()) > SHRUNK_PX {
        picture.thumbnail(SHRUNK_PX, SHRUNK_PX)
    } else {
        picture
    };
    let mut out = Cursor::new(Vec::new());
    let (picture, format) = if picture.color().has_alpha() {
        (picture, ImageFormat::Png)
    } else {
        (
            image::DynamicImage::ImageRgb8(picture.to_rgb8()),
            ImageFormat::Jpeg,
        )
    };
    picture.write_to(&mut out, format).ok()?;
    Some(out.into_inner())
}
