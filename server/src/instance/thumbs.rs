//! Small pictures for the grid, made once and kept in `cache/thumbs/`.
//!
//! Law: a picture is decoded within limits of pixels and memory, a few at a time; what cannot be decoded has
//! no thumbnail and is shown as a file. The cache may be deleted at any time.

use crate::{
    error::ApiError,
    limits::{THUMB_DECODE_BYTES, THUMB_SOURCE_PIXELS, THUMBS_AT_ONCE},
};
use axum::http::StatusCode;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use std::{
    io::{Cursor, Write},
    path::{Path, PathBuf},
};
use tokio::sync::Semaphore;

/// Longer side in pixels.
pub const SIDES: [u32; 3] = [64, 256, 1024];
const JPEG_QUALITY: u8 = 82;

pub struct Thumbs {
    folder: PathBuf,
    places: Semaphore,
}

impl Thumbs {
    pub fn new(folder: PathBuf) -> Thumbs {
        Thumbs {
            folder,
            places: Semaphore::new(THUMBS_AT_ONCE),
        }
    }

    /// The thumbnail of a picture, from the cache or made from `source`.
    pub async fn get(
        &self,
        digest: &str,
        side: u32,
        source: impl FnOnce() -> Result<Vec<u8>, ApiError> + Send + 'static,
    ) -> Result<Vec<u8>, ApiError> {
        let path = self
            .folder
            .join(&digest[..2])
            .join(format!("{digest}-{side}"));
        let kept = path.clone();
        let read = crate::app::off_loop(move || std::fs::read(kept)).await?;
        if let Ok(bytes) = read {
            return Ok(bytes);
        }
        let _place = self
            .places
            .acquire()
            .await
            .map_err(|cause| ApiError::internal("wait to make a thumbnail", cause))?;
        crate::app::off_loop(move || {
            let bytes = make(&source()?, side)?;
            if let Err(cause) = keep(&path, &bytes) {
                tracing::warn!(%cause, "a thumbnail could not be kept");
            }
            Ok(bytes)
        })
        .await?
    }
}

fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Scales a picture down; a small one keeps its size.
fn make(bytes: &[u8], side: u32) -> Result<Vec<u8>, ApiError> {
    let no_picture = |_: image::ImageError| no_picture();
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|cause| ApiError::io("read a picture", &cause))?;
    let mut decoder = reader.into_decoder().map_err(no_picture)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > THUMB_SOURCE_PIXELS {
        return Err(too_many_pixels());
    }
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(THUMB_DECODE_BYTES);
    decoder.set_limits(limits).map_err(no_picture)?;
    let orientation = decoder.orientation().map_err(no_picture)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(no_picture)?;
    picture.apply_orientation(orientation);
    let small = match width.max(height) > side {
        true => picture.thumbnail(side, side),
        false => picture,
    };
    let mut to = Vec::new();
    let written = match small.color().has_alpha() {
        true => small
            .to_rgba8()
            .write_with_encoder(PngEncoder::new(&mut to)),
        false => small
            .to_rgb8()
            .write_with_encoder(JpegEncoder::new_with_quality(&mut to, JPEG_QUALITY)),
    };
    written.map_err(|cause| ApiError::internal("write a thumbnail", cause))?;
    Ok(to)
}

fn no_picture() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "no_picture",
        "这个文件不是能显示的图片。",
        "This file is no picture that can be shown.",
    )
}

fn too_many_pixels() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "picture_too_large",
        "图片太大,不能生成缩略图。",
        "The picture is too large for a thumbnail.",
    )
}

/// What a file is, by its content: media type, and pixels where it is a picture that we can decode.
pub fn look_at(head: &[u8], path: &Path) -> (&'static str, u32, u32) {
    let Ok(format) = image::guess_format(head) else {
        return (document_type(head), 0, 0);
    };
    let mime = match format {
        ImageFormat::Png => "image/png",
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Gif => "image/gif",
        ImageFormat::Bmp => "image/bmp",
        ImageFormat::WebP => "image/webp",
        _ => return ("application/octet-stream", 0, 0),
    };
    let size = ImageReader::open(path)
        .and_then(ImageReader::with_guessed_format)
        .ok()
        .and_then(|reader| reader.into_dimensions().ok());
    let (width, height) = size.unwrap_or((0, 0));
    (mime, width, height)
}

fn document_type(head: &[u8]) -> &'static str {
    match head {
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        [b'P', b'K', 3, 4, ..] => "application/zip",
        _ => "application/octet-stream",
    }
}

/// The media type of a thumbnail.
pub fn thumb_type(bytes: &[u8]) -> &'static str {
    match bytes.starts_with(&[0xff, 0xd8]) {
        true => "image/jpeg",
        false => "image/png",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut to = Vec::new();
        image::RgbImage::from_pixel(width, height, image::Rgb([200, 30, 30]))
            .write_with_encoder(PngEncoder::new(&mut to))
            .unwrap();
        to
    }

    #[tokio::test]
    async fn pictures_shrink_once_and_come_from_the_cache_then() {
        let dir = tempfile::tempdir().unwrap();
        let thumbs = Thumbs::new(dir.path().to_path_buf());
        let digest = "ab".repeat(32);
        let made = thumbs.get(&digest, 64, || Ok(png(640, 320))).await.unwrap();
        let size = ImageReader::new(Cursor::new(&made))
            .with_guessed_format()
            .unwrap()
            .into_dimensions()
            .unwrap();
        assert_eq!(size, (64, 32));
        assert_eq!(thumb_type(&made), "image/jpeg");
        let again = thumbs
            .get(&digest, 64, || {
                Err(ApiError::internal("be asked again", ""))
            })
            .await
            .unwrap();
        assert_eq!(again, made);
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        assert_eq!(
            make(b"<svg onload=alert(1)>", 64).unwrap_err().code,
            "no_picture"
        );
        assert_eq!(make(&png(8, 8)[..40], 64).unwrap_err().code, "no_picture");
        // A header that claims 65 000 × 65 000 pixels.
        let mut bomb = png(8, 8);
        bomb[16..24].copy_from_slice(&[0, 0, 0xfd, 0xe8, 0, 0, 0xfd, 0xe8]);
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(make(&bomb, 64).unwrap_err().code, "picture_too_large");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |mut crc, byte| {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    crc >> 1 ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
            }
            crc
        })
    }
}
