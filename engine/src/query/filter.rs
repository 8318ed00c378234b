//! Filters: conditions read once, then tested cell by cell; each distinct text is tested once per segment.
//!
//! Law: a condition without a value where it needs one lets every record through (it is still being typed).
//! Misfits and errors are compared by the text they show; blanks match only “is blank” and the negations.

use super::{
    condition::{self, Range},
    fold, text_order,
};
use crate::command::shown_type;
use rayon::prelude::*;
use std::{cmp::Ordering, sync::Arc};
use table::{
    ai::AiState,
    column::{Column, ColumnKind, Dictionary, TextValues, Values},
    field::FieldType,
    id::{ColumnId, OptionId},
    mask::Mask,
    schema::Table,
    segment::Segment,
    snapshot::TableData,
    value::{CellState, CellValue},
    view::{Condition, Filter, Operator},
};

/// A filter made ready for one table.
pub(crate) struct Ready {
    any: bool,
    tests: Vec<Test>,
    groups: Vec<Ready>,
}

struct Test {
    column: ColumnId,
    field_type: FieldType,
    operator: Operator,
    /// As typed, trimmed, lower case, half width.
    text: String,
    operand: Operand,
    /// What passes of the dictionaries that segments share: each text is tested once per table.
    known: Vec<(Arc<Dictionary>, Vec<bool>)>,
}

enum Operand {
    Number(f64),
    Range(Range),
    Bool(bool),
    Options(Vec<OptionId>),
    /// Compared with the number of items of a cell.
    Count(f64),
    /// Compared by the text shown.
    Text,
}

/// Bits of what passes; cells without a value are `blank`.
fn mask_of<T: Copy>(cells: &[T], valid: &Mask, blank: bool, passes: impl Fn(T) -> bool) -> Mask {
    let rest = if blank { u64::MAX } else { 0 };
    let (whole, last) = cells.as_chunks::<64>();
    let mut words = Vec::with_capacity(cells.len().div_ceil(64));
    words.extend(whole.iter().map(|cells| bits_of(cells, &passes)));
    if !last.is_empty() {
        let bits = last.iter().enumerate();
        words.push(bits.fold(0, |word, (at, cell)| word | u64::from(passes(*cell)) << at));
    }
    for (word, valid) in words.iter_mut().zip(valid.words()) {
        *word = *word & valid | rest & !valid;
    }
    Mask::from_words(words, cells.len())
}

/// A byte for each cell first: the compiler makes vector instructions of that, but not of setting bits one by one.
#[inline]
fn bits_of<T: Copy>(cells: &[T; 64], passes: impl Fn(T) -> bool) -> u64 {
    let bytes = cells.map(|cell| u8::from(passes(cell)));
    let (eights, _) = bytes.as_chunks::<8>();
    // The product brings byte n of eight to bit 56 + n; no two of its parts meet.
    let packed =
        |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let eights = eights.iter().enumerate();
    eights.fold(0, |word, (at, eight)| word | packed(eight) << (8 * at))
}

fn codes_mask(codes: &[u32], passes: &[bool], valid: &Mask, blank: bool) -> Mask {
    if passes.len() <= 64 {
        let set = passes.iter().enumerate();
        let set = set.fold(0u64, |set, (at, passes)| set | u64::from(*passes) << at);
        return mask_of(codes, valid, blank, |code| set >> (code & 63) & 1 == 1);
    }
    mask_of(codes, valid, blank, |code| passes[code as usize])
}

impl Ready {
    /// Conditions on fields that are gone are left out.
    pub fn new(filter: &Filter, table: &Table) -> Ready {
        let tests = filter
            .conditions
            .iter()
            .filter_map(|condition| Test::new(condition, table));
        let groups = filter.groups.iter().map(|group| Ready::new(group, table));
        Ready {
            any: filter.any,
            tests: tests.collect(),
            groups: groups.filter(|group| !group.lets_all()).collect(),
        }
    }

