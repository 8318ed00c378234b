//! Which column is which field, and which fields tell the records apart: proposals, all of which a person may change.
//!
//! Functions: [`rank`] (which table a sheet is for), [`propose`] (a plan for one of them). Type: [`SavedMapping`], a plan
//! by the names of the columns, kept with the base and offered when a file with the same names comes. Law: a column goes
//! to one field at most and a field gets one column; removing records is never proposed. Tests:
//! `jobs/tests/import_into.rs`.

use super::{
    Blanks, ColumnTarget, IntoColumn, IntoMode, IntoPlan, Misfits,
    fates::{distinct_texts, is_code_name},
    similar::{Why, likeness},
};
use crate::import::{ImportError, target::ImportSource};
use connectors::file::{ColumnManifest, SheetManifest};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};
use table::{
    column::ColumnKind,
    field::{Field, FieldType},
    id::{FieldId, TableId},
    infer::build_raw,
    schema::Table,
    snapshot::Snapshot,
};

/// Below this nobody would say that they mean the same.
const LEAST_LIKENESS: f64 = 0.55;
/// Share of a sheet's columns from which on a table is proposed by itself.
const GOOD_SHARE: f64 = 0.6;

/// A plan by the names of the columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedMapping {
    pub id: String,
    pub name: String,
    pub table: TableId,
    pub columns: Vec<SavedColumn>,
    #[serde(default)]
    pub mode: IntoMode,
    #[serde(default)]
    pub keys: Vec<FieldId>,
    #[serde(default)]
    pub blanks: Blanks,
    #[serde(default)]
    pub misfits: Misfits,
    #[serde(default)]
    pub add_options: bool,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub used_at_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedColumn {
    pub header: String,
    /// Absent: left out.
    #[serde(default)]
    pub field: Option<FieldId>,
}

/// A table that a sheet may be for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableFit {
    pub table: TableId,
    pub name: String,
    /// Columns of the sheet that are fields of the table.
    pub n_matched: usize,
    /// The sheet was written from it, to be filled in.
    pub is_own: bool,
    /// A kept mapping has just these columns.
    pub saved: Option<String>,
    /// Good enough to be chosen before a person says anything.
    pub is_proposed: bool,
}

/// A plan and why it is what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    pub plan: IntoPlan,
    /// By place in the sheet's columns.
    pub why: Vec<Option<Why>>,
    pub keys: Vec<KeyFit>,
    /// The kept mapping that it comes from.
    pub saved: Option<String>,
    /// The sheet holds the ids of the table's records.
    pub has_records: bool,
}

/// A field that may tell the records apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyFit {
    pub field: FieldId,
    pub name: String,
    pub is_unique_in_table: bool,
    pub is_unique_in_file: bool,
    /// Rows of the file whose text a record has.
    pub n_both: u64,
}

impl SavedMapping {
    /// What to keep of a confirmed plan.
    pub fn of(id: String, name: String, sheet: &SheetManifest, plan: &IntoPlan) -> SavedMapping {
        let target = |at: usize| {
            let asked = plan.columns.iter().find(|column| column.column == at);
            match asked.map(|column| &column.to) {
                Some(ColumnTarget::Field { field }) => Some(*field),
                _ => None,
            }
        };
        let columns = sheet.columns.iter().enumerate();
        let columns = columns.map(|(at, column)| SavedColumn {
            header: column.name.clone(),
            field: target(at),
        });
        SavedMapping {
            id,
            name,
            table: plan.table,
            columns: columns.collect(),
            mode: plan.mode,
            keys: plan.keys.clone(),
            blanks: plan.blanks,
            misfits: plan.misfits,
            add_options: plan.add_options,
            used_at_ms: 0,
        }
    }

    /// The file has just these columns, in whatever order.
    pub fn fits(&self, sheet: &SheetManifest) -> bool {
        let kept: BTreeSet<&str> = self
            .columns
            .iter()
            .map(|column| column.header.as_str())
            .collect();
        let found: BTreeSet<&str> = sheet
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        kept == found
    }

    fn plan(&self, table: &Table, sheet: &SheetManifest) -> IntoPlan {
        let field_of = |header: &str| {
            let kept = self.columns.iter().find(|column| column.header == header);
            let field = table.field(kept?.field?)?;
            field.is_editable().then_some(field.id)
        };
        let columns = sheet.columns.iter().enumerate();
        let columns = columns.filter_map(|(column, known)| {
            let to = ColumnTarget::Field {
                field: field_of(&known.name)?,
            };
            Some(IntoColumn { column, to })
        });
        let columns: Vec<IntoColumn> = columns.collect();
        let is_mapped = |field: &FieldId| {
            columns
                .iter()
                .any(|column| column.to == ColumnTarget::Field { field: *field })
        };
        let keys: Vec<FieldId> = self.keys.iter().copied().filter(is_mapped).collect();
        let is_whole = keys.len() == self.keys.len();
        IntoPlan {
            table: self.table,
            mode: if is_whole { self.mode } else { IntoMode::Add },
            keys: if is_whole { keys } else { Vec::new() },
            columns,
            by_record: false,
            blanks: self.blanks,
            misfits: self.misfits,
            add_options: self.add_options,
            remove_missing: false,
        }
    }
}

