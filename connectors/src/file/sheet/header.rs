//! Where the header is: title rows above it, one or more rows of names, merged names joined.
//!
//! Function: [`find`]. In: the first rows and the hints of the file; out: [`Header`]. Law: only the first
//! full row can be a header; where it holds numbers or dates there is none. Tests: at the end of this file.

use super::{Row, SheetFacts, header_words};
use std::collections::BTreeMap;
use table::{
    field::{date, number},
    raw::RawCell,
};

/// Rows of one header at most.
const HEADER_ROWS: u32 = 4;
/// Rows that a form above the table fills at most.
const FORM_ROWS: usize = 40;
/// So many known names in a row, and half of its cells, make it a header wherever it stands.
const KNOWN_NAMES: usize = 3;

#[derive(Debug, Default, Clone, PartialEq)]
pub struct Header {
    pub title_lines: Vec<String>,
    /// Last row of the header, from 1; 0: none.
    pub last_row: u32,
    pub first_data_row: u32,
    /// By column (from 0).
    pub names: BTreeMap<u32, String>,
}

pub fn find(rows: &[Row], facts: &SheetFacts) -> Header {
    let filled: Vec<&Row> = rows.iter().filter(|row| !row.cells.is_empty()).collect();
    let hinted = |number: u32| filled.iter().position(|row| row.number == number);
    let place = facts
        .header_hint
        .and_then(hinted)
        .filter(|at| looks_like_names(filled[*at]))
        .or_else(|| match (guess(&filled, facts), by_words(&filled, facts)) {
            // A form (whom it is for, when, by whom) may be as wide as the table below it.
            (Some(guess), Some((place, n_known)))
                if n_known > header_words::n_known(filled[guess])
                    && filled[place].number > last_row(&filled[guess..], facts) =>
            {
                Some(place)
            }
            (None, Some((place, _))) => Some(place),
            (guess, _) => guess,
        })
        .or_else(|| hinted(facts.frozen_rows).filter(|at| looks_like_names(filled[*at])));
    let Some(place) = place else {
        return Header::default();
    };
    let first = filled[place].number;
    let last = last_row(&filled[place..], facts);
    let title_lines = filled[..place].iter().map(|row| line(row)).collect();
    Header {
        title_lines,
        last_row: last,
        first_data_row: last + 1,
        names: names(&filled, first, last, facts),
    }
}

/// The first full row, if it holds names.
fn guess(filled: &[&Row], facts: &SheetFacts) -> Option<usize> {
    let width = filled.iter().map(|row| row.cells.len()).max()?;
    let place = filled.iter().position(|row| {
        let spans = spans(row, facts);
        let covered: u32 = spans.iter().sum();
        let wide = |span: u32| span > 1 && span as usize * 2 > width;
        // Names merged downwards beside it make even a wide cell the name of a group.
        let beside_tall_names = facts
            .merges
            .beginning_in(row.number..=row.number)
            .any(|region| {
                region.last_row > region.first_row
                    && !wide(region.last_column - region.first_column + 1)
            });
        let is_title = !beside_tall_names && spans.iter().any(|span| wide(*span));
        covered as usize * 2 > width && !is_title && (row.cells.len() >= 2 || width == 1)
    })?;
    let alone = filled.len() == place + 1;
    let row = filled[place];
    if !looks_like_names(row) {
        return None;
    }
    // A single line of text is a header without data only if it has several names.
    (!alone || row.cells.len() > 1).then_some(place)
}

/// The first row with three or more known names of columns, and how many they are.
fn by_words(filled: &[&Row], facts: &SheetFacts) -> Option<(usize, usize)> {
    let rows = filled.iter().take(FORM_ROWS).enumerate();
    let mut named = rows.filter(|(_, row)| looks_like_names(row) && facts.header_hint.is_none());
    named.find_map(|(place, row)| {
        let n_known = header_words::n_known(row);
        (n_known >= KNOWN_NAMES && 2 * n_known >= row.cells.len()).then_some((place, n_known))
    })
}

/// How many columns each cell of the row covers.
fn spans(row: &Row, facts: &SheetFacts) -> Vec<u32> {
    let merged: BTreeMap<u32, u32> = facts
        .merges
        .beginning_in(row.number..=row.number)
        .map(|region| {
            (
                region.first_column,
                region.last_column - region.first_column + 1,
            )
        })
        .collect();
    row.cells
        .iter()
        .map(|cell| merged.get(&cell.column).copied().unwrap_or(1))
        .collect()
}

/// Texts only, none of them a number, a date or a code; years may stand among names.
fn looks_like_names(row: &Row) -> bool {
    let mut n_texts = 0;
    let fits = row.cells.iter().all(|cell| match &cell.value {
        RawCell::Text(text) => {
            n_texts += 1;
            let text = text.trim();
            let digits = text.bytes().any(|byte| byte.is_ascii_digit());
            text.chars().count() <= 100
                && !(digits && (number::read(text).is_some() || date::read(text).is_some()))
        }
        RawCell::Number { value, .. } => (1900.0..2100.0).contains(value) && value.fract() == 0.0,
        _ => false,
    });
    fits && n_texts * 2 > row.cells.len()
}

