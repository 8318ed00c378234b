//! Commands: what an actor wants. One file per family validates them against a snapshot and gives ops.
//!
//! Main types: [`Command`], [`Submission`] in, [`Receipt`] out. Cells inside a command are generic, so that
//! the wire can read `Command<serde_json::Value>` and decode each cell by its field's type
//! ([`Command::try_map_cells`]). Law: a refused command changes nothing. Tests: `engine/tests/`.

mod adjust;
mod ai;
mod ai_plan;
mod ai_try;
mod carry_out;
mod cells;
pub(crate) mod compile;
mod draft;
mod fields;
mod given;
mod links;
mod names;
mod paste;
mod press;
mod records;
mod restore_to;
mod retype;
mod strict;
mod tables;
mod take_back;
mod undo;
mod update_columns;
mod views;

pub use ai_plan::{AiPlan, AiVerdict};
pub use ai_try::TriedCell;
pub(crate) use ai_try::show as show_tried;
pub(crate) use carry_out::carry_out;
pub(crate) use draft::{Draft, Settled, World, field_of, table_of};
pub(crate) use given::{Stamp, settle as settle_given};
pub(crate) use links::settle as settle_links;
pub(crate) use retype::{preview, shown_type};
pub(crate) use views::filter_fields;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use table::{
    ai::{Answer, CallKey},
    column::SharedColumn,
    field::{AiSettings, FieldType},
    id::{ActorId, FieldId, RecordId, Revision, TableId, ViewId},
    op::Op,
    value::CellState,
    view::View,
};

use crate::error::Text2;

