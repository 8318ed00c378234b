//! Pictures on their way to a model and back: made small before sending, checked and labelled after receiving.
//!
//! [`for_asking`] gives the data URI that goes out; [`finished`] turns what a provider sent into a file that says,
//! in its metadata and if wanted visibly, that AI made it (China's measures of 2025-09-01, GB 45438: the `AIGC`
//! property; elsewhere IPTC's digital source type). Law: bytes that are no picture within the limits go no further;
//! the label survives download and export, for it is in the file. Tests: at the end of this file.

use super::{AskError, label};
use base64::{Engine, engine::general_purpose::STANDARD};
use image::{
    DynamicImage, GenericImageView, ImageEncoder, ImageFormat, ImageReader, Limits,
    codecs::jpeg::JpegEncoder, codecs::png::PngEncoder, imageops::FilterType,
};
use std::io::Cursor;

pub mod limits {
    /// The longer side of a picture that is sent.
    pub const SENT_SIDE_PX: u32 = 1024;
    pub const SENT_JPEG_QUALITY: u8 = 85;
    /// Of a picture that comes back, before it is decoded.
    pub const RECEIVED_BYTES: usize = 20 << 20;
    pub const RECEIVED_SIDE_PX: u32 = 8192;
    /// Memory for decoding.
    pub const DECODE_BYTES: u64 = 512 << 20;
}

/// A finished picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Vec<u8>,
    pub mime: &'static str,
    pub width_px: u32,
    pub height_px: u32,
}

/// Who made a picture, for its label.
#[derive(Debug, Clone, Copy)]
pub struct Maker<'a> {
    pub provider: &'a str,
    pub model: &'a str,
    /// Written so that people see it, too.
    pub is_visible: bool,
}

fn unusable(detail: impl Into<String>) -> AskError {
    AskError::BadPicture {
        detail: detail.into(),
    }
}

fn decoded(bytes: &[u8]) -> Result<(DynamicImage, ImageFormat), AskError> {
    if bytes.len() > limits::RECEIVED_BYTES {
        return Err(unusable(format!("{} bytes", bytes.len())));
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| unusable(error.to_string()))?;
    let mut bounds = Limits::default();
    bounds.max_image_width = Some(limits::RECEIVED_SIDE_PX);
    bounds.max_image_height = Some(limits::RECEIVED_SIDE_PX);
    bounds.max_alloc = Some(limits::DECODE_BYTES);
    reader.limits(bounds);
    let format = reader
        .format()
        .ok_or_else(|| unusable("no known picture format"))?;
    let picture = reader
        .decode()
        .map_err(|error| unusable(error.to_string()))?;
    Ok((picture, format))
}

/// A JPEG of at most [`limits::SENT_SIDE_PX`] as a data URI.
pub fn for_asking(bytes: &[u8]) -> Result<String, AskError> {
    let (picture, _) = decoded(bytes)?;
    let side = limits::SENT_SIDE_PX;
    let picture = match picture.width().max(picture.height()) > side {
        true => picture.resize(side, side, FilterType::Triangle),
        false => picture,
    };
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, limits::SENT_JPEG_QUALITY);
    on_white(&picture)
        .write_with_encoder(encoder)
        .map_err(|error| unusable(error.to_string()))?;
    Ok(format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg)))
}

/// JPEG has no transparency; black behind a cut-out product would mislead the model.
fn on_white(picture: &DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.to_rgb8());
    }
    let (width, height) = picture.dimensions();
    let mut white = image::RgbaImage::from_pixel(width, height, image::Rgba([255; 4]));
    image::imageops::overlay(&mut white, &picture.to_rgba8(), 0, 0);
    DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(white).to_rgb8())
}

/// The bytes of a data URI.
pub fn of_data_uri(uri: &str) -> Option<Vec<u8>> {
    let (_, data) = uri.split_once("base64,")?;
    STANDARD.decode(data.trim()).ok()
}

/// Base64 from an answer, with or without its data URI.
pub fn of_base64(text: &str) -> Result<Vec<u8>, AskError> {
    let data = text.split_once("base64,").map_or(text, |(_, data)| data);
    STANDARD
        .decode(data.trim())
        .map_err(|error| unusable(format!("base64: {error}")))
}