    /// The columns that it reads.
    pub fn columns(&self) -> Box<dyn Iterator<Item = ColumnId> + '_> {
        let own = self.tests.iter().map(|test| test.column);
        Box::new(own.chain(self.groups.iter().flat_map(Ready::columns)))
    }

    /// Tests the texts that many segments share, before segments are looked at side by side.
    pub fn for_records(mut self, data: &TableData) -> Ready {
        for test in &mut self.tests {
            test.know_shared(data);
        }
        let groups = std::mem::take(&mut self.groups);
        self.groups = groups
            .into_iter()
            .map(|group| group.for_records(data))
            .collect();
        self
    }

    /// Whether one record passes.
    pub fn lets(&self, segment: &Segment, at: usize) -> bool {
        let tests = self.tests.iter().map(|test| test.lets(segment, at));
        let mut all = tests.chain(self.groups.iter().map(|group| group.lets(segment, at)));
        match self.any && !self.lets_all() {
            true => all.any(|passes| passes),
            false => all.all(|passes| passes),
        }
    }

    pub fn lets_all(&self) -> bool {
        self.tests.is_empty() && self.groups.is_empty()
    }

    /// Which records of the segment pass, removed ones included.
    pub fn mask(&self, segment: &Segment) -> Mask {
        let parts: Vec<Mask> = self
            .tests
            .iter()
            .map(|test| test.mask(segment))
            .chain(self.groups.iter().map(|group| group.mask(segment)))
            .collect();
        if parts.is_empty() {
            return Mask::new(segment.len(), true);
        }
        let words = (0..segment.len().div_ceil(64)).map(|at| {
            let words = parts.iter().map(|part| part.words()[at]);
            match self.any {
                true => words.fold(0, |all, word| all | word),
                false => words.fold(u64::MAX, |all, word| all & word),
            }
        });
        Mask::from_words(words.collect(), segment.len())
    }
}

impl Test {
    fn new(condition: &Condition, table: &Table) -> Option<Test> {
        let field = table.field(condition.field)?;
        let text = condition.value.trim();
        if condition.operator.needs_value() && text.is_empty() {
            return None;
        }
        let field_type = shown_type(&field.field_type).clone();
        let operand = operand(&field_type, condition.operator, text)?;
        Some(Test {
            column: field.column,
            field_type,
            operator: condition.operator,
            text: fold::plain(text),
            operand,
            known: Vec::new(),
        })
    }

    fn lets(&self, segment: &Segment, at: usize) -> bool {
        match segment.column(self.column) {
            Some(cells) => self.passes(&cells.get(at), cells.note(at).map(|note| note.state)),
            None => self.passes(&CellState::BLANK, None),
        }
    }

    fn know_shared(&mut self, data: &TableData) {
        for segment in &data.segments {
            let texts = segment.column(self.column).and_then(|cells| cells.texts());
            let Some(base) = texts
                .map(|texts| texts.base())
                .filter(|base| base.is_shared())
            else {
                continue;
            };
            if self.known.iter().any(|known| Arc::ptr_eq(&known.0, base)) {
                continue;
            }
            let codes = (0..base.len() as u32).into_par_iter();
            let passes = codes
                .map(|code| self.text_cell_passes(base.get(code)))
                .collect();
            self.known.push((base.clone(), passes));
        }
    }

    fn text_cell_passes(&self, text: &str) -> bool {
        self.passes(&CellValue::text(text).into(), None)
    }

    /// What passes of the texts of a column, by code; those that no cell says need not be right.
    fn passing_codes(&self, texts: &TextValues) -> Vec<bool> {
        let mut known = self.known.iter();
        let known = known.find(|known| Arc::ptr_eq(&known.0, texts.base()));
        let mut passes = known.map(|known| known.1.clone()).unwrap_or_default();
        if passes.len() == texts.n_codes() {
            return passes;
        }
        let mut is_known = vec![true; passes.len()];
        is_known.resize(texts.n_codes(), false);
        passes.resize(texts.n_codes(), false);
        for code in texts.codes() {
            let code = *code as usize;
            if !is_known[code] {
                is_known[code] = true;
                passes[code] = self.text_cell_passes(texts.text(code as u32));
            }
        }
        passes
    }

    fn mask(&self, segment: &Segment) -> Mask {
        let Some(cells) = segment.column(self.column) else {
            let blank = self.passes(&CellState::BLANK, None);
            return Mask::new(segment.len(), blank);
        };
        self.fast(cells).unwrap_or_else(|| {
            let all = 0..cells.len();
            all.map(|at| self.passes(&cells.get(at), cells.note(at).map(|note| note.state)))
                .collect()
        })
    }