/// What an actor wants; `C` is how a cell is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command<C = CellInput> {
    CreateTable {
        name: String,
        #[serde(default)]
        description: String,
        #[serde(default, deserialize_with = "strict::fields")]
        fields: Vec<NewField>,
        /// A taken name gets “ 2”, “ 3”, … instead of a refusal.
        #[serde(default)]
        auto_name: bool,
    },
    DeleteTable {
        table: TableId,
    },
    RestoreTable {
        table: TableId,
    },
    RenameTable {
        table: TableId,
        name: String,
        #[serde(default)]
        description: Option<String>,
    },
    /// `to` counts the live tables from the left, after the table was taken out.
    MoveTable {
        table: TableId,
        to: u32,
    },
    /// `at` counts the live fields from the left; absent: at the end.
    CreateField {
        table: TableId,
        #[serde(deserialize_with = "strict::field")]
        field: NewField,
        #[serde(default)]
        at: Option<u32>,
    },
    DeleteField {
        table: TableId,
        field: FieldId,
    },
    RestoreField {
        table: TableId,
        field: FieldId,
    },
    UpdateField {
        table: TableId,
        field: FieldId,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        description: Option<String>,
        /// Another kind of type converts all cells into a new column; the old one stays for undo.
        #[serde(default, deserialize_with = "strict::field_type")]
        field_type: Option<NewFieldType>,
    },
    MoveField {
        table: TableId,
        field: FieldId,
        to: u32,
    },
    CreateView {
        table: TableId,
        name: String,
    },
    UpdateView {
        table: TableId,
        #[serde(deserialize_with = "strict::view")]
        view: View,
    },
    DeleteView {
        table: TableId,
        view: ViewId,
    },
    RestoreView {
        table: TableId,
        view: ViewId,
    },
    CreateRecords {
        table: TableId,
        records: Vec<RecordInput<C>>,
    },
    DeleteRecords {
        table: TableId,
        records: Vec<RecordId>,
    },
    RestoreRecords {
        table: TableId,
        records: Vec<RecordId>,
    },
    SetCells {
        table: TableId,
        edits: Vec<CellEdit<C>>,
        /// Unknown names of select options become options.
        #[serde(default)]
        add_options: bool,
    },
    /// Adds `by` (negative: takes away) to the number in each record, blank counting as 0. Worked out by the
    /// writer, so that of two people who take stock away at once neither is lost.
    AddToCells {
        table: TableId,
        records: Vec<RecordId>,
        field: FieldId,
        by: f64,
    },
    /// Sets a cell only where it still holds `expected`; else refused as `cell_changed`.
    CompareAndSet {
        table: TableId,
        record: RecordId,
        field: FieldId,
        expected: C,
        value: C,
    },
    /// Does what a button field says, in one record.
    PressButton {
        table: TableId,
        record: RecordId,
        field: FieldId,
    },
    /// `rows[i][j]` goes to `records[i]`, `fields[j]`; rows beyond `records` go to up to `append` new records.
    PasteCells {
        table: TableId,
        records: Vec<RecordId>,
        fields: Vec<FieldId>,
        rows: Vec<Vec<C>>,
        #[serde(default)]
        append: u32,
        #[serde(default)]
        add_options: bool,
    },
    /// New records as columns of the fields' kinds; only for imports, never from the wire.
    #[serde(skip)]
    AppendColumns {
        table: TableId,
        n_records: u64,
        columns: Vec<(FieldId, SharedColumn)>,
    },
    /// Cells of records that are there, as columns; only for imports, never from the wire.
    #[serde(skip)]
    UpdateColumns {
        table: TableId,
        columns: Vec<ColumnEdit>,
    },
    /// Asks the models for the cells of an AI field; `batch` is chosen by the caller, unique per click.
    RunAi {
        table: TableId,
        field: FieldId,
        scope: AiScope,
        batch: String,
        #[serde(default)]
        plan: AiPlan,
    },
    /// Asks for some records with other formulas than the field's, and changes no cell; what is answered is there for
    /// the run that follows.
    TryAi {
        table: TableId,
        field: FieldId,
        records: Vec<RecordId>,
        /// As typed, over names.
        formulas: Vec<String>,
        batch: String,
    },
    /// What a person says of answers.
    ReviewAi {
        table: TableId,
        field: FieldId,
        records: Vec<RecordId>,
        verdict: AiVerdict,
    },
    CancelAi {
        batch: String,
    },
    /// Only jobs may send it.
    #[serde(skip)]
    SettleCalls {
        answers: Vec<Answer>,
        /// Calls that were given up, with a stable reason code.
        failures: Vec<(CallKey, String)>,
    },
    /// Takes back the newest not yet undone group or transaction of this actor.
    Undo,
    Redo,
    UndoGroup {
        group: String,
    },
    /// Takes back any transaction of the kept history with the group that it belongs to, whoever did it and however long
    /// ago. What takes back an undo does again what it undid.
    TakeBack {
        revision: u64,
        /// What was changed since stays as it is; otherwise such a change is a refusal (`undo_conflict`).
        #[serde(default)]
        keep_later: bool,
    },
    /// The table as it was right after a transaction: records, cells, fields, views, name.
    RestoreTableTo {
        table: TableId,
        revision: u64,
    },
    RenameBase {
        name: String,
    },
}

/// New cells of one field; `seen` and `after` hold one cell per record, of the field's kind (of a link: names).
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnEdit {
    pub field: FieldId,
    pub records: Vec<RecordId>,
    /// What the sender saw there; the cells may hold nothing else.
    pub seen: SharedColumn,
    pub after: SharedColumn,
}

/// How the engine takes a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum CellInput {
    /// As typed; read by the field's type, kept as a misfit where it does not fit.
    Text(String),
    /// A value of the field's kind.
    Value(CellState),
    Clear,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellEdit<C = CellInput> {
    pub record: RecordId,
    pub field: FieldId,
    pub value: C,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordInput<C = CellInput> {
    #[serde(default = "BTreeMap::new")]
    pub cells: BTreeMap<FieldId, C>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewField {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(flatten)]
    pub field_type: NewFieldType,
}

/// A field type as a person gives it: formulas as text over names. Select options with id `o0` get new ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum NewFieldType {
    Formula(NewFormula),
    Plain(FieldType),
}

