//! The label “made by AI” in a picture file: XMP and a text chunk in PNG, XMP in JPEG, and letters that people see.
//!
//! Law: pure; a file whose structure is not understood gives nothing rather than a broken file. Tests: `picture.rs`.

use super::picture::Maker;
use image::{Rgba, RgbaImage};
use serde_json::json;

/// What GB 45438 asks for: 1 means “made by AI”.
fn aigc(maker: &Maker) -> String {
    json!({
        "Label": "1",
        "ContentProducer": format!("{} {}", maker.provider, maker.model),
        "ProduceID": "",
        "ReservedCode1": "",
        "ContentPropagator": "Suanpan",
        "PropagateID": "",
        "ReservedCode2": "",
    })
    .to_string()
}

fn xml(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

fn xmp(maker: &Maker) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
xmlns:TC260=\"http://www.tc260.org.cn/ns/AIGC/1.0/\" xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" \
xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" TC260:AIGC=\"{}\" \
Iptc4xmpExt:DigitalSourceType=\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\" \
xmp:CreatorTool=\"{}\"/></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>",
        xml(&aigc(maker)),
        xml(maker.model)
    )
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Signature, and the header chunk that comes first.
const PNG_HEAD: usize = 8 + 25;

/// After the header: `iTXt` with XMP, and `AIGC` for readers that know no XMP.
pub(super) fn in_png(bytes: &[u8], maker: &Maker) -> Option<Vec<u8>> {
    if !bytes.starts_with(PNG) || bytes.get(12..16)? != b"IHDR" || bytes.len() < PNG_HEAD {
        return None;
    }
    let itxt = |keyword: &str, text: &str| {
        // Not compressed, no language.
        let mut data = keyword.as_bytes().to_vec();
        data.extend([0, 0, 0, 0, 0]);
        data.extend(text.as_bytes());
        chunk(b"iTXt", &data)
    };
    let mut out = bytes[..PNG_HEAD].to_vec();
    out.extend(itxt("XML:com.adobe.xmp", &xmp(maker)));
    out.extend(itxt("AIGC", &aigc(maker)));
    out.extend(&bytes[PNG_HEAD..]);
    Some(out)
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(name);
    crc.update(data);
    let mut out = (data.len() as u32).to_be_bytes().to_vec();
    out.extend(name);
    out.extend(data);
    out.extend(crc.sum().to_be_bytes());
    out
}

/// Behind the start marker, and behind a JFIF header, which wants to be first.
pub(super) fn in_jpeg(bytes: &[u8], maker: &Maker) -> Option<Vec<u8>> {
    if !bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return None;
    }
    let at = match bytes.get(2..4)? {
        [0xff, 0xe0] => {
            let length = u16::from_be_bytes([*bytes.get(4)?, *bytes.get(5)?]);
            4 + usize::from(length)
        }
        _ => 2,
    };
    let mut data = b"http://ns.adobe.com/xap/1.0/\0".to_vec();
    data.extend(xmp(maker).as_bytes());
    let length = u16::try_from(data.len() + 2).ok()?;
    let mut out = bytes.get(..at)?.to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(length.to_be_bytes());
    out.extend(data);
    out.extend(&bytes[at..]);
    Some(out)
}

/// Strokes of “AI生成” in a box of 100 × 100 per letter.
type Stroke = [(f32, f32); 2];
const LETTERS: [&[Stroke]; 4] = [
    &[
        [(10.0, 90.0), (50.0, 10.0)],
        [(50.0, 10.0), (90.0, 90.0)],
        [(27.0, 62.0), (73.0, 62.0)],
    ],
    &[
        [(50.0, 10.0), (50.0, 90.0)],
        [(30.0, 10.0), (70.0, 10.0)],
        [(30.0, 90.0), (70.0, 90.0)],
    ],
    &[
        [(30.0, 8.0), (14.0, 40.0)],
        [(22.0, 26.0), (84.0, 26.0)],
        [(20.0, 54.0), (80.0, 54.0)],
        [(50.0, 6.0), (50.0, 90.0)],
        [(8.0, 90.0), (92.0, 90.0)],
    ],
    &[
        [(16.0, 26.0), (90.0, 26.0)],
        [(18.0, 26.0), (18.0, 60.0)],
        [(18.0, 60.0), (8.0, 92.0)],
        [(18.0, 46.0), (44.0, 46.0)],
        [(44.0, 46.0), (41.0, 78.0)],
        [(41.0, 78.0), (31.0, 72.0)],
        [(58.0, 6.0), (64.0, 58.0)],
        [(64.0, 58.0), (86.0, 92.0)],
        [(86.0, 92.0), (93.0, 74.0)],
        [(84.0, 44.0), (50.0, 90.0)],
        [(72.0, 6.0), (86.0, 17.0)],
    ],
];

/// At the lower right, at least a twentieth of the shorter side high, white on a dark ground.
pub(super) fn draw(picture: &mut RgbaImage) {
    let (width, height) = picture.dimensions();
    let size = (width.min(height) as f32 / 16.0).max(12.0);
    let pad = size * 0.35;
    let (box_width, box_height) = (size * 4.0 + pad * 2.0, size + pad * 2.0);
    let left = (width as f32 - box_width - pad).max(0.0);
    let top = (height as f32 - box_height - pad).max(0.0);
    let stroke = (size / 18.0).max(0.7);
    for y in top as u32..height.min((top + box_height) as u32) {
        for x in left as u32..width.min((left + box_width) as u32) {
            let (u, v) = (x as f32 - left - pad, y as f32 - top - pad);
            let letter = (u / size).floor();
            let is_ink = (0.0..4.0).contains(&letter) && {
                let (u, v) = (u - letter * size, v);
                let scale = size / 100.0;
                LETTERS[letter as usize]
                    .iter()
                    .any(|line| distance(line, u / scale, v / scale) * scale <= stroke)
            };
            let pixel = picture.get_pixel_mut(x, y);
            let shade = |part: u8| part / 3;
            *pixel = match is_ink {
                true => Rgba([255, 255, 255, 255]),
                false => Rgba([shade(pixel.0[0]), shade(pixel.0[1]), shade(pixel.0[2]), 255]),
            };
        }
    }
}

fn distance([(ax, ay), (bx, by)]: &Stroke, x: f32, y: f32) -> f32 {
    let (dx, dy) = (bx - ax, by - ay);
    let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy).max(f32::EPSILON);
    let along = along.clamp(0.0, 1.0);
    (x - ax - along * dx).hypot(y - ay - along * dy)
}