    /// Plain numbers and texts without going through cell states.
    fn fast(&self, cells: &Column) -> Option<Mask> {
        if self.operator == Operator::AiState {
            return None;
        }
        let blank = self.passes(&CellState::BLANK, None);
        let is_numeric = matches!(self.operand, Operand::Number(_) | Operand::Range(_))
            && !is_textual(self.operator);
        let mut mask = if matches!(self.operator, Operator::IsMisfit | Operator::HasProblem) {
            Mask::new(cells.len(), false)
        } else if let (Some(numbers), true) = (cells.numbers(), is_numeric) {
            self.numbers_mask(numbers, cells.valid(), blank)
        } else if let Some(texts) = cells.texts() {
            let passes = self.passing_codes(texts);
            codes_mask(texts.codes(), &passes, cells.valid(), blank)
        } else if let Values::Options(options) = cells.values() {
            let passes =
                |ids: &Arc<[OptionId]>| self.passes(&CellValue::Options(ids.clone()).into(), None);
            let passes: Vec<bool> = options.sets().iter().map(passes).collect();
            codes_mask(options.codes(), &passes, cells.valid(), blank)
        } else {
            return None;
        };
        for at in cells.side().keys() {
            mask.set(*at as usize, self.passes(&cells.get(*at as usize), None));
        }
        Some(mask)
    }

    /// Each operator is a loop of its own, which the compiler turns into vector instructions.
    fn numbers_mask(&self, numbers: &[f64], valid: &Mask, blank: bool) -> Mask {
        let is_day = self.field_type.kind() == ColumnKind::Date;
        let wanted = match self.operand {
            Operand::Number(wanted) if !(is_day && wanted.fract() == 0.0) => wanted,
            _ => return mask_of(numbers, valid, blank, |x| self.number_passes(x)),
        };
        match self.operator {
            Operator::Is => mask_of(numbers, valid, blank, |x| x == wanted),
            Operator::IsNot => mask_of(numbers, valid, blank, |x| x != wanted),
            Operator::Less => mask_of(numbers, valid, blank, |x| x < wanted),
            Operator::LessOrEqual => mask_of(numbers, valid, blank, |x| x <= wanted),
            Operator::Greater => mask_of(numbers, valid, blank, |x| x > wanted),
            Operator::GreaterOrEqual => mask_of(numbers, valid, blank, |x| x >= wanted),
            _ => mask_of(numbers, valid, blank, |x| self.number_passes(x)),
        }
    }

    fn number_passes(&self, x: f64) -> bool {
        let wanted = match self.operand {
            Operand::Number(wanted) => wanted,
            Operand::Range(range) => {
                return range.holds(x) != (self.operator == Operator::NotBetween);
            }
            _ => return false,
        };
        // A day without a time means the whole day.
        let whole_day = self.field_type.kind() == ColumnKind::Date && wanted.fract() == 0.0;
        let x = if whole_day { x.floor() } else { x };
        self.order_passes(x.partial_cmp(&wanted))
    }

    fn order_passes(&self, order: Option<Ordering>) -> bool {
        match self.operator {
            Operator::Is | Operator::CountIs => order == Some(Ordering::Equal),
            Operator::IsNot => order != Some(Ordering::Equal),
            Operator::CountAtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Operator::CountAtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Operator::Less => order == Some(Ordering::Less),
            Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Operator::Greater => order == Some(Ordering::Greater),
            Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Operator::IsBlank => false,
            _ => true,
        }
    }

