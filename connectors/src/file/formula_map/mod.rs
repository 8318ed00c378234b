//! Filled-down formulas: which column has one, and how it reads over field names.
//!
//! Functions: [`class`] (equal for formulas that are the same seen from their own cell), [`propose`].
//! Type: [`Tally`]. Law: a column becomes a formula only if nine tenths of its rows share one and every
//! reference is to the same row or to a whole imported sheet; else it keeps its values and says why.
//! Tests: `connectors/tests/staging.rs`.

mod print;
mod relative;

pub use relative::class;

use super::{
    limits::FORMULA_CLASSES,
    manifest::ProposedFormula,
    sheet::{FinishedSheet, RowFormula},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Share of the filled rows that one formula must have, in percent.
const NEARLY_ALL: u64 = 90;
/// Fewer rows than this are no pattern.
const FEWEST_ROWS: u64 = 2;

/// The formulas of one column.
#[derive(Debug, Default)]
pub struct Tally {
    classes: HashMap<u64, Class>,
    n_other: u64,
}

#[derive(Debug)]
struct Class {
    n_rows: u64,
    text: Arc<str>,
    origin: (u32, u32),
}

impl Tally {
    pub fn add(&mut self, formula: RowFormula, _row: u32) {
        if let Some(class) = self.classes.get_mut(&formula.class) {
            class.n_rows += 1;
            // Later examples replace the first ones, at which a running sum still looks like one row.
            if class.n_rows.is_power_of_two() {
                class.text = formula.text;
                class.origin = formula.origin;
            }
        } else if self.classes.len() < FORMULA_CLASSES {
            self.classes.insert(
                formula.class,
                Class {
                    n_rows: 1,
                    text: formula.text,
                    origin: formula.origin,
                },
            );
        } else {
            self.n_other += 1;
        }
    }

    fn commonest(&self) -> Option<&Class> {
        self.classes.values().max_by_key(|class| class.n_rows)
    }
}

/// True for SUM and its kin over a range: what stands in a total row.
pub fn is_total(formula: &str) -> bool {
    let upper = formula.trim_start_matches(['=', '+']).to_ascii_uppercase();
    ["SUM(", "SUBTOTAL(", "AGGREGATE(", "_XLFN.AGGREGATE("]
        .iter()
        .any(|name| upper.starts_with(name))
}

/// What other sheets a formula may look into: by name, the field of each source column.
pub(super) struct Sheets {
    /// Lower-case sheet name: shown name and fields by column (from 0).
    by_name: HashMap<String, (String, BTreeMap<u32, String>)>,
}

impl Sheets {
    pub(super) fn get(&self, name: &str) -> Option<&(String, BTreeMap<u32, String>)> {
        self.by_name.get(&name.to_lowercase())
    }
}

/// Sets the proposed formula of every column that has one.
pub fn propose(sheets: &mut [FinishedSheet]) {
    let by_name = sheets.iter().map(|sheet| {
        let name = &sheet.manifest.name;
        (name.to_lowercase(), (name.clone(), fields(sheet)))
    });
    let known = Sheets {
        by_name: by_name.collect(),
    };
    for sheet in sheets {
        let own = fields(sheet);
        for (column, tally) in &sheet.tallies {
            let Some(place) = sheet.places.get(column) else {
                continue;
            };
            let n_rows = sheet.manifest.n_rows;
            let column_manifest = &mut sheet.manifest.columns[*place];
            let n_filled = n_rows.saturating_sub(column_manifest.proposal.n_blank);
            column_manifest.formula = proposal(tally, *column, n_filled, &own, &known);
        }
    }
}

fn fields(sheet: &FinishedSheet) -> BTreeMap<u32, String> {
    sheet
        .places
        .iter()
        .map(|(column, place)| (*column, sheet.manifest.columns[*place].name.clone()))
        .collect()
}

fn proposal(
    tally: &Tally,
    column: u32,
    n_filled: u64,
    own: &BTreeMap<u32, String>,
    known: &Sheets,
) -> Option<ProposedFormula> {
    let class = tally.commonest()?;
    let n_formulas = tally
        .classes
        .values()
        .map(|class| class.n_rows)
        .sum::<u64>()
        + tally.n_other;
    if class.n_rows < FEWEST_ROWS || n_formulas * 2 < n_filled {
        return None;
    }
    let mut found = ProposedFormula {
        text: String::new(),
        original: format!("={}", class.text),
        n_rows: class.n_rows,
        n_exceptions: n_filled.saturating_sub(class.n_rows),
        checked: false,
        why_not: None,
    };
    if class.n_rows * 100 < n_filled * NEARLY_ALL {
        found.why_not = Some("too_many_exceptions".into());
        return Some(found);
    }
    let place = print::Place {
        row: class.origin.0,
        shift: i64::from(column) - i64::from(class.origin.1),
        own_column: column,
        own,
        known,
    };
    match print::over_fields(&class.text, &place) {
        Ok(text) => found.text = text,
        Err(why) => found.why_not = Some(why.into()),
    }
    Some(found)
}
