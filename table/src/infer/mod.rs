//! What a raw column is: one pass over its cells, bounded memory, then a proposal with reasons.
//!
//! Types: [`ColumnStats`] (streaming), [`FieldProposal`], [`build_column`]. Law: nothing is ever turned into
//! a number that would lose a digit: codes with leading zeros, long ids and mixed columns stay text.
//! Tests: at the end of this file.

mod build;
mod distinct;
mod names;

pub use build::{build_column, build_raw};

use crate::{
    field::{FieldType, barcode, date, email, number, select::options_from, text},
    raw::RawCell,
};
use distinct::Distinct;
use names::{
    names_a_barcode, names_a_choice, names_a_code, names_a_date, names_a_phone, names_money,
};
use serde::{Deserialize, Serialize};

/// Why a type is proposed: a stable code, texts for people are the web's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `leading_zeros`, `long_digits`, `code_name`, `few_values`, `pictures`, `number_format`, `dates`, …
    pub code: String,
    /// How many cells show it.
    pub n_cells: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldProposal {
    pub field_type: FieldType,
    pub reasons: Vec<Reason>,
    pub n_misfits: u64,
    pub n_blank: u64,
    /// Other types worth offering, the likeliest first.
    pub alternatives: Vec<FieldType>,
}

/// What one cell looks like; a cell is counted in exactly one of the first group.
#[derive(Debug, Default, Clone)]
struct Counts {
    n: u64,
    blank: u64,
    number: u64,
    date: u64,
    bool: u64,
    text: u64,
    picture: u64,
    error: u64,
    // Details of the above.
    with_time: u64,
    leading_zeros: u64,
    long_digits: u64,
    percent: u64,
    thousands: u64,
    text_dates: u64,
    text_numbers: u64,
    /// Numbers of eight digits that are days, such as 20251030.
    bare_dates: u64,
    phones: u64,
    url: u64,
    emails: u64,
    /// Texts or numbers that are GS1 numbers with a right check digit.
    barcodes: u64,
    durations: u64,
    multi_line: u64,
    fractions: u64,
    currency: std::collections::BTreeMap<&'static str, u64>,
}

impl Counts {
    fn add(&mut self, other: &Counts, times: u64) {
        let Counts {
            n,
            blank,
            number,
            date,
            bool,
            text,
            picture,
            error,
            with_time,
            leading_zeros,
            long_digits,
            percent,
            thousands,
            text_dates,
            text_numbers,
            bare_dates,
            phones,
            url,
            emails,
            barcodes,
            durations,
            multi_line,
            fractions,
            currency,
        } = other;
        for (sum, more) in [
            (&mut self.n, n),
            (&mut self.blank, blank),
            (&mut self.number, number),
            (&mut self.date, date),
            (&mut self.bool, bool),
            (&mut self.text, text),
            (&mut self.picture, picture),
            (&mut self.error, error),
            (&mut self.with_time, with_time),
            (&mut self.leading_zeros, leading_zeros),
            (&mut self.long_digits, long_digits),
            (&mut self.percent, percent),
            (&mut self.thousands, thousands),
            (&mut self.text_dates, text_dates),
            (&mut self.text_numbers, text_numbers),
            (&mut self.bare_dates, bare_dates),
            (&mut self.phones, phones),
            (&mut self.url, url),
            (&mut self.emails, emails),
            (&mut self.barcodes, barcodes),
            (&mut self.durations, durations),
            (&mut self.multi_line, multi_line),
            (&mut self.fractions, fractions),
        ] {
            *sum += more * times;
        }
        for (code, n) in currency {
            *self.currency.entry(code).or_default() += n * times;
        }
    }
}

/// Statistics of one column, fed cell by cell.
#[derive(Debug, Clone)]
pub struct ColumnStats {
    name: String,
    counts: Counts,
    max_decimals: u8,
    max_chars: usize,
    distinct: Distinct,
}

