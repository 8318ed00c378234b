//! The encoding of a text file, told from all of its bytes, and a reader that gives UTF-8.
//!
//! Types: [`Detected`], [`DecodingReader`]. Law: "it decodes" proves nothing, since GB18030 decodes almost
//! anything; candidates are scored by how common their characters are. Tests: at the end of this file.

use crate::file::{
    manifest::Note,
    stage_error::{StageError, StageErrorCode},
};
use encoding_rs::{
    BIG5, CoderResult, Decoder, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE, WINDOWS_1252,
};
use std::io::{Read, Seek};

const HEAD: usize = 64 << 10;
/// Bytes with characters beyond ASCII that are scored.
const SCORED_BYTES: usize = 256 << 10;

#[derive(Debug)]
pub struct Detected {
    pub encoding: &'static Encoding,
    bom_bytes: u64,
    sure: bool,
}

impl Detected {
    /// As a document says of itself, by a label of the web; none of the encodings that prove themselves.
    pub fn told(label: &str) -> Option<Detected> {
        let encoding = Encoding::for_label(label.as_bytes())?;
        // GBK as people write it is GB18030.
        let encoding = if encoding == GBK { GB18030 } else { encoding };
        let told = Detected {
            encoding,
            bom_bytes: 0,
            sure: true,
        };
        (!told.is_unicode()).then_some(told)
    }

    pub fn is_unicode(&self) -> bool {
        [UTF_8, UTF_16LE, UTF_16BE].contains(&self.encoding)
    }

    pub fn notes(&self) -> Vec<Note> {
        if self.sure {
            return Vec::new();
        }
        vec![Note::warning(
            "encoding_unsure",
            format!(
                "文件的文字编码是猜的（{}）。如果预览里有乱码，请用 Excel 或 WPS 另存为 xlsx 再导入。",
                self.encoding.name()
            ),
            format!(
                "The text encoding is a guess ({}). If the preview shows garbage, save the file as xlsx and import that.",
                self.encoding.name()
            ),
        )]
    }
}

/// `is_utf8` may prove faster than a pass over the file that all of it is UTF-8; it may also not know.
pub fn detect(
    file: &mut (impl Read + Seek),
    is_utf8: impl FnOnce() -> bool,
) -> Result<Detected, StageError> {
    let found = |encoding, bom_bytes| Detected {
        encoding,
        bom_bytes,
        sure: true,
    };
    let mut head = Vec::new();
    file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    if let Some((encoding, length)) = Encoding::for_bom(&head) {
        return Ok(found(encoding, length as u64));
    }
    if let Some(encoding) = utf16_by_zeros(&head) {
        return Ok(found(encoding, 0));
    }
    if let Some(byte) = binary_byte(&head) {
        return Err(
            StageErrorCode::NotText.because(format_args!("byte {byte:#04x} in the first part"))
        );
    }
    if is_utf8() {
        return Ok(found(UTF_8, 0));
    }
    file.rewind()?;
    let Some(foreign) = beyond_utf8(file)? else {
        return Ok(found(UTF_8, 0));
    };
    by_score(&foreign)
}

fn utf16_by_zeros(head: &[u8]) -> Option<&'static Encoding> {
    let zeros = |offset: usize| {
        head.iter()
            .skip(offset)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let many = head.len() / 40;
    if head.len() < 4 || even + odd <= many {
        return None;
    }
    if even * 20 <= odd && text_like(UTF_16LE, head) {
        return Some(UTF_16LE);
    }
    (odd * 20 <= even && text_like(UTF_16BE, head)).then_some(UTF_16BE)
}

/// No control characters, private use or broken pairs to speak of.
fn text_like(encoding: &'static Encoding, head: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(&head[..head.len() & !1]);
    let n = text.chars().count();
    let odd = text
        .chars()
        .filter(|c| {
            c.is_control() && !c.is_whitespace()
                || *c == '\u{fffd}'
                || ('\u{e000}'..'\u{f900}').contains(c)
        })
        .count();
    odd * 50 <= n
}