/// The tables of a base that a sheet may be for, the likeliest first.
pub fn rank(
    snapshot: &Snapshot,
    sheet: &SheetManifest,
    base: &str,
    saved: &[SavedMapping],
) -> Vec<TableFit> {
    let own = sheet.own.as_ref().filter(|own| own.base == base);
    let mut fits: Vec<TableFit> = snapshot
        .schema
        .live_tables()
        .map(|table| {
            let matched = matches(table, sheet);
            let n_matched = matched.iter().filter(|found| found.is_some()).count();
            let is_own = own.is_some_and(|own| own.table == table.id.to_string());
            let kept = saved
                .iter()
                .find(|kept| kept.table == table.id && kept.fits(sheet));
            let n_alike = n_matched >= 2.min(sheet.columns.len());
            let share = n_matched as f64 / sheet.columns.len().max(1) as f64;
            TableFit {
                table: table.id,
                name: table.name.clone(),
                n_matched,
                is_own,
                saved: kept.map(|kept| kept.id.clone()),
                is_proposed: is_own || kept.is_some() || n_alike && share >= GOOD_SHARE,
            }
        })
        .collect();
    fits.sort_by_key(|fit| {
        let is_named = fit.name == sheet.name;
        std::cmp::Reverse((fit.is_own, fit.saved.is_some(), fit.n_matched, is_named))
    });
    fits
}

/// A field for each column that has one, with the reason.
fn matches<'a>(table: &'a Table, sheet: &SheetManifest) -> Vec<Option<(&'a Field, Why)>> {
    let own = sheet.own.as_ref();
    let mut pairs = Vec::new();
    for (at, column) in sheet.columns.iter().enumerate() {
        if own.is_some_and(|own| own.records_column == at) {
            continue;
        }
        for field in table.live_fields() {
            if let Some((score, why)) = likeness(&column.name, &field.name) {
                let score = score * type_fit(column, field);
                if score >= LEAST_LIKENESS {
                    pairs.push((score, at, field, why));
                }
            }
        }
    }
    // The likeliest pair first; of equal ones the first column.
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut found: Vec<Option<(&Field, Why)>> = vec![None; sheet.columns.len()];
    let mut taken = BTreeSet::new();
    for (_, at, field, why) in pairs {
        if found[at].is_none() && !taken.contains(&field.id) {
            taken.insert(field.id);
            found[at] = Some((field, why));
        }
    }
    found
}

/// How well the cells go into the field, 0 to 1.
fn type_fit(column: &ColumnManifest, field: &Field) -> f64 {
    let cells = &column.proposal.field_type;
    let wanted = match field.formula() {
        Some(spec) => &*spec.result,
        None => &field.field_type,
    };
    let has_pictures = matches!(cells, FieldType::Attachment);
    match wanted {
        FieldType::Attachment => {
            if has_pictures {
                1.0
            } else {
                0.6
            }
        }
        _ if has_pictures => 0.0,
        wanted if wanted.key() == cells.key() => 1.0,
        wanted => match (wanted.kind(), cells.kind()) {
            (a, b) if a == b => 1.0,
            (ColumnKind::Text | ColumnKind::Options, _) => 0.95,
            (ColumnKind::Number, ColumnKind::Text) => 0.85,
            (ColumnKind::Date, ColumnKind::Number | ColumnKind::Text) => 0.85,
            (ColumnKind::Number, ColumnKind::Date) => 0.6,
            _ => 0.8,
        },
    }
}

/// A plan for one table. `saved`: the kept mapping to go by, if it fits.
pub fn propose(
    snapshot: &Snapshot,
    source: &dyn ImportSource,
    sheet: usize,
    table: TableId,
    base: &str,
    saved: Option<&SavedMapping>,
) -> Result<Proposal, ImportError> {
    let known = source.manifest().sheets.get(sheet);
    let known = known.ok_or(ImportError::Mapping)?;
    let owner = snapshot.schema.table(table).ok_or(ImportError::Mapping)?;
    let own = known.own.as_ref();
    let own = own.filter(|own| own.base == base && own.table == table.to_string());
    let saved = saved.filter(|kept| kept.table == table && kept.fits(known) && own.is_none());
    let matched = matches(owner, known);
    let mut why: Vec<Option<Why>> = matched
        .iter()
        .map(|found| found.map(|(_, why)| why))
        .collect();
    let mut plan = match saved {
        Some(kept) => {
            let plan = kept.plan(owner, known);
            for column in &plan.columns {
                why[column.column] = Some(Why::Saved);
            }
            plan
        }
        None => {
            let columns = matched.iter().enumerate();
            let columns = columns.filter_map(|(column, found)| {
                let to = target(found.as_ref()?.0, own.map(|own| own.fill.contains(&column)))?;
                Some(IntoColumn { column, to })
            });
            empty_plan(table, columns.collect())
        }
    };
    let keys = key_fits(snapshot, source, sheet, &plan)?;
    if own.is_some() {
        (plan.by_record, plan.mode) = (true, IntoMode::Both);
        why.iter_mut().flatten().for_each(|why| *why = Why::Own);
    } else if saved.is_none()
        && let Some(best) = keys
            .iter()
            .find(|key| key.n_both > 0 && key.is_unique_in_table && key.is_unique_in_file)
    {
        (plan.keys, plan.mode) = (vec![best.field], IntoMode::Both);
    }
    Ok(Proposal {
        plan,
        why,
        keys,
        saved: saved.map(|kept| kept.id.clone()),
        has_records: own.is_some(),
    })
}

