//! Imports: a staged file and a confirmed mapping become tables of a base.
//!
//! [`import`] does it with commands of one group, so that one undo removes it; [`ConfirmImport`] is what a
//! person confirmed, [`ImportReport`] what came of it. Law: all or nothing — a failure or a cancellation
//! takes back what was done — and a formula is kept only if it gives what the file says in every row.
//! Tests: `jobs/tests/import.rs`.

pub mod agree;
mod built;
mod error;
mod formulas;
pub mod into;
mod rename;
pub mod target;

use crate::board::Ticket;
use built::{Built, build};
use connectors::file::{Manifest, Note, SheetManifest};
use engine::{Command, CommandError, CommandResult, NewField, NewFieldType, Submission};
pub use error::ImportError;
use into::ConfirmInto;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc,
};
use table::{
    field::FieldType,
    id::{ActorId, FieldId, TableId},
    limits::NAME_CHARS,
    raw::RawCell,
    value::Attachment,
    view::RowHeight,
};
use target::{ImportSource, ImportTarget};

/// Codes of the engine.
const READ_ONLY: &str = "read_only";
pub const NOTHING_TO_UNDO: &str = "nothing_to_undo";
/// How often a failed import tries to take back what it did, half a second apart, while nothing can be written.
const TAKE_BACK_TRIES: u32 = 1_200;