/// The last row of a header that begins with the first of these rows.
fn last_row(rows: &[&Row], facts: &SheetFacts) -> u32 {
    let first = rows[0].number;
    let mut last = first;
    let mut wide = false;
    for region in facts.merges.beginning_in(first..=first) {
        if region.last_row - first < HEADER_ROWS {
            last = last.max(region.last_row);
        }
        wide |= region.last_column > region.first_column;
    }
    // Group names above, names below, nothing merged downwards.
    if last == first
        && wide
        && let Some(next) = rows.get(1)
        && next.number == first + 1
        && looks_like_names(next)
    {
        last = next.number;
    }
    last
}

fn names(filled: &[&Row], first: u32, last: u32, facts: &SheetFacts) -> BTreeMap<u32, String> {
    let mut levels: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for row in filled
        .iter()
        .filter(|row| (first..=last).contains(&row.number))
    {
        for cell in &row.cells {
            let text = cell_text(&cell.value);
            let region = facts
                .merges
                .beginning_in(row.number..=row.number)
                .find(|region| region.first_column == cell.column);
            let until = region.map_or(cell.column, |region| region.last_column);
            // Merged over the whole grid: only as far as there are columns.
            for column in cell.column..=until.min(cell.column + 256) {
                let names = levels.entry(column).or_default();
                if names.last() != Some(&text) {
                    names.push(text.clone());
                }
            }
        }
    }
    levels
        .into_iter()
        .map(|(column, names)| (column, names.join("/")))
        .collect()
}

fn line(row: &Row) -> String {
    let texts: Vec<String> = row
        .cells
        .iter()
        .map(|cell| cell_text(&cell.value))
        .collect();
    texts.join(" ")
}

/// On one line, without outer blanks.
fn cell_text(value: &RawCell) -> String {
    match value {
        RawCell::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        RawCell::Number { value, .. } => table::field::decimal::general(*value),
        RawCell::Date { value, .. } => date::date_text(*value),
        RawCell::Error(error) => error.code().into(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Merges, Region};
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        text.lines()
            .enumerate()
            .map(|(at, line)| Row {
                number: at as u32 + 1,
                cells: line
                    .split('|')
                    .enumerate()
                    .filter(|(_, cell)| !cell.trim().is_empty())
                    .map(|(column, cell)| Cell {
                        column: column as u32,
                        value: RawCell::Text(cell.trim().into()),
                        format: 0,
                    })
                    .collect(),
                formulas: Vec::new(),
            })
            .collect()
    }

    fn check(text: &str, merges: &[&str], titles: &[&str], names: &[&str], last_row: u32) {
        let facts = SheetFacts {
            merges: Merges::new(
                merges
                    .iter()
                    .filter_map(|text| Region::read(text))
                    .collect(),
            ),
            ..SheetFacts::default()
        };
        let header = find(&rows(text), &facts);
        assert_eq!(header.title_lines, titles, "{text}");
        assert_eq!(header.names.values().collect::<Vec<_>>(), names, "{text}");
        assert_eq!(header.last_row, last_row, "{text}");
    }

    #[test]
    fn headers_are_found() {
        check(
            "货号|品名|单价\nA1|发夹|3",
            &[],
            &[],
            &["货号", "品名", "单价"],
            1,
        );
        check(
            "义乌某某饰品商行\n电话：138|日期\n货号|品名|单价|数量|金额\nA1|发夹|3|4|12",
            &["A1:E1"],
            &["义乌某某饰品商行", "电话：138 日期"],
            &["货号", "品名", "单价", "数量", "金额"],
            3,
        );
        check(
            "报价单\n货号|包装||单价\n|装箱数|毛重|\nA1|10|3.5|2",
            &["A1:D1", "A2:A3", "B2:C2", "D2:D3"],
            &["报价单"],
            &["货号", "包装/装箱数", "包装/毛重", "单价"],
            3,
        );
        check(
            "橱柜清单\n订货分店|未命名|合同号|Z2202|安装区域\n客户|刘支援|电话|1|日期\n序号|名称|编号|规格（MM）|数量\n1|板|A|300|2",
            &["A1:E1"],
            &[
                "橱柜清单",
                "订货分店 未命名 合同号 Z2202 安装区域",
                "客户 刘支援 电话 1 日期",
            ],
            &["序号", "名称", "编号", "规格（MM）", "数量"],
            4,
        );
        check(
            "报价单\n致：ABC|2026-11-22|5\nItem No.|Description|Qty (pcs)|Unit Price\nA1|clip|3|4",
            &[],
            &["报价单", "致：ABC 2026-11-22 5"],
            &["Item No.", "Description", "Qty (pcs)", "Unit Price"],
            3,
        );
        // A row of data may say a word or two.
        check(
            "货号|类别|品名\nA1|图片|名称",
            &[],
            &[],
            &["货号", "类别", "品名"],
            1,
        );
        check("00123|发夹|12.5\n00124|头绳|3", &[], &[], &[], 0);
        check("品名\n发夹\n头绳", &[], &[], &["品名"], 1);
        check(
            "基本|||价格||\n货号|品名|色|进价|售价|利\nA|b|c|1|2|3",
            &["A1:C1", "D1:F1"],
            &[],
            &[
                "基本/货号",
                "基本/品名",
                "基本/色",
                "价格/进价",
                "价格/售价",
                "价格/利",
            ],
            2,
        );
    }
}
