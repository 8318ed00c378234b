//! Characters and their numbers: UNICHAR, UNICODE, CHAR, CODE, CLEAN, ASC, DBCS, WIDECHAR, ENCODEURL.
//!
//! Law: CHAR and CODE know Windows-1252 up to 255 and GBK from there on, so that both the numbers of Microsoft's
//! examples and those of Excel's Chinese edition hold. Tests: `spec/text-parts.md`.

use super::{
    registry::{Function, Gives, Kernel, function},
    text::{Step, run, words},
};
use crate::{
    check::coerce::{number, text},
    eval::{VALUE, vector::Cell},
};
use encoding_rs::{GBK, WINDOWS_1252};
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict;
    let (t, n) = (Gives::Text, Gives::Number);
    &[
        function(
            [
                "UNICHAR",
                "UNICHAR(编号)",
                "Unicode 编号的字符",
                "The character of a Unicode number",
                "UNICHAR(66)",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, unichar)),
        ),
        function(
            [
                "UNICODE",
                "UNICODE(文本)",
                "第一个字符的 Unicode 编号",
                "The Unicode number of the first character",
                "UNICODE(\"算\")",
            ],
            (1, 1),
            n,
            Strict(|a| {
                run(a, |a| {
                    let first = text(&a[0])?.chars().next().ok_or(VALUE)?;
                    Ok(Cell::Number(f64::from(u32::from(first))))
                })
            }),
        ),
        function(
            [
                "CHAR",
                "CHAR(编号)",
                "编号的字符；256 起为国标汉字编号",
                "The character of a number; Chinese ones from 256 on",
                "CHAR(65)",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, char_of)),
        ),
        function(
            [
                "CODE",
                "CODE(文本)",
                "第一个字符的编号；汉字为国标编号",
                "The number of the first character",
                "CODE(\"A\")",
            ],
            (1, 1),
            n,
            Strict(|a| run(a, code_of)),
        ),
        function(
            [
                "CLEAN",
                "CLEAN(文本)",
                "去掉看不见的控制字符（如换行）",
                "Without control characters, such as line breaks",
                "CLEAN(\"a\"&CHAR(10)&\"b\")",
            ],
            (1, 1),
            t,
            Strict(|a| {
                run(a, |a| {
                    let shown = text(&a[0])?;
                    words(&shown.replace(|c: char| u32::from(c) < 32, ""))
                })
            }),
        ),
        function(
            [
                "ASC",
                "ASC(文本)",
                "全角字符变半角",
                "Full-width characters as half-width ones",
                "ASC(\"ＡＢＣ１２３\")",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, |a| words(&narrow(&text(&a[0])?)))),
        ),
        function(
            [
                "DBCS",
                "DBCS(文本)",
                "半角字符变全角",
                "Half-width characters as full-width ones",
                "DBCS(\"ABC123\")",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, |a| words(&wide(&text(&a[0])?)))),
        ),
        function(
            [
                "WIDECHAR",
                "WIDECHAR(文本)",
                "半角字符变全角",
                "Half-width characters as full-width ones",
                "WIDECHAR(\"ABC123\")",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, |a| words(&wide(&text(&a[0])?)))),
        ),
        function(
            [
                "JIS",
                "JIS(文本)",
                "半角字符变全角，同 DBCS",
                "As DBCS",
                "JIS(\"ABC123\")",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, |a| words(&wide(&text(&a[0])?)))),
        ),
        function(
            [
                "ENCODEURL",
                "ENCODEURL(文本)",
                "变成网址里能用的文本",
                "As a text for a web address",
                "ENCODEURL(\"红 杯\")",
            ],
            (1, 1),
            t,
            Strict(|a| run(a, |a| words(&encoded(&text(&a[0])?)))),
        ),
    ]
};

fn unichar(args: &[Cell]) -> Step {
    let code = number(&args[0])?.trunc();
    if !(1.0..=1_114_111.0).contains(&code) {
        return Err(VALUE);
    }
    // Halves of a pair and characters that never will be are #N/A, as documented.
    let found = char::from_u32(code as u32).filter(|c| u32::from(*c) & 0xFFFE != 0xFFFE);
    let found = found.ok_or(Cell::Error(CellError::Na))?;
    words(found.encode_utf8(&mut [0; 4]))
}

