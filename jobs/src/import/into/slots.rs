//! The columns of a plan on their way into fields: what each is built as, and what it is compared with.
//!
//! Types: [`Slot`], [`Slots`]. In: a plan, a snapshot, raw batches; out: typed columns of the fields' kinds. A link is
//! built as the names that it shows. Tests: `jobs/tests/import_into.rs`.

use super::{ColumnTarget, IntoPlan};
use crate::import::ImportError;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeSet, HashSet};
use table::{
    column::{Column, ColumnKind},
    field::{Field, FieldType, SelectOption, link::primary, select::split_names},
    id::{FieldId, OptionId},
    infer::build_raw,
    limits::{NAME_CHARS, OPTIONS_PER_FIELD},
    raw::{RawBatch, RawCell, RawColumn},
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

/// What becomes of a column.
#[derive(Debug, Clone)]
pub(super) enum SlotTarget {
    Field(Field),
    New,
    Check(Field),
}

#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// Place in the sheet's columns.
    pub column: usize,
    pub name: String,
    pub target: SlotTarget,
    /// What the cells are read as, with options that are to be made.
    pub field_type: FieldType,
    /// Names of options that are to be made, in the order of the file.
    pub new_options: Vec<String>,
    /// Of a link: what the records there are called.
    linked: Option<HashSet<String>>,
}

#[derive(Debug, Clone)]
pub(super) struct Slots(pub Vec<Slot>);

impl Slot {
    pub fn field(&self) -> Option<&Field> {
        match &self.target {
            SlotTarget::Field(field) | SlotTarget::Check(field) => Some(field),
            SlotTarget::New => None,
        }
    }

    pub fn is_written(&self) -> bool {
        !matches!(self.target, SlotTarget::Check(_))
    }

    /// The cell of the file as the field would hold it.
    fn build(&self, cells: &RawColumn) -> Column {
        let Some(known) = &self.linked else {
            return build_raw(cells, &self.field_type);
        };
        let column = build_raw(cells, &FieldType::Text);
        let names_all = |text: &str| {
            known.contains(text.trim())
                || split_names(text).iter().all(|part| known.contains(*part))
        };
        let state = |at: usize| match column.get(at) {
            CellState::Value(CellValue::Text(text)) if !names_all(&text) => {
                CellState::Misfit(text.to_string().into())
            }
            other => other,
        };
        Column::from_states(ColumnKind::Text, (0..column.len()).map(state))
    }

    /// Its column of a batch.
    pub fn build_of(&self, batch: &RawBatch) -> Result<Column, ImportError> {
        let cells = batch.columns.get(self.column);
        Ok(self.build(cells.ok_or(ImportError::Mapping)?))
    }

    /// What a person reads of a cell.
    pub fn shown(&self, state: &CellState) -> String {
        match self.field() {
            Some(field) if field.link().is_none() => match state {
                CellState::Value(CellValue::Options(_)) => self.field_type.display(state),
                _ => field.field_type.display(state),
            },
            _ => match &self.field_type {
                FieldType::Link(_) => FieldType::Text.display(state),
                field_type => field_type.display(state),
            },
        }
    }

    /// Names in the cells that are no options yet are to be made; up to the bound of a field.
    fn learn_options(&mut self, cells: &RawColumn, known: &mut BTreeSet<String>) {
        let many = self.field_type.holds_many();
        let Some(options) = self.field_type.options_mut() else {
            return;
        };
        let mut next = options.iter().map(|option| option.id.0).max().unwrap_or(0);
        each_text(cells, |text| {
            let whole = [text.trim()];
            let parts = split_names(text);
            let names: &[&str] = if many { &parts } else { &whole };
            for name in names {
                let fits = !name.is_empty() && name.chars().count() <= NAME_CHARS;
                let has_room = self.new_options.len() < engine::limits::NEW_OPTIONS
                    && options.len() < OPTIONS_PER_FIELD;
                if !fits || !has_room || !known.insert((*name).to_owned()) {
                    continue;
                }
                next = next.saturating_add(1);
                options.push(SelectOption {
                    id: OptionId(next),
                    name: (*name).to_owned(),
                    color: (options.len() % 12) as u8,
                });
                self.new_options.push((*name).to_owned());
            }
        });
    }
}

/// Texts of a raw column; equal ones of a column of words once.
fn each_text(cells: &RawColumn, mut look: impl FnMut(&str)) {
    match cells {
        RawColumn::Words(texts) => {
            (0..texts.n_codes() as u32).for_each(|code| look(texts.text(code)))
        }
        RawColumn::Cells(cells) => {
            for cell in cells {
                match cell {
                    RawCell::Text(text) => look(text),
                    RawCell::Number { value, shown } => match shown {
                        Some(shown) => look(shown),
                        None => look(&table::field::decimal::general(*value)),
                    },
                    _ => {}
                }
            }
        }
    }
}

