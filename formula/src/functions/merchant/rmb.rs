//! Amounts in words: RMB.UPPER and RMB.VALUE, by the 正确填写票据和结算凭证的基本规定 of the People's Bank of China
//! (支付结算办法, annex 1). Where it leaves a choice, no 零 is written before 角 (￥1,680.32 is 壹仟陆佰捌拾元叁角贰分) and
//! 角 has no 整 behind it. Tests: `spec/merchant.md`.

use crate::{
    check::coerce::{fifteen, number, text},
    eval::{VALUE, vector::Cell},
    functions::{
        format::in_numerals,
        registry::{Function, Gives, Kernel, function},
    },
};
use std::sync::Arc;
use table::value::CellError;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[
    function(
        [
            "RMB.UPPER",
            "RMB.UPPER(金额, [结尾], [开头])",
            "人民币大写，按票据填写规定；结尾默认“整”，可写“正”；开头可写“人民币”",
            "An amount of yuan in capital numerals as on bills; 整 or 正 ends whole yuan, 人民币 may stand before it",
            "RMB.UPPER(1409.5)",
        ],
        (1, 3),
        Gives::Text,
        Kernel::Strict(upper),
    ),
    function(
        [
            "RMB.VALUE",
            "RMB.VALUE(大写金额)",
            "把大写金额变回数字",
            "The number of an amount in words",
            "RMB.VALUE(\"壹仟肆佰零玖元伍角\")",
        ],
        (1, 1),
        Gives::Number,
        Kernel::Strict(|args| match text(&args[0]) {
            Ok(text) => value(&text).map_or(VALUE, Cell::Number),
            Err(stuck) => stuck,
        }),
    ),
];

/// Yuan below this have a name: 玖仟玖佰玖拾玖万…亿…元.
const MOST_YUAN: f64 = 1e16;

fn upper(args: &[Cell]) -> Cell {
    let word = |at: usize, otherwise: &str| match args.get(at) {
        None | Some(Cell::Blank) => Ok(Arc::from(otherwise)),
        Some(cell) => text(cell),
    };
    match (number(&args[0]), word(1, "整"), word(2, "")) {
        (Ok(amount), Ok(end), Ok(start)) if matches!(&*end, "整" | "正") => {
            match spelled(amount, &end) {
                Some(spelled) => Cell::Text(Arc::from(format!("{start}{spelled}"))),
                None => Cell::Error(CellError::Num),
            }
        }
        (Err(stuck), ..) | (_, Err(stuck), _) | (.., Err(stuck)) => stuck,
        _ => VALUE,
    }
}

/// `None`: too large to be named.
fn spelled(amount: f64, end: &str) -> Option<String> {
    let fen = fifteen(amount.abs() * 100.0).round();
    let yuan = (fen / 100.0).floor();
    if yuan >= MOST_YUAN {
        return None;
    }
    let left = fen - yuan * 100.0;
    let (jiao, fen) = ((left / 10.0).floor(), left % 10.0);
    let mut out = String::new();
    if amount < 0.0 && yuan + left > 0.0 {
        out.push('负');
    }
    if yuan > 0.0 || left == 0.0 {
        out += &in_numerals(yuan, 2)?;
        out.push('元');
    }
    if left == 0.0 {
        return Some(out + end);
    }
    match jiao > 0.0 {
        true => out += &format!("{}角", in_numerals(jiao, 2)?),
        // 元 without 角 has a 零 before 分.
        false if yuan > 0.0 => out.push('零'),
        false => {}
    }
    if fen > 0.0 {
        out += &format!("{}分", in_numerals(fen, 2)?);
    }
    Some(out)
}

/// A numeral's digit, in capitals or not.
fn digit(c: char) -> Option<u64> {
    let kinds = [
        "零壹贰叁肆伍陆柒捌玖",
        "〇一二三四五六七八九",
        "○弌贰参肆伍陸柒捌玖",
        "０１２３４５６７８９",
        "0123456789",
        "零壹貳叄肆伍陸柒捌玖",
    ];
    let in_kind = |kind: &&str| kind.chars().position(|known| known == c);
    match c {
        '两' => Some(2),
        _ => kinds.iter().find_map(in_kind).map(|at| at as u64),
    }
}

/// `None`: not an amount in words.
fn value(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.strip_prefix("人民币").unwrap_or(&text);
    let text = text.strip_prefix(['：', ':', '¥', '￥']).unwrap_or(text);
    let (sign, text) = match text.strip_prefix('负') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let ends = ['整', '正'];
    let text = text.strip_suffix(ends).unwrap_or(text);
    let (yuan, rest) = match text.split_once(['元', '圆', '圓']) {
        Some((yuan, rest)) => (whole(yuan)?, rest),
        None if text.contains(['角', '分']) => (0, text),
        None => (whole(text)?, ""),
    };
    let rest = rest.trim_start_matches('零');
    let (jiao, rest) = match rest.split_once('角') {
        Some((jiao, rest)) => (single(jiao)?, rest.trim_start_matches('零')),
        None => (0, rest),
    };
    let fen = match rest.strip_suffix('分') {
        Some(fen) => single(fen)?,
        None if rest.is_empty() => 0,
        None => return None,
    };
    let fen = yuan.checked_mul(100)?.checked_add(jiao * 10 + fen)?;
    let value = fen as f64 / 100.0;
    Some(if value == 0.0 { 0.0 } else { sign * value })
}

fn single(text: &str) -> Option<u64> {
    let mut chars = text.chars();
    let found = digit(chars.next()?)?;
    chars.next().is_none().then_some(found)
}

/// 壹拾贰万叁仟: units fall within 万 and within 亿; 万亿 is 亿 times 万.
fn whole(text: &str) -> Option<u64> {
    let (mut all, mut section, mut last) = (0u64, 0u64, None);
    let (mut unit_before, mut section_before) = (10_000u64, u64::MAX);
    if text.is_empty() {
        return None;
    }
    for c in text.chars() {
        if let Some(digit) = digit(c) {
            // Two digits in a row are no words, but a zero may stand before another one.
            if last.is_some_and(|last| last > 0) {
                return None;
            }
            last = Some(digit);
            continue;
        }
        let unit = match c {
            '拾' | '十' => 10,
            '佰' | '百' => 100,
            '仟' | '千' => 1_000,
            '万' | '萬' => 10_000,
            '亿' | '億' => 100_000_000,
            _ => return None,
        };
        if unit < 10_000 {
            // 拾伍元 is said for 壹拾伍元.
            let n = match last.filter(|digit| *digit > 0) {
                Some(digit) => digit,
                None if unit == 10 && section == 0 => 1,
                None => return None,
            };
            if unit >= unit_before {
                return None;
            }
            section += n * unit;
            (last, unit_before) = (None, unit);
            continue;
        }
        let n = section + last.unwrap_or(0);
        match unit {
            10_000 if section_before > unit && n > 0 => all += n * unit,
            100_000_000 if section_before > unit || section_before == 10_000 && all < unit => {
                all = (all + n).checked_mul(unit)?;
            }
            _ => return None,
        }
        section_before = if unit == 10_000 && all >= 100_000_000 {
            0
        } else {
            unit
        };
        (section, last, unit_before) = (0, None, 10_000);
    }
    all.checked_add(section + last.unwrap_or(0))
}
