//! Rows that are no records: totals, and headers repeated for printing.
//!
//! Function: [`reason_to_drop`]. Tests: `connectors/tests/staging.rs`.

use super::{Row, header::Header};
use table::{field::number, raw::RawCell};

const LABELS: [&str; 14] = [
    "合计",
    "小计",
    "总计",
    "共计",
    "累计",
    "总合计",
    "合计数",
    "合计金额",
    "本页小计",
    "total",
    "subtotal",
    "grandtotal",
    "sum",
    "totals",
];

/// Without what people put around a label.
fn plain(label: &str) -> String {
    let kept = label
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '：' | '-' | '_'));
    kept.flat_map(char::to_lowercase).collect()
}

/// The first text of a total, perhaps; where there are no formulas, only whole labels are.
pub fn may_be_label(first: &str) -> bool {
    // What a label ends with; asked before anything is copied.
    let ends = ['计', '额', '数', 'l', 'L', 's', 'S', 'm', 'M'];
    let last = first
        .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '-' | '_'))
        .chars()
        .next_back();
    last.is_some_and(|last| ends.contains(&last)) && LABELS.contains(&plain(first).as_str())
}

/// Why a data row should not become a record: `total` or `repeated_header`.
pub fn reason_to_drop(row: &Row, header: &Header) -> Option<&'static str> {
    let first = row.cells.first()?;
    if is_header_again(row, header) {
        return Some("repeated_header");
    }
    let RawCell::Text(label) = &first.value else {
        return None;
    };
    let label = plain(label);
    let sums = row.formulas.iter().any(|formula| formula.is_total);
    let exact = LABELS.contains(&label.as_str());
    let ends = ["合计", "小计", "总计"]
        .iter()
        .any(|word| label.ends_with(word));
    let others_are_numbers = row.cells[1..].iter().all(|cell| match &cell.value {
        RawCell::Number { .. } | RawCell::Error(_) => true,
        RawCell::Text(text) => number::read(text).is_some() || LABELS.contains(&text.trim()),
        _ => false,
    });
    (exact && (sums || others_are_numbers) || ends && sums).then_some("total")
}

fn is_header_again(row: &Row, header: &Header) -> bool {
    row.cells.len() >= 2
        && row.cells.len() * 2 > header.names.len()
        && row.cells.iter().all(|cell| match &cell.value {
            RawCell::Text(text) => header
                .names
                .get(&cell.column)
                .is_some_and(|name| name == text.trim()),
            _ => false,
        })
}