impl Slots {
    /// The plan against the table as it is. `Err`: it speaks of what is not there.
    pub fn of(
        snapshot: &Snapshot,
        plan: &IntoPlan,
        n_columns: usize,
    ) -> Result<Slots, ImportError> {
        let table = snapshot.schema.table(plan.table);
        let table = table.ok_or(ImportError::Mapping)?;
        let (mut columns, mut fields, mut names) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut slots = Vec::new();
        for asked in &plan.columns {
            if asked.column >= n_columns || !columns.insert(asked.column) {
                return Err(ImportError::Mapping);
            }
            let field_of = |id: FieldId| table.field(id).cloned().ok_or(ImportError::Mapping);
            let (name, target, field_type) = match &asked.to {
                ColumnTarget::Field { field } | ColumnTarget::Check { field } => {
                    let known = field_of(*field)?;
                    let is_check = matches!(asked.to, ColumnTarget::Check { .. });
                    if !fields.insert(*field) || !is_check && !known.is_editable() {
                        return Err(ImportError::Mapping);
                    }
                    let (name, kind) = (known.name.clone(), known.field_type.clone());
                    let kind = match kind {
                        FieldType::Formula(spec) => *spec.result,
                        kind => kind,
                    };
                    match is_check {
                        true => (name, SlotTarget::Check(known), kind),
                        false => (name, SlotTarget::Field(known), kind),
                    }
                }
                ColumnTarget::New { name, field_type } => {
                    let name = name.trim().to_owned();
                    let is_plain = field_type.link().is_none() && field_type.formula().is_none();
                    if name.is_empty() || !is_plain || !names.insert(name.clone()) {
                        return Err(ImportError::Mapping);
                    }
                    if table.field_named(&name).is_some() {
                        return Err(ImportError::NameTaken(name));
                    }
                    (name, SlotTarget::New, field_type.clone())
                }
            };
            let linked = linked_names(snapshot, &field_type);
            slots.push(Slot {
                column: asked.column,
                name,
                target,
                field_type,
                new_options: Vec::new(),
                linked,
            });
        }
        Ok(Slots(slots))
    }

    /// Looks at a batch for choices that are no options yet.
    pub fn learn_options(&mut self, batch: &RawBatch) {
        for slot in &mut self.0 {
            if slot.is_written()
                && let Some(cells) = batch.columns.get(slot.column)
            {
                let known = slot.field_type.options().unwrap_or_default();
                let mut known = known.iter().map(|option| option.name.clone()).collect();
                slot.learn_options(cells, &mut known);
            }
        }
    }

    /// One typed column per slot.
    pub fn build(&self, batch: &RawBatch) -> Result<Vec<Column>, ImportError> {
        let columns = self.0.par_iter().map(|slot| slot.build_of(batch));
        columns.collect()
    }
}

/// What the records of a linked table are called.
fn linked_names(snapshot: &Snapshot, field_type: &FieldType) -> Option<HashSet<String>> {
    let link = field_type.link()?;
    let (field, data) = (
        primary(&snapshot.schema, link.table)?,
        snapshot.data(link.table)?,
    );
    let mut names = HashSet::new();
    for (_, segment, at) in data.live_records() {
        if let Some(cells) = data.segments[segment].column(field.column) {
            names.insert(field.field_type.display(&cells.get(at)).trim().to_owned());
        }
    }
    Some(names)
}

/// The same for a shop, though perhaps not bit by bit: a workbook keeps fifteen digits of a number.
pub(super) fn is_same(slot: &Slot, old: &CellState, new: &CellState) -> bool {
    match (old, new) {
        (CellState::Value(CellValue::Number(a)), CellState::Value(CellValue::Number(b))) => {
            a == b || (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
        }
        (CellState::Value(CellValue::Date(a)), CellState::Value(CellValue::Date(b))) => {
            (a - b).abs() < 1e-6
        }
        (CellState::Value(CellValue::Text(a)), CellState::Value(CellValue::Text(b))) => {
            a == b || a.trim() == b.trim() || a.contains('\r') && a.replace("\r\n", "\n") == **b
        }
        (
            CellState::Value(CellValue::Attachments(a)),
            CellState::Value(CellValue::Attachments(b)),
        ) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.digest == b.digest),
        // An unticked box and an empty one are both not ticked.
        (CellState::Value(CellValue::Blank), CellState::Value(CellValue::Bool(false))) => true,
        (old, CellState::Misfit(text)) => slot.shown(old) == **text,
        (old, new) => old == new,
    }
}