/// Checked and labelled. PNG and JPEG keep their bytes but for the label; other formats become PNG.
pub fn finished(bytes: &[u8], maker: Maker) -> Result<Picture, AskError> {
    let (picture, format) = decoded(bytes)?;
    let (width_px, height_px) = picture.dimensions();
    let made = |bytes, mime| Picture {
        bytes,
        mime,
        width_px,
        height_px,
    };
    let labelled =
        |bytes: Option<Vec<u8>>| bytes.ok_or_else(|| unusable("the file's structure is broken"));
    match format {
        ImageFormat::Jpeg if !maker.is_visible => {
            Ok(made(labelled(label::in_jpeg(bytes, &maker))?, "image/jpeg"))
        }
        ImageFormat::Png if !maker.is_visible => {
            Ok(made(labelled(label::in_png(bytes, &maker))?, "image/png"))
        }
        _ => {
            let mut picture = picture.to_rgba8();
            if maker.is_visible {
                label::draw(&mut picture);
            }
            let mut png = Vec::new();
            PngEncoder::new(&mut png)
                .write_image(
                    &picture,
                    width_px,
                    height_px,
                    image::ExtendedColorType::Rgba8,
                )
                .map_err(|error| unusable(error.to_string()))?;
            Ok(made(labelled(label::in_png(&png, &maker))?, "image/png"))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let image = image::RgbImage::from_pixel(width, height, image::Rgb([200, 30, 30]));
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn maker(is_visible: bool) -> Maker<'static> {
        Maker {
            provider: "通义",
            model: "qwen-image",
            is_visible,
        }
    }

    #[test]
    fn a_sent_picture_is_a_small_jpeg() {
        for (width, height, expected) in [(3000, 1500, (1024, 512)), (40, 20, (40, 20))] {
            let uri = for_asking(&picture(ImageFormat::Png, width, height)).unwrap();
            assert!(uri.starts_with("data:image/jpeg;base64,"));
            let sent = image::load_from_memory(&of_data_uri(&uri).unwrap()).unwrap();
            assert_eq!(sent.dimensions(), expected);
        }
        let mut clear = image::RgbaImage::from_pixel(4, 4, image::Rgba([0, 0, 0, 0]));
        clear.put_pixel(0, 0, image::Rgba([255, 0, 0, 255]));
        let white = on_white(&DynamicImage::ImageRgba8(clear)).to_rgb8();
        assert_eq!(white.get_pixel(3, 3).0, [255; 3]);
        assert!(matches!(
            for_asking(b"<html>"),
            Err(AskError::BadPicture { .. })
        ));
    }

    #[test]
    fn every_finished_picture_says_that_ai_made_it_and_still_opens() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            for is_visible in [false, true] {
                let bytes = picture(format, 200, 120);
                let done = finished(&bytes, maker(is_visible)).unwrap();
                assert_eq!((done.width_px, done.height_px), (200, 120));
                let text = String::from_utf8_lossy(&done.bytes);
                assert!(
                    text.contains("AIGC") && text.contains("trainedAlgorithmicMedia"),
                    "{format:?}"
                );
                assert!(text.contains("qwen-image"), "{format:?}");
                let again = image::load_from_memory(&done.bytes).unwrap().to_rgb8();
                let marked = again.pixels().filter(|pixel| pixel.0[1] > 120).count();
                assert_eq!(marked > 20, is_visible, "{format:?}: {marked} light pixels");
                // A picture that goes through twice keeps one label that opens.
                let twice = finished(&done.bytes, maker(false)).unwrap();
                image::load_from_memory(&twice.bytes).unwrap();
            }
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let huge = vec![0; limits::RECEIVED_BYTES + 1];
        let mut bomb = picture(ImageFormat::Png, 10, 10);
        // A width of 60,000 in the header.
        bomb[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        for bytes in [
            &b""[..],
            b"<html>no</html>",
            b"\x89PNG\r\n\x1a\n",
            &huge,
            &bomb,
        ] {
            let refused = finished(bytes, maker(false)).unwrap_err();
            assert_eq!(refused.code(), "bad_picture");
        }
        assert_eq!(of_base64("%%%").unwrap_err().code(), "bad_picture");
    }
}