fn char_of(args: &[Cell]) -> Step {
    let code = number(&args[0])?.trunc();
    if !(1.0..=65_535.0).contains(&code) {
        return Err(VALUE);
    }
    let code = code as u16;
    let bytes = code.to_be_bytes();
    let decoded = match code {
        0..=255 => WINDOWS_1252.decode_without_bom_handling(&bytes[1..]).0,
        _ => {
            let decoded = GBK.decode_without_bom_handling_and_without_replacement(&bytes);
            decoded
                .filter(|text| text.chars().count() == 1)
                .ok_or(VALUE)?
        }
    };
    words(&decoded)
}

fn code_of(args: &[Cell]) -> Step {
    let shown = text(&args[0])?;
    let first = shown.chars().next().ok_or(VALUE)?;
    let mut buffer = [0; 4];
    let first = &*first.encode_utf8(&mut buffer);
    let code = [WINDOWS_1252, GBK].into_iter().find_map(|encoding| {
        let (bytes, _, failed) = encoding.encode(first);
        match (failed, &*bytes) {
            (false, [one]) => Some(u16::from(*one)),
            (false, [high, low]) => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        }
    });
    // What has no number is a question mark, as in Excel.
    Ok(Cell::Number(f64::from(code.unwrap_or(63))))
}

/// Katakana in the order of their half-width forms, from U+FF61 on.
const KATAKANA: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー',
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ',
    'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ',
    'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '゛', '゜',
];
const HALF_KATAKANA: u32 = 0xFF61;

/// The Chinese full stop and brackets have no half-width form in China.
fn narrow(text: &str) -> String {
    let half = |c: char| {
        let at = KATAKANA.iter().position(|full| *full == c)?;
        char::from_u32(HALF_KATAKANA + at as u32)
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{3000}' => out.push(' '),
            '￥' => out.push('¥'),
            '\u{ff01}'..='\u{ff5e}' => out.extend(char::from_u32(u32::from(c) - 0xfee0)),
            '、' | '。' | '「' | '」' | '゛' | '゜' => out.push(c),
            '\u{30a1}'..='\u{30fc}' => match voiced(c) {
                Some((plain, mark)) => out.extend(half(plain).into_iter().chain([mark])),
                None => out.push(half(c).unwrap_or(c)),
            },
            _ => out.push(c),
        }
    }
    out
}

/// A voiced character as its plain one and the half-width mark: ガ is カ and ﾞ.
fn voiced(c: char) -> Option<(char, char)> {
    let (behind, mark) = match c {
        'ヴ' => return Some(('ウ', 'ﾞ')),
        'ガ' | 'ギ' | 'グ' | 'ゲ' | 'ゴ' | 'ザ' | 'ジ' | 'ズ' | 'ゼ' | 'ゾ' | 'ダ' | 'ヂ'
        | 'ヅ' | 'デ' | 'ド' | 'バ' | 'ビ' | 'ブ' | 'ベ' | 'ボ' => (1, 'ﾞ'),
        'パ' | 'ピ' | 'プ' | 'ペ' | 'ポ' => (2, 'ﾟ'),
        _ => return None,
    };
    Some((char::from_u32(u32::from(c) - behind)?, mark))
}

fn wide(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        let full = match c {
            ' ' => '\u{3000}',
            '¥' => '￥',
            '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
            '\u{ff61}'..='\u{ff9f}' => KATAKANA[(u32::from(c) - HALF_KATAKANA) as usize],
            _ => c,
        };
        let before = out.chars().next_back();
        let joined = before.and_then(|before| {
            let moved = |by: u32| char::from_u32(u32::from(before) + by);
            let joined = match c {
                'ﾞ' if before == 'ウ' => Some('ヴ'),
                'ﾞ' => moved(1),
                'ﾟ' => moved(2),
                _ => None,
            };
            let mark = match c {
                'ﾞ' | 'ﾟ' => c,
                _ => return None,
            };
            joined.filter(|joined| voiced(*joined) == Some((before, mark)))
        });
        if joined.is_some() {
            out.pop();
        }
        out.push(joined.unwrap_or(full));
    }
    out
}

/// Bytes of UTF-8; letters, digits and `-_.~` stay.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