/// Shares of cells that decide, in percent.
const NEARLY_ALL: u64 = 90;
/// A select has at most this many options when proposed by itself.
const FEW_VALUES: usize = 30;

impl ColumnStats {
    pub fn new(name: &str) -> ColumnStats {
        ColumnStats {
            name: name.trim().to_string(),
            counts: Counts::default(),
            max_decimals: 0,
            max_chars: 0,
            distinct: Distinct::default(),
        }
    }

    pub fn add(&mut self, cell: &RawCell) {
        self.counts.n += 1;
        match cell {
            cell if cell.is_blank() => self.counts.blank += 1,
            RawCell::Blank => {}
            RawCell::Number { value, shown } => self.add_number(*value, shown.as_deref()),
            RawCell::Date { has_time, .. } => {
                self.counts.date += 1;
                self.counts.with_time += u64::from(*has_time);
            }
            RawCell::Bool(_) => self.counts.bool += 1,
            RawCell::Text(text) => self.add_text(text),
            RawCell::Error(_) => self.counts.error += 1,
            RawCell::Pictures(_) => self.counts.picture += 1,
        }
    }

    fn add_number(&mut self, value: f64, shown: Option<&str>) {
        self.counts.number += 1;
        if value >= 1e7 && value.fract() == 0.0 && value < 1e14 {
            let digits = format!("{value:.0}");
            self.counts.barcodes += u64::from(barcode::checks(&digits) == Some(true));
        }
        if value.abs() >= 1e15 {
            self.counts.long_digits += 1;
        }
        if value.fract() != 0.0 {
            self.counts.fractions += 1;
        }
        self.counts.bare_dates += u64::from(is_bare_date(value, shown));
        let Some(shown) = shown else {
            self.max_decimals = self.max_decimals.max(decimals_of(value));
            return;
        };
        if has_leading_zeros(shown) {
            self.counts.leading_zeros += 1;
        }
        if let Some(read) = number::read(shown) {
            self.note_format(&read);
        }
    }

    fn note_format(&mut self, read: &number::ReadNumber) {
        self.counts.percent += u64::from(read.percent);
        self.counts.thousands += u64::from(read.thousands);
        if let Some(code) = read.currency {
            *self.counts.currency.entry(code).or_default() += 1;
        }
        self.max_decimals = self.max_decimals.max(read.decimals);
    }

    fn add_text(&mut self, cell: &str) {
        let trimmed = cell.trim();
        self.distinct.add(trimmed);
        self.look_at(trimmed);
    }

    /// The same text, or blank, in `n` cells.
    pub fn add_times(&mut self, cell: &str, n: u64) {
        let trimmed = cell.trim();
        if n == 0 || trimmed.is_empty() {
            return self.add_blanks(n);
        }
        let mut one = ColumnStats::new("");
        one.look_at(trimmed);
        one.counts.n = 1;
        self.distinct.add(trimmed);
        self.add_counts(&one, n);
    }

    pub fn add_blanks(&mut self, n: u64) {
        self.counts.n += n;
        self.counts.blank += n;
    }

    /// Takes in what is known of the cells that follow.
    pub fn merge(&mut self, next: &ColumnStats) {
        self.distinct.merge(&next.distinct);
        self.add_counts(next, 1);
    }

    fn add_counts(&mut self, other: &ColumnStats, times: u64) {
        self.counts.add(&other.counts, times);
        self.max_decimals = self.max_decimals.max(other.max_decimals);
        self.max_chars = self.max_chars.max(other.max_chars);
    }

