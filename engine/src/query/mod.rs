//! Reading: windows of views, aggregates, retype and AI estimates. Never touches the writer.
//!
//! Main types: [`WindowQuery`] → [`Window`]. Law: a query reads one snapshot only. Tests: `tests/query.rs`.

pub(crate) mod aggregate;
mod chunks;
pub(crate) mod condition;
pub(crate) mod filter;
pub(crate) mod find;
mod fold;
mod follow;
pub(crate) mod group;
mod needle;
pub(crate) mod order;
mod sort;
mod tally;
mod text_order;
pub(crate) mod window;

pub use find::{FindQuery, FindStart, Found, Hit};
pub use group::{GroupRow, Groups};
use serde::Serialize;
use std::collections::BTreeMap;
use table::{
    column::Column,
    field::link::Linked,
    id::{FieldId, RecordId, Revision, TableId, ViewId},
    value::CellState,
    view::{Aggregate, Filter, Sort},
};

/// Asks for rows `from .. from + n_rows` of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowQuery {
    pub table: TableId,
    /// Absent: all live records in the order of creation.
    pub view: Option<ViewId>,
    /// Only records that show this text in a field that the view does not hide; see [`find`].
    pub find: Option<String>,
    pub from: u64,
    /// At most [`crate::limits::WINDOW_ROWS`].
    pub n_rows: u32,
    /// Absent: all live fields.
    pub fields: Option<Vec<FieldId>>,
    /// In place of the view's filter, for tries without saving.
    pub filter: Option<Filter>,
    /// In place of the view's sorts.
    pub sorts: Option<Vec<Sort>>,
}

/// Rows of a view at one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    pub revision: Revision,
    /// Rows of the whole view.
    pub n_total: u64,
    pub from: u64,
    pub records: Vec<RecordId>,
    /// One cell (with AI note) per record.
    pub columns: Vec<(FieldId, Column)>,
    /// Per link field the linked records of each record.
    pub links: BTreeMap<FieldId, Vec<Vec<Linked>>>,
}

/// A footer value; `value` is a number, or a date for the minimum and maximum of dates.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateValue {
    pub field: FieldId,
    pub aggregate: Aggregate,
    pub value: CellState,
}

/// What a change of type would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetypePreview {
    /// Live records with a value.
    pub n_values: u64,
    /// Of these, how many would become misfits (kept as typed).
    pub n_misfits: u64,
    /// The first few, as shown now.
    pub samples: Vec<String>,
}

/// Numbers of characters by how tokenizers treat them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Chars {
    /// Chinese, Japanese, Korean.
    pub n_wide: u64,
    /// Words of letters.
    pub n_words: u64,
    pub n_letters: u64,
    pub n_digits: u64,
    /// Punctuation, symbols, line breaks; single blanks belong to the word after them.
    pub n_marks: u64,
}

impl Chars {
    pub fn of(text: &str) -> Chars {
        let mut chars = Chars::default();
        let mut in_word = false;
        for letter in text.chars() {
            let is_wide = matches!(letter as u32, 0x2e80..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xff00..=0xffef | 0x20000..=0x3134f);
            let is_letter = !is_wide && letter.is_alphabetic();
            chars.n_wide += u64::from(is_wide);
            chars.n_letters += u64::from(is_letter);
            chars.n_words += u64::from(is_letter && !in_word);
            chars.n_digits += u64::from(letter.is_ascii_digit());
            let is_mark = !is_wide && !is_letter && !letter.is_ascii_digit() && letter != ' ';
            chars.n_marks += u64::from(is_mark);
            in_word = is_letter;
        }
        chars
    }
}

impl std::ops::AddAssign for Chars {
    fn add_assign(&mut self, other: Chars) {
        self.n_wide += other.n_wide;
        self.n_words += other.n_words;
        self.n_letters += other.n_letters;
        self.n_digits += other.n_digits;
        self.n_marks += other.n_marks;
    }
}

impl std::iter::Sum for Chars {
    fn sum<I: Iterator<Item = Chars>>(all: I) -> Chars {
        let mut sum = Chars::default();
        all.for_each(|one| sum += one);
        sum
    }
}

/// What running an AI field would ask for. Money is the caller's business: the engine knows no prices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AiEstimate {
    /// Records in scope that are not locked.
    pub n_records: u64,
    /// Of these, how many stored answers serve entirely.
    pub n_cached: u64,
    /// Records in scope that are locked and stay as they are.
    pub n_locked: u64,
    /// Distinct calls to be made.
    pub n_calls: u64,
    /// Calls that equal one of these: the answer serves both.
    pub n_repeated: u64,
    /// Calls of another run that are not answered yet; they are waited for.
    pub n_waiting: u64,
    /// Records in scope of which the condition is not true.
    pub n_left_out: u64,
    /// Characters of the fixed parts of all prompts of these calls.
    pub chars_system: Chars,
    /// Of the records' parts.
    pub chars_user: Chars,
    /// Of the inputs alone, a measure for the length of the answers.
    pub chars_inputs: Chars,
    /// Name of the model that would be asked.
    pub model: String,
}