fn empty_plan(table: TableId, columns: Vec<IntoColumn>) -> IntoPlan {
    IntoPlan {
        table,
        columns,
        mode: IntoMode::Add,
        keys: Vec::new(),
        by_record: false,
        blanks: Blanks::Keep,
        misfits: Misfits::Leave,
        add_options: true,
        remove_missing: false,
    }
}

/// `may_fill`: of a sheet to be filled in, whether the column was open.
fn target(field: &Field, may_fill: Option<bool>) -> Option<ColumnTarget> {
    let can_write = field.is_editable() && !field.is_ai();
    let is_plain = field.field_type.kind() != ColumnKind::Attachments && field.link().is_none();
    match may_fill {
        Some(false) if can_write && is_plain => Some(ColumnTarget::Check { field: field.id }),
        Some(false) => None,
        _ => can_write.then_some(ColumnTarget::Field { field: field.id }),
    }
}

/// The mapped fields that may be keys, the best first.
fn key_fits(
    snapshot: &Snapshot,
    source: &dyn ImportSource,
    sheet: usize,
    plan: &IntoPlan,
) -> Result<Vec<KeyFit>, ImportError> {
    let (Some(table), Some(data)) = (snapshot.schema.table(plan.table), snapshot.data(plan.table))
    else {
        return Ok(Vec::new());
    };
    let mut tried: Vec<Tried> = Vec::new();
    for column in &plan.columns {
        let (ColumnTarget::Field { field } | ColumnTarget::Check { field }) = &column.to else {
            continue;
        };
        let Some(field) = table.field(*field).filter(|field| may_be_key(field)) else {
            continue;
        };
        let (mut texts, mut is_unique) = (HashSet::new(), true);
        for segment in &data.segments {
            let Some(cells) = segment.column(field.column) else {
                continue;
            };
            for at in segment.live().ones() {
                let text = field.field_type.edit_text(&cells.get(at));
                let text = text.trim();
                if !text.is_empty() && !texts.insert(text.to_owned()) {
                    is_unique = false;
                }
            }
        }
        tried.push(Tried {
            column: column.column,
            field: field.clone(),
            texts,
            is_unique_in_table: is_unique,
            seen: Some(HashSet::new()),
            n_blank: 0,
        });
    }
    for batch in source.batches(sheet) {
        let batch = batch.map_err(ImportError::Staged)?;
        for tried in &mut tried {
            if let (Some(mut seen), Some(cells)) =
                (tried.seen.take(), batch.columns.get(tried.column))
            {
                let column = build_raw(cells, &tried.field.field_type);
                if let Some(n_blank) = distinct_texts(&tried.field, &column, &mut seen) {
                    tried.n_blank += n_blank;
                    tried.seen = Some(seen);
                }
            }
        }
    }
    let mut fits: Vec<(KeyFit, bool)> = tried.into_iter().map(Tried::fit).collect();
    fits.sort_by_key(|(fit, is_code)| {
        let is_unique = fit.is_unique_in_table && fit.is_unique_in_file;
        std::cmp::Reverse((is_unique, *is_code && fit.n_both > 0, fit.n_both))
    });
    Ok(fits.into_iter().map(|(fit, _)| fit).collect())
}

/// A field that is being tried as a key.
struct Tried {
    column: usize,
    field: Field,
    /// Of the table.
    texts: HashSet<String>,
    is_unique_in_table: bool,
    /// Of the file; gone once one stood twice.
    seen: Option<HashSet<String>>,
    n_blank: u64,
}

impl Tried {
    fn fit(self) -> (KeyFit, bool) {
        let seen = self.seen.unwrap_or_default();
        let n_both = seen
            .iter()
            .filter(|text| self.texts.contains(*text))
            .count();
        let fit = KeyFit {
            field: self.field.id,
            name: self.field.name.clone(),
            is_unique_in_table: self.is_unique_in_table,
            is_unique_in_file: !seen.is_empty(),
            n_both: n_both as u64,
        };
        (fit, is_code_name(&self.field.name) && self.n_blank == 0)
    }
}

fn may_be_key(field: &Field) -> bool {
    let is_short = !matches!(
        field.field_type,
        FieldType::LongText | FieldType::Rating { .. }
    );
    is_short
        && field.link().is_none()
        && field.formula().is_none()
        && matches!(
            field.field_type.kind(),
            ColumnKind::Text | ColumnKind::Number | ColumnKind::Date
        )
}