    fn look_at(&mut self, trimmed: &str) {
        self.max_chars = self.max_chars.max(trimmed.chars().count());
        if trimmed.contains('\n') {
            self.counts.multi_line += 1;
        }
        let digits = trimmed.bytes().filter(u8::is_ascii_digit).count();
        if digits >= 8 && barcode::checks(trimmed) == Some(true) {
            self.counts.barcodes += 1;
        }
        // Longer ones are days with a time.
        if digits > 0 && trimmed.len() <= 12 && trimmed.contains(':') {
            let duration = FieldType::Duration { seconds: true };
            self.counts.durations += u64::from(duration.fits(trimmed));
        }
        if digits > 0 && has_leading_zeros(trimmed) {
            self.counts.leading_zeros += 1;
            self.counts.text += 1;
        } else if digits >= 12 && digits == trimmed.len() {
            self.counts.long_digits += 1;
            self.counts.text += 1;
        } else if digits >= 8 && is_phone(trimmed) {
            self.counts.phones += 1;
            self.counts.text += 1;
        } else if digits > 0 && date::read(trimmed).is_some() && !is_bare_digits(trimmed) {
            self.counts.text_dates += 1;
            self.counts.date += 1;
            self.counts.with_time += u64::from(trimmed.contains(':'));
        } else if let Some(read) = Some(trimmed).filter(|_| digits > 0).and_then(number::read) {
            self.counts.text_numbers += 1;
            self.counts.number += 1;
            self.counts.fractions += u64::from(read.value.fract() != 0.0);
            self.note_format(&read);
            if is_bare_digits(trimmed) && date::read(trimmed).is_some() {
                self.counts.text_dates += 1;
                self.counts.bare_dates += 1;
            }
        } else {
            self.counts.text += 1;
            self.counts.url += u64::from(text::is_url(trimmed));
            self.counts.emails += u64::from(trimmed.contains('@') && email::is_email(trimmed));
        }
    }

    pub fn n_rows(&self) -> u64 {
        self.counts.n
    }

    pub fn propose(&self) -> FieldProposal {
        let (field_type, reasons, fitting) = self.decide();
        let filled = self.counts.n - self.counts.blank;
        let alternatives = self.alternatives(&field_type);
        FieldProposal {
            n_misfits: filled.saturating_sub(fitting),
            n_blank: self.counts.blank,
            field_type,
            reasons,
            alternatives,
        }
    }

    /// The type, why, and how many of the filled cells fit it.
    fn decide(&self) -> (FieldType, Vec<Reason>, u64) {
        let c = &self.counts;
        let filled = c.n - c.blank;
        let reason = |code: &str, n_cells: u64| {
            vec![Reason {
                code: code.into(),
                n_cells,
            }]
        };
        let nearly_all = |n: u64| filled > 0 && n * 100 >= filled * NEARLY_ALL;
        if filled == 0 {
            return (FieldType::Text, reason("all_blank", 0), 0);
        }
        if c.picture > 0 && nearly_all(c.picture) {
            return (
                FieldType::Attachment,
                reason("pictures", c.picture),
                c.picture,
            );
        }
        // Every digit is kept by either type; only a column that says so and checks throughout is one of barcodes.
        if c.barcodes == filled && names_a_barcode(&self.name) {
            return (FieldType::Barcode, reason("barcodes", c.barcodes), filled);
        }
        if c.leading_zeros > 0 {
            return (
                FieldType::Text,
                reason("leading_zeros", c.leading_zeros),
                filled,
            );
        }
        if c.long_digits > 0 {
            return (
                FieldType::Text,
                reason("long_digits", c.long_digits),
                filled,
            );
        }
        if c.phones > 0 {
            return (FieldType::Text, reason("phones", c.phones), filled);
        }
        let eight_digit_dates =
            c.bare_dates > 0 && c.bare_dates == c.number && names_a_date(&self.name);
        let dates = if eight_digit_dates {
            c.date + c.bare_dates
        } else {
            c.date
        };
        if nearly_all(dates) {
            let field_type = if c.with_time > 0 {
                FieldType::DateTime
            } else {
                FieldType::Date
            };
            return (field_type, reason("dates", dates), dates);
        }
        if nearly_all(c.bool) {
            return (FieldType::Checkbox, reason("checkboxes", c.bool), c.bool);
        }
        if nearly_all(c.number) {
            if c.fractions == 0 && names_a_code(&self.name) {
                return (FieldType::Text, reason("code_name", c.number), filled);
            }
            let (field_type, why) = self.number_type();
            return (field_type, reason(why, c.number), c.number);
        }
        self.decide_text(filled)
    }