/// A byte that no text file has, if there are more than a few of them.
fn binary_byte(head: &[u8]) -> Option<u8> {
    let is_control = |byte: &&u8| matches!(**byte, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f);
    let n = head.iter().filter(is_control).count();
    let first = head.iter().find(is_control).copied()?;
    (n * 200 > head.len() || first == 0).then_some(first)
}

/// `None` if all of the file is UTF-8 (a cut last character is allowed); else the bytes around the first
/// ones that are not.
fn beyond_utf8(file: &mut impl Read) -> Result<Option<Vec<u8>>, StageError> {
    let mut carry: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 1 << 20];
    loop {
        let n = file.read(&mut chunk)?;
        if n == 0 {
            return Ok(None);
        }
        carry.extend_from_slice(&chunk[..n]);
        match std::str::from_utf8(&carry) {
            Ok(_) => carry.clear(),
            Err(error) if error.error_len().is_none() => {
                carry.drain(..error.valid_up_to());
            }
            Err(_) => {
                let mut more = vec![0; SCORED_BYTES];
                let n = file.read(&mut more)?;
                carry.extend_from_slice(&more[..n]);
                // From the beginning of a line: a cut inside a character would shift all that follow.
                let first = carry.iter().position(|byte| *byte >= 0x80).unwrap_or(0);
                let line = carry[..first]
                    .iter()
                    .rposition(|byte| *byte == b'\n')
                    .map_or(0, |at| at + 1);
                let end = carry.len().min(line + SCORED_BYTES);
                return Ok(Some(carry[line..end].to_vec()));
            }
        }
    }
}

fn by_score(bytes: &[u8]) -> Result<Detected, StageError> {
    let chinese = score(GB18030, bytes);
    let (encoding, best) = if chinese > 0.3 {
        (GB18030, chinese)
    } else {
        [BIG5, SHIFT_JIS, EUC_KR]
            .into_iter()
            .map(|encoding| (encoding, score(encoding, bytes)))
            .fold((GB18030, chinese), |best, other| {
                if other.1 > best.1 { other } else { best }
            })
    };
    let n_high = bytes.iter().filter(|byte| **byte >= 0x80).count();
    if best <= 0.0 && n_high * 8 > bytes.len() {
        return Err(
            StageErrorCode::NotText.because(format_args!("no encoding fits (best {best:.2})"))
        );
    }
    // A few accented letters among ASCII.
    let encoding = if best <= 0.0 { WINDOWS_1252 } else { encoding };
    Ok(Detected {
        encoding,
        bom_bytes: 0,
        sure: best > 0.3,
    })
}

/// Per character beyond ASCII: +1 common, −0.5 rare, −4 impossible.
fn score(encoding: &'static Encoding, bytes: &[u8]) -> f64 {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let mut total = 0.0;
    let mut n = 0u32;
    for c in text.chars().filter(|c| !c.is_ascii()) {
        n += 1;
        total += match c {
            '\u{fffd}' | '\u{e000}'..='\u{f8ff}' => -4.0,
            '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff5e}' | '￥' => 0.5,
            '\u{4e00}'..='\u{9fff}' => hanzi_score(encoding, c),
            '\u{3040}'..='\u{30ff}' if encoding == SHIFT_JIS => 1.0,
            '\u{ac00}'..='\u{d7a3}' if encoding == EUC_KR => 1.0,
            _ => -1.0,
        };
    }
    if n == 0 { 0.0 } else { total / f64::from(n) }
}

fn hanzi_score(encoding: &'static Encoding, c: char) -> f64 {
    let mut one = [0; 4];
    let (bytes, _, failed) = encoding.encode(c.encode_utf8(&mut one));
    let common = match bytes.as_ref() {
        [lead, trail] if encoding == GB18030 => (0xb0..=0xd7).contains(lead) && *trail >= 0xa1,
        [lead, _] if encoding == BIG5 => (0xa4..=0xc6).contains(lead),
        [lead, _] if encoding == SHIFT_JIS => (0x88..=0x97).contains(lead),
        [lead, _] if encoding == EUC_KR => *lead < 0xb0,
        _ => false,
    };
    if common && !failed { 1.0 } else { -0.5 }
}