/// On the wire `{"type":"formula","formula":"[单价]*[数量]","result":{"type":"currency",…},"ai":{"policy":"auto"}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewFormula {
    #[serde(rename = "type")]
    pub tag: FormulaTag,
    /// As typed, over names.
    pub formula: String,
    /// How results are stored and shown; absent: as the formula proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<FieldType>,
    /// Model and policy; used only where the formula asks a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ai: Option<AiSettings>,
}

/// The word `formula`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormulaTag {
    #[default]
    Formula,
}

/// Which records of an AI field are asked; locked cells are never among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AiScope {
    Empty,
    Stale,
    Failed,
    /// Everything that is not answered for the present inputs.
    All,
    Records(Vec<RecordId>),
}

/// A command with its sender.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    pub actor: ActorId,
    /// Idempotency id: a second submission with it is answered with the first receipt, not applied.
    pub client_id: Option<String>,
    /// Parts of one user action (an import) share a group and are undone together.
    pub group: Option<String>,
    pub command: Command,
}

/// A command that is durable.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    pub revision: Revision,
    pub result: CommandResult,
    /// The submission had been applied before; `result` is empty if that was long ago.
    pub repeated: bool,
}

/// What a command made; empty lists and zeros where it made nothing of the kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct CommandResult {
    pub tables: Vec<TableId>,
    pub fields: Vec<FieldId>,
    pub views: Vec<ViewId>,
    /// New records, at most [`crate::limits::RECORDS_PER_COMMAND`]; imports get only `first_record`.
    pub records: Vec<RecordId>,
    pub first_record: Option<RecordId>,
    /// Records made, removed, restored or asked for.
    pub n_records: u64,
    pub n_cells: u64,
    /// Cells whose input did not fit the field.
    pub n_misfits: u64,
    /// AI calls queued (or cancelled).
    pub n_calls: u64,
    /// AI cells answered at once from stored answers.
    pub n_cached: u64,
    pub messages: Vec<Text2>,
    /// Of records, cells and settings: what a command of the history left as it is.
    pub n_kept: u64,
    /// The first [`crate::limits::KEPT_SHOWN`] of them.
    #[serde(skip)]
    pub kept: Vec<Kept>,
}

/// Something that was changed since, and so not taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub table: Option<TableId>,
    pub field: Option<FieldId>,
    pub record: Option<RecordId>,
    /// Of the field, table, view or base.
    pub name: String,
    /// As the transaction left it; blank where it is no cell.
    pub then: CellState,
    pub now: CellState,
}

/// What a command would do, without doing it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preview {
    pub result: CommandResult,
    pub n_cells: u64,
    /// Records that would go to the trash.
    pub n_removed: u64,
    /// Records made or brought back.
    pub n_restored: u64,
    /// Changes of tables, fields and views.
    pub n_schema: u64,
}

impl Preview {
    pub(crate) fn of(draft: Draft) -> Preview {
        let mut preview = Preview::default();
        for op in &draft.ops {
            match op {
                Op::SetCells { records, .. } => preview.n_cells += records.len() as u64,
                Op::RemoveRecords { records, .. } => preview.n_removed += records.len() as u64,
                Op::RestoreRecords { records, .. } => preview.n_restored += records.len() as u64,
                Op::AppendRecords { n_records, .. } => preview.n_restored += n_records,
                _ => preview.n_schema += 1,
            }
        }
        preview.result = draft.result;
        preview
    }
}

impl<C> CellEdit<C> {
    fn try_map<D, E>(
        self,
        decode: impl FnOnce(FieldId, C) -> Result<D, E>,
    ) -> Result<CellEdit<D>, E> {
        let CellEdit {
            record,
            field,
            value,
        } = self;
        decode(field, value).map(|value| CellEdit {
            record,
            field,
            value,
        })
    }
}