    fn number_type(&self) -> (FieldType, &'static str) {
        let c = &self.counts;
        if c.percent * 2 > c.number {
            return (
                FieldType::Percent {
                    decimals: self.max_decimals.min(4),
                },
                "number_format",
            );
        }
        if let Some((code, n)) = c.currency.iter().max_by_key(|(_, n)| **n)
            && n * 2 > c.number
        {
            return (
                FieldType::Currency {
                    code: (*code).into(),
                    decimals: self.max_decimals.clamp(2, 4),
                },
                "number_format",
            );
        }
        if names_money(&self.name) && self.max_decimals <= 4 {
            return (
                FieldType::Currency {
                    code: "CNY".into(),
                    decimals: self.max_decimals.clamp(2, 4),
                },
                "money_name",
            );
        }
        (
            FieldType::Number {
                decimals: None,
                thousands: c.thousands > 0,
                unit: String::new(),
            },
            "numbers",
        )
    }

    fn decide_text(&self, filled: u64) -> (FieldType, Vec<Reason>, u64) {
        let c = &self.counts;
        let nearly_all = |n: u64| n * 100 >= filled * NEARLY_ALL;
        let reason = |code: &str, n_cells: u64| {
            vec![Reason {
                code: code.into(),
                n_cells,
            }]
        };
        if nearly_all(c.url) {
            return (FieldType::Url, reason("links", c.url), filled);
        }
        if nearly_all(c.emails) {
            return (FieldType::Email, reason("emails", c.emails), c.emails);
        }
        if c.multi_line * 10 > filled || self.max_chars > 200 {
            return (
                FieldType::LongText,
                reason("long_texts", c.multi_line.max(1)),
                filled,
            );
        }
        if let Some(values) = self.distinct.few(FEW_VALUES)
            && c.text == filled
            && self.max_chars <= 20
            && !names_a_code(&self.name)
            && (filled >= 4 * values.len() as u64
                || names_a_choice(&self.name) && filled >= 2 * values.len() as u64)
            && values.len() >= 2
        {
            let yes_no = values
                .iter()
                .all(|value| text::read_checkbox(value).is_some());
            if yes_no {
                return (FieldType::Checkbox, reason("checkboxes", filled), filled);
            }
            let options = options_from(values);
            return (
                FieldType::Select { options },
                reason("few_values", filled),
                filled,
            );
        }
        (FieldType::Text, reason("texts", c.text), filled)
    }

    fn alternatives(&self, chosen: &FieldType) -> Vec<FieldType> {
        let c = &self.counts;
        let mut list = Vec::new();
        if c.phones > 0 || names_a_phone(&self.name) {
            list.push(FieldType::Phone);
        }
        if c.barcodes > 0 || names_a_barcode(&self.name) {
            list.push(FieldType::Barcode);
        }
        if c.emails > 0 {
            list.push(FieldType::Email);
        }
        if c.durations > 0 {
            list.push(FieldType::Duration { seconds: false });
        }
        if c.percent > 0 {
            list.push(FieldType::Progress { decimals: 0 });
        }
        if c.number > 0 {
            list.push(FieldType::Number {
                decimals: None,
                thousands: false,
                unit: String::new(),
            });
            list.push(FieldType::Currency {
                code: "CNY".into(),
                decimals: 2,
            });
        }
        if c.date > 0 || c.text_dates > 0 {
            list.push(FieldType::Date);
        }
        if c.text > 0
            && let Some(values) = self.distinct.few(100)
        {
            list.push(FieldType::Select {
                options: options_from(values),
            });
        }
        list.push(FieldType::Text);
        list.push(FieldType::LongText);
        list.retain(|candidate| candidate.key() != chosen.key());
        list
    }
}