/// Reads any encoding as UTF-8; what cannot be decoded becomes U+FFFD.
pub struct DecodingReader<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    n_input: usize,
    output: Vec<u8>,
    at: usize,
    ended: bool,
    skip: u64,
}

impl<R: Read> DecodingReader<R> {
    pub fn new(inner: R, detected: &Detected) -> DecodingReader<R> {
        DecodingReader {
            inner,
            decoder: detected.encoding.new_decoder_without_bom_handling(),
            input: vec![0; 1 << 16],
            n_input: 0,
            output: Vec::new(),
            at: 0,
            ended: false,
            skip: detected.bom_bytes,
        }
    }

    fn refill(&mut self) -> std::io::Result<()> {
        while self.at == self.output.len() && !self.ended {
            self.n_input = self.inner.read(&mut self.input)?;
            self.ended = self.n_input == 0;
            let skipped = (self.skip as usize).min(self.n_input);
            self.skip -= skipped as u64;
            let source = &self.input[skipped..self.n_input];
            let room = self
                .decoder
                .max_utf8_buffer_length(source.len())
                .unwrap_or(source.len() * 3 + 64);
            self.output.resize(room, 0);
            let (result, _, written, _) =
                self.decoder
                    .decode_to_utf8(source, &mut self.output, self.ended);
            debug_assert_eq!(result, CoderResult::InputEmpty);
            self.output.truncate(written);
            self.at = 0;
        }
        Ok(())
    }
}

impl<R: Read> Read for DecodingReader<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.refill()?;
        let n = into.len().min(self.output.len() - self.at);
        into[..n].copy_from_slice(&self.output[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Cursor;

    const TEXT: &str = "货号,品名,单价\nA001,发夹（红色）,3.50\nA002,塑料头绳，大号,￥12\n义乌国际商贸城三区,库存充足,9\n";

    fn read_back(bytes: &[u8]) -> (String, String) {
        let detected = detect(&mut Cursor::new(bytes), || false).unwrap();
        let mut text = String::new();
        DecodingReader::new(Cursor::new(bytes), &detected)
            .read_to_string(&mut text)
            .unwrap();
        (detected.encoding.name().into(), text)
    }

    #[test]
    fn encodings_are_told() {
        let utf16 = |big: bool, bom: bool| -> Vec<u8> {
            let start = if bom { "\u{feff}" } else { "" };
            let units = format!("{start}{TEXT}").encode_utf16().collect::<Vec<_>>();
            units
                .iter()
                .flat_map(|unit| {
                    if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect()
        };
        for (bytes, name) in [
            (TEXT.as_bytes().to_vec(), "UTF-8"),
            (format!("\u{feff}{TEXT}").into_bytes(), "UTF-8"),
            (GB18030.encode(TEXT).0.into_owned(), "gb18030"),
            (utf16(false, true), "UTF-16LE"),
            (utf16(true, true), "UTF-16BE"),
            (utf16(false, false), "UTF-16LE"),
        ] {
            assert_eq!(
                read_back(&bytes),
                (name.to_string(), TEXT.to_string()),
                "{name}"
            );
        }
        let traditional = "貨號,品名,單價\nA001,髮夾（紅色）,3.50\n義烏國際商貿城,庫存充足,9\n臺灣臺北市信義區的飾品批發商,這裡,1\n";
        assert_eq!(
            read_back(&BIG5.encode(traditional).0),
            ("Big5".into(), traditional.into())
        );
    }

    #[test]
    fn hanzi_after_a_megabyte_are_seen() {
        let text = format!("{}\n{TEXT}", "a,b,c\n".repeat(200_000));
        assert_eq!(read_back(&GB18030.encode(&text).0).1, text);
    }

    #[test]
    fn random_bytes_are_no_text() {
        let mut seed = 7u64;
        let bytes: Vec<u8> = (0..5000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 56) as u8
            })
            .collect();
        let error = detect(&mut Cursor::new(bytes), || false).unwrap_err();
        assert_eq!(error.code, StageErrorCode::NotText);
    }
}