    pub fn passes(&self, state: &CellState, note: Option<AiState>) -> bool {
        match self.operator {
            Operator::IsBlank => return state.is_blank(),
            Operator::IsNotBlank => return !state.is_blank(),
            Operator::IsMisfit => return matches!(state, CellState::Misfit(_)),
            Operator::HasProblem => {
                return matches!(state, CellState::Misfit(_) | CellState::Error(_));
            }
            Operator::AiState => return ai_key(note) == self.text,
            _ => {}
        }
        let negated = matches!(
            self.operator,
            Operator::IsNot | Operator::NotContains | Operator::NotBetween | Operator::NoneOf
        );
        match (state, &self.operand) {
            (state, Operand::Count(wanted)) => {
                let n = condition::n_items(state) as f64;
                self.order_passes(n.partial_cmp(wanted))
            }
            // An unticked box and an empty one are the same to a person.
            (state, Operand::Bool(wanted)) if state.is_blank() => {
                (self.operator == Operator::Is) != *wanted
            }
            (state, _) if state.is_blank() => negated,
            (CellState::Value(CellValue::Bool(flag)), Operand::Bool(wanted)) => {
                (flag == wanted) != negated
            }
            (
                CellState::Value(CellValue::Number(x) | CellValue::Date(x)),
                Operand::Number(_) | Operand::Range(_),
            ) if !is_textual(self.operator) => self.number_passes(*x),
            (CellState::Value(CellValue::Options(ids)), Operand::Options(wanted)) => {
                let all = wanted.iter().all(|id| ids.contains(id));
                let same = all && ids.len() == wanted.len();
                match self.operator {
                    Operator::AnyOf | Operator::NoneOf => {
                        wanted.iter().any(|id| ids.contains(id)) != negated
                    }
                    Operator::Contains | Operator::NotContains | Operator::AllOf => all != negated,
                    _ => same != negated,
                }
            }
            _ => self.text_passes(&self.field_type.display(state), negated),
        }
    }

    fn text_passes(&self, shown: &str, negated: bool) -> bool {
        let shown = fold::plain(shown);
        match self.operator {
            Operator::Contains | Operator::NotContains => shown.contains(&self.text) != negated,
            Operator::StartsWith => shown.trim_start().starts_with(&self.text),
            Operator::EndsWith => shown.trim_end().ends_with(&self.text),
            Operator::Is | Operator::IsNot => (shown.trim() == self.text) != negated,
            Operator::AnyOf | Operator::NoneOf | Operator::AllOf => {
                let is_one = self.text.split(',').any(|one| one.trim() == shown.trim());
                is_one != negated
            }
            // What is no number lies in no range.
            Operator::Between | Operator::NotBetween => negated,
            // A misfit is neither smaller nor greater than a number or a date.
            _ if !matches!(self.operand, Operand::Text) => false,
            _ => self.order_passes(Some(text_order::compare(shown.trim(), &self.text))),
        }
    }
}

/// Compares by what a cell shows, whatever it holds.
fn is_textual(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Contains | Operator::NotContains | Operator::StartsWith | Operator::EndsWith
    )
}

/// Absent where the value is still being typed.
fn operand(field_type: &FieldType, operator: Operator, text: &str) -> Option<Operand> {
    match operator {
        Operator::AiState => Some(Operand::Text),
        Operator::Between | Operator::NotBetween => {
            Range::read(field_type, text).map(Operand::Range)
        }
        Operator::CountIs | Operator::CountAtLeast | Operator::CountAtMost => {
            table::field::number::read(text).map(|read| Operand::Count(read.value))
        }
        _ => Some(one_operand(field_type, text)),
    }
}

fn one_operand(field_type: &FieldType, text: &str) -> Operand {
    if let Some(options) = field_type.options() {
        let by_id: Option<Vec<OptionId>> = text
            .split(',')
            .map(|part| {
                part.trim()
                    .parse::<OptionId>()
                    .ok()
                    .filter(|id| options.iter().any(|option| option.id == *id))
            })
            .collect();
        if let Some(ids) = by_id {
            return Operand::Options(ids);
        }
    }
    match field_type.parse(text) {
        CellState::Value(CellValue::Number(x) | CellValue::Date(x)) => Operand::Number(x),
        CellState::Value(CellValue::Bool(flag)) => Operand::Bool(flag),
        CellState::Value(CellValue::Options(ids)) => Operand::Options(ids.to_vec()),
        // “At least 0” of a scale that begins at 1 is still a number.
        CellState::Misfit(text) if field_type.kind() == ColumnKind::Number => {
            let read = table::field::number::read(&text);
            read.map_or(Operand::Text, |read| Operand::Number(read.value))
        }
        _ => Operand::Text,
    }
}

/// The word for a state, as in [`AiState`]'s wire form; `empty` where there is no note.
fn ai_key(state: Option<AiState>) -> &'static str {
    match state {
        None => "empty",
        Some(AiState::Queued) => "queued",
        Some(AiState::Running) => "running",
        Some(AiState::Ok) => "ok",
        Some(AiState::NeedsReview) => "needs_review",
        Some(AiState::Failed) => "failed",
        Some(AiState::Stale) => "stale",
        Some(AiState::Locked) => "locked",
        Some(AiState::Skipped) => "skipped",
    }
}
