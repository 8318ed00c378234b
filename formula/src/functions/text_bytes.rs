//! Texts counted in bytes, as Excel's Chinese edition counts them: LENB, LEFTB, RIGHTB, MIDB, FINDB, SEARCHB, REPLACEB.
//!
//! Law: ASCII and half-width characters are one byte, all others two; a half of a character that is cut is a blank.
//! Tests: `spec/text-parts.md`.

use super::{
    registry::{Function, Gives, Kernel, function},
    text::{Step, made, position, run, size},
};
use crate::{
    check::coerce::text,
    eval::{VALUE, vector::Cell},
};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict;
    let (t, n) = (Gives::Text, Gives::Number);
    &[
        function(
            [
                "LENB",
                "LENB(文本)",
                "字节数：汉字算 2",
                "How many bytes: 2 for a Chinese character",
                "LENB(\"算盘A\")",
            ],
            (1, 1),
            n,
            Strict(|a| run(a, |a| Ok(Cell::Number(bytes(&a[0])?.len() as f64)))),
        ),
        function(
            [
                "LEFTB",
                "LEFTB(文本, [字节数])",
                "左边的若干字节：汉字算 2",
                "Bytes from the left: 2 for a Chinese character",
                "LEFTB(\"算盘\",2)",
            ],
            (1, 2),
            t,
            Strict(|a| {
                run(a, |a| {
                    let b = bytes(&a[0])?;
                    cut(&b, 0, size(a, 1, 1)?)
                })
            }),
        ),
        function(
            [
                "RIGHTB",
                "RIGHTB(文本, [字节数])",
                "右边的若干字节：汉字算 2",
                "Bytes from the right: 2 for a Chinese character",
                "RIGHTB(\"算盘\",2)",
            ],
            (1, 2),
            t,
            Strict(|a| {
                run(a, |a| {
                    let b = bytes(&a[0])?;
                    let n = size(a, 1, 1)?.min(b.len());
                    cut(&b, b.len() - n, n)
                })
            }),
        ),
        function(
            [
                "MIDB",
                "MIDB(文本, 起点, 字节数)",
                "中间的若干字节：汉字算 2",
                "Bytes from the middle: 2 for a Chinese character",
                "MIDB(\"算盘A\",3,2)",
            ],
            (3, 3),
            t,
            Strict(|a| {
                run(a, |a| {
                    let b = bytes(&a[0])?;
                    let from = size(a, 1, 1)?.checked_sub(1).ok_or(VALUE)?;
                    cut(&b, from, size(a, 2, 0)?)
                })
            }),
        ),
        function(
            [
                "FINDB",
                "FINDB(找什么, 文本, [起点])",
                "文字在第几个字节（分大小写）",
                "At which byte a text stands, with case",
                "FINDB(\"盘\",\"算盘\")",
            ],
            (2, 3),
            n,
            Strict(|a| run(a, |a| found(a, true))),
        ),
        function(
            [
                "SEARCHB",
                "SEARCHB(找什么, 文本, [起点])",
                "文字在第几个字节（不分大小写，可用 * ?）",
                "At which byte a text stands, without case; * and ? stand for anything",
                "SEARCHB(\"?盘\",\"算盘\")",
            ],
            (2, 3),
            n,
            Strict(|a| run(a, |a| found(a, false))),
        ),
        function(
            [
                "REPLACEB",
                "REPLACEB(文本, 起点, 字节数, 新)",
                "按字节位置替换：汉字算 2",
                "Replaces by byte position: 2 for a Chinese character",
                "REPLACEB(\"算盘\",1,2,\"珠\")",
            ],
            (4, 4),
            t,
            Strict(|a| run(a, replace)),
        ),
    ]
};

/// A byte of a text: the character that it is part of, and which part.
#[derive(Clone, Copy, PartialEq)]
enum Byte {
    Whole(char),
    First(char),
    Second,
}

fn is_single(c: char) -> bool {
    c.is_ascii() || ('\u{ff61}'..='\u{ff9f}').contains(&c)
}

fn bytes(cell: &Cell) -> Result<Vec<Byte>, Cell> {
    let mut out = Vec::new();
    for c in text(cell)?.chars() {
        match is_single(c) {
            true => out.push(Byte::Whole(c)),
            false => out.extend([Byte::First(c), Byte::Second]),
        }
    }
    Ok(out)
}

/// Halves whose other half is outside are blanks.
fn shown(bytes: &[Byte]) -> Vec<char> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        out.push(match (byte, bytes.get(at)) {
            (Byte::Whole(c), _) => *c,
            (Byte::First(c), Some(Byte::Second)) => {
                at += 1;
                *c
            }
            _ => ' ',
        });
    }
    out
}

fn cut(bytes: &[Byte], from: usize, n: usize) -> Step {
    let from = from.min(bytes.len());
    let to = from.saturating_add(n).min(bytes.len());
    made(&shown(&bytes[from..to]))
}

fn replace(args: &[Cell]) -> Step {
    let (bytes, from, n) = (bytes(&args[0])?, size(args, 1, 1)?, size(args, 2, 0)?);
    let from = from.checked_sub(1).ok_or(VALUE)?.min(bytes.len());
    let to = from.saturating_add(n).min(bytes.len());
    let mut out = shown(&bytes[..from]);
    out.extend(text(&args[3])?.chars());
    out.extend(shown(&bytes[to..]));
    made(&out)
}

/// FIND or SEARCH, with the start and the answer counted in bytes. A start inside a character is the next one.
fn found(args: &[Cell], exact: bool) -> Step {
    let subject: Vec<char> = text(&args[1])?.chars().collect();
    let from = size(args, 2, 1)?.checked_sub(1).ok_or(VALUE)?;
    let widths = subject.iter().map(|c| if is_single(*c) { 1 } else { 2 });
    let mut starts = vec![0];
    for width in widths {
        starts.push(starts[starts.len() - 1] + width);
    }
    let first = starts
        .iter()
        .position(|start| *start >= from)
        .ok_or(VALUE)?;
    let wanted: Vec<char> = text(&args[0])?.chars().collect();
    let at = position(&wanted, subject, first, exact).ok_or(VALUE)?;
    Ok(Cell::Number((starts[at] + 1) as f64))
}