fn is_bare_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// 20251030 as a plain number, not shown with separators or signs.
fn is_bare_date(value: f64, shown: Option<&str>) -> bool {
    let is_plain = shown.is_none_or(|shown| is_bare_digits(shown.trim()));
    is_plain
        && value.fract() == 0.0
        && (19_000_101.0..=99_991_231.0).contains(&value)
        && date::read(&format!("{value:.0}")).is_some()
}

/// `+8613800138000`, `+86 138-0013-8000`: the sign belongs to it.
fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|rest| {
        rest.bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'(' | b')'))
    })
}

/// `00123`, but not `0`, `0.5` or `0-3`.
fn has_leading_zeros(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && is_bare_digits(text)
}

fn decimals_of(value: f64) -> u8 {
    let text = crate::field::decimal::general(value);
    text.split_once('.')
        .map_or(0, |(_, fraction)| fraction.len().min(15) as u8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of_texts(name: &str, texts: &[&str]) -> FieldProposal {
        let mut stats = ColumnStats::new(name);
        for text in texts {
            stats.add(&RawCell::Text((*text).into()));
        }
        stats.propose()
    }

    #[test]
    fn proposes_by_content_and_name() {
        let twelve = [
            "待发", "已发", "待发", "已发", "待发", "已发", "待发", "取消",
        ];
        for (name, texts, key, reason) in [
            ("货号", &["00123", "00124"][..], "text", "leading_zeros"),
            // Flagged where one of them has a wrong check digit: then it is for the person to say.
            (
                "条码",
                &["6901234567892", "6901234567908"],
                "barcode",
                "barcodes",
            ),
            (
                "条码",
                &["6901234567892", "6901234567909"],
                "text",
                "long_digits",
            ),
            ("EAN", &["96385074", "0012345678905"], "barcode", "barcodes"),
            (
                "订单",
                &["6901234567892", "6901234567908"],
                "text",
                "long_digits",
            ),
            ("邮箱", &["a@b.cn", "li@qianhai.example"], "email", "emails"),
            ("联系", &["a@b.cn", "微信同号"], "text", "texts"),
            ("工时", &["1:30", "36:05"], "text", "texts"),
            (
                "数量",
                &["12", "3", "abc", "4", "5", "6", "7", "8", "9", "10", "11"],
                "number",
                "numbers",
            ),
            ("单价", &["12.5", "3"], "currency", "money_name"),
            ("x", &["￥12.50", "￥3"], "currency", "number_format"),
            ("折扣", &["95%", "90%"], "percent", "number_format"),
            (
                "日期",
                &["2025.10.30", "2025年11月1日", "2025-11-02"],
                "date",
                "dates",
            ),
            ("日期", &["20251030", "20251101"], "date", "dates"),
            ("数量", &["20251030", "20251101"], "number", "numbers"),
            ("状态", &twelve, "select", "few_values"),
            (
                "含税",
                &["是", "否", "是", "否", "是", "是", "是", "是"],
                "checkbox",
                "checkboxes",
            ),
            ("网址", &["https://a.cn/1", "www.b.com"], "url", "links"),
            ("尺寸", &["1-2", "3/4"], "text", "texts"),
            ("备注", &["甲\n乙"], "long_text", "long_texts"),
            ("空", &["", " "], "text", "all_blank"),
            ("电话", &["13800138000", "13900139000"], "text", "code_name"),
        ] {
            let proposal = of_texts(name, texts);
            assert_eq!(proposal.field_type.key(), key, "{name} {texts:?}");
            assert_eq!(proposal.reasons[0].code, reason, "{name} {texts:?}");
        }
        assert_eq!(
            of_texts(
                "数量",
                &["12", "3", "x", "4", "5", "6", "7", "8", "9", "10"]
            )
            .n_misfits,
            1
        );
    }

    #[test]
    fn phones_and_eight_digit_days_are_no_amounts() {
        let phones = of_texts(
            "WhatsApp",
            &["+51987654321", "+86 138-0013-8000", "13800138000"],
        );
        assert_eq!(phones.field_type, FieldType::Text);
        assert_eq!(phones.n_misfits, 0);
        assert_eq!(phones.alternatives[0], FieldType::Phone);
        let named = of_texts("联系电话", &["13800138000"]);
        assert_eq!(named.alternatives[0], FieldType::Phone);
        let other = of_texts("数量", &["12"]);
        assert!(!other.alternatives.contains(&FieldType::Phone));
        let numbers = |name: &str, values: [f64; 2], shown: Option<&str>| {
            let mut stats = ColumnStats::new(name);
            for value in values {
                let shown = shown.map(Into::into);
                stats.add(&RawCell::Number { value, shown });
            }
            stats.propose().field_type.key()
        };
        assert_eq!(
            numbers("到期日", [20_251_030.0, 20_251_102.0], None),
            "date"
        );
        assert_eq!(
            numbers("到期日", [20_251_030.0, 20_251_399.0], None),
            "number"
        );
        assert_eq!(
            numbers("到期日", [20_251_030.0; 2], Some("20,251,030")),
            "number"
        );
        assert_eq!(
            numbers("数量", [20_251_030.0, 20_251_102.0], None),
            "number"
        );
    }

    #[test]
    fn a_number_shown_with_zeros_is_a_code() {
        let mut stats = ColumnStats::new("编码");
        stats.add(&RawCell::Number {
            value: 123.0,
            shown: Some("00123".into()),
        });
        let proposal = stats.propose();
        assert_eq!(proposal.field_type, FieldType::Text);
        let cells = [RawCell::Number {
            value: 123.0,
            shown: Some("00123".into()),
        }];
        let column = build_column(&cells, &FieldType::Text);
        assert_eq!(FieldType::Text.display(&column.get(0)), "00123");
    }

    #[test]
    fn counting_in_parts_and_by_word_is_counting_cell_by_cell() {
        let texts = [
            "12",
            "",
            " ",
            "甲",
            "0012",
            "￥3.50",
            "95%",
            "2025-10-30",
            "12",
            "乙",
            "13800138000123",
            "a@b.cn",
            "甲",
            "6901234567892",
            "+86 138-0013-8000",
            "多行\n字",
            "20251030",
            "8:30",
            "https://x.cn",
        ];
        for cut in 0..texts.len() {
            let mut whole = ColumnStats::new("货号");
            let (mut parts, mut rest) = (ColumnStats::new("货号"), ColumnStats::new(""));
            for (at, text) in texts.iter().enumerate() {
                let cell = RawCell::Text((*text).into());
                whole.add(&cell);
                whole.add(&cell);
                match at < cut {
                    true => parts.add_times(text, 2),
                    false => rest.add_times(text, 2),
                }
            }
            parts.merge(&rest);
            let counts = |stats: &ColumnStats| format!("{:?}", stats.counts);
            assert_eq!(counts(&parts), counts(&whole), "cut {cut}");
            assert_eq!(parts.propose(), whole.propose(), "cut {cut}");
        }
    }

    #[test]
    fn columns_of_words_are_built_as_columns_of_cells() {
        let texts = [
            " 甲 ",
            "12.5",
            "",
            "甲",
            "2025-10-30",
            "是",
            "12.5",
            "缺",
            "007",
        ];
        let words = crate::column::TextValues::from_texts(texts);
        let column = crate::raw::RawColumn::Words(words);
        let cells = column.clone().into_cells();
        let options = options_from(["甲", "12.5"]);
        for to in [
            FieldType::Text,
            FieldType::LongText,
            FieldType::Date,
            FieldType::Checkbox,
            FieldType::Select { options },
            FieldType::Number {
                decimals: None,
                thousands: false,
                unit: String::new(),
            },
        ] {
            assert_eq!(
                build_raw(&column, &to),
                build_column(&cells, &to),
                "{}",
                to.key()
            );
        }
    }
}