/// What a person confirmed in the preview.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ConfirmImport {
    /// Those that become new tables.
    pub sheets: Vec<ConfirmSheet>,
    /// Those that go into tables that are there.
    #[serde(default)]
    pub into: Vec<ConfirmInto>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfirmSheet {
    /// Place in the manifest.
    pub sheet: usize,
    pub table_name: String,
    /// Columns that are not named here are imported as proposed.
    #[serde(default)]
    pub columns: Vec<ConfirmColumn>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfirmColumn {
    /// Place in the sheet's columns.
    pub column: usize,
    /// Absent or blank: as proposed.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub field_type: Option<FieldType>,
    /// Absent: as proposed; empty: values, no formula.
    #[serde(default)]
    pub formula: Option<String>,
    #[serde(default)]
    pub skip: bool,
}

impl ConfirmImport {
    /// Everything as proposed.
    pub fn as_proposed(manifest: &Manifest) -> ConfirmImport {
        let sheets = manifest
            .sheets
            .iter()
            .enumerate()
            .map(|(sheet, known)| ConfirmSheet {
                sheet,
                table_name: known.name.clone(),
                columns: Vec::new(),
            });
        ConfirmImport {
            sheets: sheets.collect(),
            into: Vec::new(),
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportReport {
    pub tables: Vec<TableId>,
    pub n_records: u64,
    pub n_pictures: u64,
    /// Formula fields that give what the file says, by name.
    pub formulas: Vec<String>,
    pub notes: Vec<Note>,
    /// What was done to tables that were there.
    pub into: Vec<IntoReport>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IntoReport {
    pub table: TableId,
    pub n_added: u64,
    pub n_changed: u64,
    pub n_removed: u64,
    pub n_left_out: u64,
}

/// One import under way.
struct Importer<'a> {
    target: &'a dyn ImportTarget,
    source: &'a dyn ImportSource,
    ticket: &'a Ticket,
    actor: ActorId,
    group: String,
    /// Digests of pictures that are in the base.
    stored: BTreeSet<String>,
    n_done: u64,
    n_all: u64,
    report: ImportReport,
}

/// A column on its way into a field.
struct Planned {
    /// Place in the sheet's columns.
    column: usize,
    name: String,
    field_type: FieldType,
    /// Formula text over names, to be tried.
    formula: Option<String>,
}

/// A table that was made of a sheet, and the file's cells of the columns whose formulas are to be tried.
type Made<'a> = (TableId, &'a SheetManifest, Vec<Planned>, Vec<Vec<RawCell>>);

/// Imports; blocks until all is durable. `group` is unique to this import.
pub fn import(
    target: &dyn ImportTarget,
    source: &dyn ImportSource,
    confirm: &ConfirmImport,
    actor: &ActorId,
    group: &str,
    ticket: &Ticket,
) -> Result<ImportReport, ImportError> {
    let sheets = &source.manifest().sheets;
    let wanted = confirm.sheets.iter().map(|sheet| sheet.sheet);
    let wanted = wanted.chain(confirm.into.iter().map(|into| into.sheet));
    let n_all = wanted
        .filter_map(|sheet| sheets.get(sheet))
        .map(|sheet| sheet.n_rows)
        .sum();
    let mut importer = Importer {
        target,
        source,
        ticket,
        actor: actor.clone(),
        group: group.to_owned(),
        stored: BTreeSet::new(),
        n_done: 0,
        n_all,
        report: ImportReport::default(),
    };
    match importer.run(confirm) {
        Ok(()) => Ok(importer.report),
        Err(cause) => match importer.take_back(&cause) {
            Ok(()) => Err(cause),
            Err(undo) => Err(ImportError::NotTakenBack {
                cause: cause.to_string(),
                undo: Box::new(undo),
            }),
        },
    }
}

/// Takes back what an import of this group has done.
pub fn undo_group(actor: &ActorId, group: &str) -> Submission {
    Submission {
        actor: actor.clone(),
        client_id: None,
        group: None,
        command: Command::UndoGroup {
            group: group.to_owned(),
        },
    }
}

/// Takes back what an import of this group has done. While the base takes no writes it waits: until it does, what was
/// done stays. `Err`: it still takes none, or can't be brought to take it back.
pub fn take_back(
    target: &dyn ImportTarget,
    actor: &ActorId,
    group: &str,
) -> Result<(), CommandError> {
    let mut n_left = TAKE_BACK_TRIES;
    loop {
        n_left -= 1;
        match target.submit(undo_group(actor, group)) {
            Err(error) if error.code == READ_ONLY && n_left > 0 => target.wait_writable(),
            // What is unclear may not have been done.
            Err(error) if error.code == NOTHING_TO_UNDO => return Ok(()),
            done => return done.map(|_| ()),
        }
    }
}

impl Importer<'_> {
    fn run(&mut self, confirm: &ConfirmImport) -> Result<(), ImportError> {
        let source = self.source;
        let mut plans = Vec::new();
        for wanted in &confirm.into {
            self.apply_to_table(wanted)?;
        }
        for sheet in &confirm.sheets {
            let known = source
                .manifest()
                .sheets
                .get(sheet.sheet)
                .ok_or(ImportError::Mapping)?;
            plans.push((sheet, known, planned(known, sheet)?));
        }
        // Formulas may look into other sheets, so all values come first.
        let mut made = Vec::new();
        for (sheet, known, plan) in plans {
            let table = self.create_table(sheet, known, &plan)?;
            let n_before = self.report.n_pictures;
            let kept = self.append(table, sheet.sheet, &plan)?;
            if self.report.n_pictures > n_before {
                self.show_pictures(table)?;
            }
            made.push((table, known, plan, kept));
        }
        let names = self.made_tables(&made);
        for (table, known, mut plan, kept) in made {
            for planned in &mut plan {
                if let Some(formula) = &mut planned.formula {
                    *formula = rename::with_tables(formula, &names);
                }
            }
            self.try_formulas(table, known, &plan, kept)?;
        }
        Ok(())
    }

    /// The tables by the names of their sheets, which formulas use; the base may have given other names.
    fn made_tables(&self, made: &[Made]) -> BTreeMap<String, rename::MadeTable> {
        let snapshot = self.target.snapshot();
        let named = made.iter().filter_map(|(table, known, plan, _)| {
            let columns = plan.iter().map(|planned| {
                (
                    known.columns[planned.column].name.clone(),
                    planned.name.clone(),
                )
            });
            let made = rename::MadeTable {
                name: snapshot.schema.table(*table)?.name.clone(),
                columns: columns.collect(),
            };
            Some((known.name.clone(), made))
        });
        named.collect()
    }

    fn submit(&self, command: Command) -> Result<CommandResult, ImportError> {
        if self.ticket.is_cancelled() {
            return Err(ImportError::Cancelled);
        }
        let receipt = self.target.submit(Submission {
            actor: self.actor.clone(),
            client_id: None,
            group: Some(self.group.clone()),
            command,
        })?;
        Ok(receipt.result)
    }

    /// Undoes what this import has done, if it may have done something.
    fn take_back(&self, cause: &ImportError) -> Result<(), CommandError> {
        let is_unclear = matches!(cause, ImportError::Command(error) if error.code == READ_ONLY);
        if self.report.tables.is_empty() && !is_unclear {
            return Ok(());
        }
        take_back(self.target, &self.actor, &self.group)
    }

    /// The table with the fields that hold values; formula fields come when their values are known.
    fn create_table(
        &mut self,
        sheet: &ConfirmSheet,
        known: &SheetManifest,
        plan: &[Planned],
    ) -> Result<TableId, ImportError> {
        let fields = plan
            .iter()
            .filter(|planned| planned.formula.is_none())
            .map(|planned| NewField {
                name: planned.name.clone(),
                description: String::new(),
                field_type: NewFieldType::Plain(planned.field_type.clone()),
            });
        let name = match sheet.table_name.trim() {
            "" => known.name.clone(),
            name => name.to_owned(),
        };
        let made = self.submit(Command::CreateTable {
            name,
            description: known.title_lines.join("\n"),
            fields: fields.collect(),
            auto_name: true,
        })?;
        let table = *made.tables.first().ok_or(ImportError::Mapping)?;
        self.report.tables.push(table);
        Ok(table)
    }

    /// Appends all batches; gives the raw cells of the columns whose formulas are to be tried. While one batch is
    /// being made durable, the next ones are read and built.
    fn append(
        &mut self,
        table: TableId,
        sheet: usize,
        plan: &[Planned],
    ) -> Result<Vec<Vec<RawCell>>, ImportError> {
        let snapshot = self.target.snapshot();
        let made = snapshot.schema.table(table).ok_or(ImportError::Mapping)?;
        // The types as made: their options have ids now.
        let fields: Vec<(FieldId, FieldType)> = made
            .live_fields()
            .map(|field| (field.id, field.field_type.clone()))
            .collect();
        let n_formulas = plan.iter().filter(|planned| planned.formula.is_some());
        let mut kept = vec![Vec::new(); n_formulas.count()];
        let source = self.source;
        std::thread::scope(|scope| {
            let (built, batches) = mpsc::sync_channel(BATCHES_AHEAD);
            let fields = &fields;
            scope.spawn(move || {
                for batch in source.batches(sheet) {
                    let batch = batch.map_err(ImportError::Staged);
                    let batch = batch.and_then(|batch| build(batch, plan, fields));
                    // Nobody takes it if the import has ended early.
                    if built.send(batch).is_err() {
                        return;
                    }
                }
            });
            for batch in batches {
                self.append_batch(table, batch?, &mut kept)?;
            }
            Ok(kept)
        })
    }

    fn append_batch(
        &mut self,
        table: TableId,
        batch: Built,
        kept: &mut [Vec<RawCell>],
    ) -> Result<(), ImportError> {
        self.store_pictures(&batch.pictures)?;
        for (kept, mut cells) in kept.iter_mut().zip(batch.kept) {
            kept.append(&mut cells);
        }
        let n_records = batch.n_records;
        if n_records > 0 {
            self.submit(Command::AppendColumns {
                table,
                n_records,
                columns: batch.columns,
            })?;
        }
        self.n_done += n_records;
        self.report.n_records += n_records;
        self.ticket.progress(self.n_done, self.n_all);
        Ok(())
    }

    /// Rows high enough to recognise the goods by their pictures.
    fn show_pictures(&self, table: TableId) -> Result<(), ImportError> {
        let snapshot = self.target.snapshot();
        let made = snapshot.schema.table(table).ok_or(ImportError::Mapping)?;
        if let Some(view) = made.views.iter().find(|view| !view.removed) {
            let mut view = view.clone();
            view.row_height = RowHeight::Picture;
            self.submit(Command::UpdateView { table, view })?;
        }
        Ok(())
    }

    fn store_pictures(&mut self, pictures: &[Attachment]) -> Result<(), ImportError> {
        for picture in pictures {
            if self.ticket.is_cancelled() {
                return Err(ImportError::Cancelled);
            }
            self.report.n_pictures += 1;
            if !self.stored.insert(picture.digest.to_string()) {
                continue;
            }
            let mut from = self
                .source
                .picture(&picture.digest)
                .map_err(|error| ImportError::Staged(error.to_string()))?;
            let digest = self
                .target
                .put_blob(&mut from)
                .map_err(ImportError::Picture)?;
            if digest != *picture.digest {
                return Err(ImportError::Staged(format!(
                    "picture {} has other bytes",
                    picture.name
                )));
            }
        }
        Ok(())
    }
}

/// Batches that are built before they can be appended: one in hand, one behind it.
const BATCHES_AHEAD: usize = 1;

/// What becomes of each column of a sheet, skipped ones left out, names made unique.
fn planned(known: &SheetManifest, sheet: &ConfirmSheet) -> Result<Vec<Planned>, ImportError> {
    if sheet
        .columns
        .iter()
        .any(|column| column.column >= known.columns.len())
    {
        return Err(ImportError::Mapping);
    }
    let mut taken = BTreeSet::new();
    let mut plan = Vec::new();
    for (at, column) in known.columns.iter().enumerate() {
        let confirmed = sheet
            .columns
            .iter()
            .find(|confirmed| confirmed.column == at);
        if confirmed.is_some_and(|confirmed| confirmed.skip) {
            continue;
        }
        let name = confirmed
            .and_then(|confirmed| confirmed.name.as_deref())
            .filter(|name| !name.trim().is_empty())
            .unwrap_or(&column.name);
        let proposed = column
            .formula
            .as_ref()
            .filter(|formula| formula.why_not.is_none());
        let formula = match confirmed.and_then(|confirmed| confirmed.formula.as_deref()) {
            Some(text) => text.trim(),
            None => proposed.map_or("", |formula| formula.text.as_str()),
        };
        plan.push(Planned {
            column: at,
            name: unique(name, &mut taken),
            field_type: confirmed
                .and_then(|confirmed| confirmed.field_type.clone())
                .unwrap_or_else(|| column.proposal.field_type.clone()),
            formula: (!formula.is_empty()).then(|| formula.to_owned()),
        });
    }
    follow_names(known, &mut plan);
    Ok(plan)
}

/// Formulas speak of columns by the names that they had in the file.
fn follow_names(known: &SheetManifest, plan: &mut [Planned]) {
    let old_and_new: Vec<(String, String)> = plan
        .iter()
        .map(|planned| {
            (
                known.columns[planned.column].name.clone(),
                planned.name.clone(),
            )
        })
        .collect();
    let names = old_and_new.iter().map(|(_, new)| new.as_str()).collect();
    let renames = old_and_new
        .iter()
        .map(|(old, new)| (old.as_str(), new.as_str()))
        .collect();
    for planned in plan {
        if let Some(formula) = &mut planned.formula {
            *formula = rename::renamed(formula, &names, &renames);
        }
    }
}

/// A header cell as a name that the engine takes: one line, bounded, unlike the others of its table.
fn unique(header: &str, taken: &mut BTreeSet<String>) -> String {
    let line = header.split_whitespace().collect::<Vec<_>>().join(" ");
    // Room for a number behind it.
    let name: String = line.chars().take(NAME_CHARS - 10).collect();
    let mut candidate = name.clone();
    let mut n = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name} {n}");
        n += 1;
    }
    candidate
}