impl<C> Command<C> {
    /// Translates every cell, e.g. from wire JSON by the field's type.
    pub fn try_map_cells<D, E>(
        self,
        mut decode: impl FnMut(TableId, FieldId, C) -> Result<D, E>,
    ) -> Result<Command<D>, E> {
        Ok(match self {
            Command::CreateRecords { table, records } => {
                let record = |record: RecordInput<C>| {
                    let cells = record.cells.into_iter();
                    let cells = cells.map(|(field, cell)| Ok((field, decode(table, field, cell)?)));
                    let cells = cells.collect::<Result<_, E>>()?;
                    Ok(RecordInput { cells })
                };
                let records = records.into_iter().map(record).collect::<Result<_, E>>()?;
                Command::CreateRecords { table, records }
            }
            Command::SetCells {
                table,
                edits,
                add_options,
            } => {
                let edit =
                    |edit: CellEdit<C>| edit.try_map(|field, cell| decode(table, field, cell));
                let edits = edits.into_iter().map(edit).collect::<Result<_, E>>()?;
                Command::SetCells {
                    table,
                    edits,
                    add_options,
                }
            }
            Command::PasteCells {
                table,
                records,
                fields,
                rows,
                append,
                add_options,
            } => {
                // Cells right of the last field have nowhere to go.
                let row = |row: Vec<C>| {
                    let cells = row.into_iter().zip(&fields);
                    cells
                        .map(|(cell, field)| decode(table, *field, cell))
                        .collect()
                };
                let rows = rows.into_iter().map(row).collect::<Result<_, E>>()?;
                Command::PasteCells {
                    table,
                    records,
                    fields,
                    rows,
                    append,
                    add_options,
                }
            }
            Command::CompareAndSet {
                table,
                record,
                field,
                expected,
                value,
            } => Command::CompareAndSet {
                table,
                record,
                field,
                expected: decode(table, field, expected)?,
                value: decode(table, field, value)?,
            },
            cell_less => cell_less.recast(),
        })
    }

    /// The commands that hold no cells, for any kind of cell.
    fn recast<D>(self) -> Command<D> {
        macro_rules! same {
            ($($kind:ident { $($part:ident),* })*) => {
                match self {
                    $(Command::$kind { $($part),* } => Command::$kind { $($part),* },)*
                    Command::Undo => Command::Undo,
                    Command::Redo => Command::Redo,
                    // Those with cells are translated above, cell by cell; empty, they change nothing.
                    Command::CreateRecords { table, .. } => Command::CreateRecords { table, records: Vec::new() },
                    Command::SetCells { table, add_options, .. } => {
                        Command::SetCells { table, edits: Vec::new(), add_options }
                    }
                    Command::PasteCells { table, .. } | Command::CompareAndSet { table, .. } => {
                        Command::SetCells { table, edits: Vec::new(), add_options: false }
                    }
                }
            };
        }
        same! {
            CreateTable { name, description, fields, auto_name }
            DeleteTable { table }
            RestoreTable { table }
            RenameTable { table, name, description }
            MoveTable { table, to }
            CreateField { table, field, at }
            DeleteField { table, field }
            RestoreField { table, field }
            UpdateField { table, field, name, description, field_type }
            MoveField { table, field, to }
            CreateView { table, name }
            UpdateView { table, view }
            DeleteView { table, view }
            DeleteRecords { table, records }
            RestoreRecords { table, records }
            AddToCells { table, records, field, by }
            PressButton { table, record, field }
            AppendColumns { table, n_records, columns }
            UpdateColumns { table, columns }
            RunAi { table, field, scope, batch, plan }
            TryAi { table, field, records, formulas, batch }
            ReviewAi { table, field, records, verdict }
            CancelAi { batch }
            SettleCalls { answers, failures }
            UndoGroup { group }
            TakeBack { revision, keep_later }
            RestoreTableTo { table, revision }
            RestoreView { table, view }
            RenameBase { name }
        }
    }
}
