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

/// Why a data row should not become a record: `total` or `repeated_header`.
pub fn reason_to_drop(row: &Row, header: &Header) -> Option<&'static str> {
    let first = row.cells.first()?;
    if is_header_again(row, header) {
        return Some("repeated_header");
    }
    let RawCell::Text(label) = &first.value else {
        return None;
    };
    let label: String = label
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '：' | '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect();
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
