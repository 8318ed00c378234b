//! Imports into a small base of the test's own: mapping, pictures, formulas compared, all or nothing.
#![allow(clippy::unwrap_used)]

use connectors::file::{ColumnManifest, Manifest, ProposedFormula, SheetManifest};
use engine::{
    CellInput, Command, CommandError, CommandResult, NewFieldType, Receipt, Submission, Text2,
};
use jobs::{
    JobBoard, JobKind, JobState, Ticket,
    import::{
        ConfirmColumn, ConfirmImport, ConfirmSheet, ImportError, ImportReport, import,
        target::{ImportSource, ImportTarget},
    },
};
use parking_lot::Mutex;
use std::{collections::BTreeMap, io::Read, sync::Arc};
use table::{
    column::Column,
    field::{Field, FieldType, FormulaSpec},
    fixture::to_markdown,
    id::{ActorId, ColumnId, FieldId, Revision, TableId},
    infer::FieldProposal,
    op::{Op, Transaction, apply},
    raw::{RawBatch, RawCell},
    schema::Table,
    snapshot::Snapshot,
    value::{Attachment, CellState, CellValue},
};

/// A base that knows as much of the engine as imports use; `[a]*[b]` is its only formula.
#[derive(Default)]
struct SmallBase(Mutex<State>);

#[derive(Default)]
struct State {
    snapshot: Snapshot,
    n_ids: u32,
    groups: Vec<(Option<String>, Snapshot)>,
    labels: Vec<String>,
    blobs: Vec<Vec<u8>>,
    fail_at: Option<usize>,
}

fn refused(code: &'static str) -> CommandError {
    CommandError {
        code,
        message: Text2::new("不行。", "No."),
        hint: None,
        at: None,
    }
}

impl State {
    fn id(&mut self) -> u32 {
        self.n_ids += 1;
        self.n_ids
    }

    fn field(&mut self, name: &str, field_type: FieldType) -> Field {
        let id = self.id();
        Field {
            id: FieldId(id),
            column: ColumnId(id),
            name: name.into(),
            description: String::new(),
            field_type,
            removed: false,
        }
    }

    fn apply(&mut self, ops: Vec<Op>) {
        let transaction = Transaction {
            revision: Revision(self.snapshot.revision.0 + 1),
            actor: ActorId("test".into()),
            at_ms: 0,
            client_id: None,
            label: "test".into(),
            group: None,
            undoes: None,
            ops,
        };
        self.snapshot = apply(&self.snapshot, &transaction).unwrap().0;
    }

    /// The product of two fields, as the engine would have computed it.
    fn product(&mut self, table: TableId, field: &Field, text: &str) -> Result<(), CommandError> {
        let names: Vec<&str> = text
            .split('*')
            .map(|part| part.trim_matches(['[', ']']))
            .collect();
        let schema = self.snapshot.schema.table(table).unwrap().clone();
        let mut factors = Vec::new();
        for name in names {
            factors.push(
                schema
                    .field_named(name)
                    .ok_or_else(|| refused("formula_error"))?
                    .column,
            );
        }
        self.apply(vec![Op::AddField {
            table,
            field: field.clone(),
            at: 0,
        }]);
        let data = self.snapshot.data(table).unwrap().clone();
        for (at, segment) in data.segments.iter().enumerate() {
            let states = (0..segment.len()).map(|row| {
                let mut product = 1.0;
                for column in &factors {
                    match segment.column(*column).map(|cells| cells.get(row)) {
                        Some(CellState::Value(CellValue::Number(value))) => product *= value,
                        _ => return CellState::BLANK,
                    }
                }
                CellValue::Number(product).into()
            });
            let cells = Column::from_states(field.field_type.kind(), states);
            self.snapshot
                .set_derived(table, at, field.column, Arc::new(cells));
        }
        Ok(())
    }

    fn run(&mut self, command: Command) -> Result<CommandResult, CommandError> {
        let mut result = CommandResult::default();
        match command {
            Command::CreateTable {
                name,
                description,
                fields,
                ..
            } => {
                let id = TableId(self.id());
                let fields = fields
                    .into_iter()
                    .map(|field| match field.field_type {
                        NewFieldType::Plain(field_type) => self.field(&field.name, field_type),
                        NewFieldType::Formula(_) => panic!("formulas come later"),
                    })
                    .collect();
                let table = Table {
                    id,
                    name,
                    description,
                    fields,
                    views: Vec::new(),
                    removed: false,
                };
                self.apply(vec![Op::AddTable { table }]);
                result.tables.push(id);
            }
            Command::AppendColumns {
                table,
                n_records,
                columns,
            } => {
                let schema = self.snapshot.schema.table(table).unwrap();
                let columns = columns
                    .into_iter()
                    .map(|(field, cells)| (schema.field(field).unwrap().column, cells))
                    .collect();
                let first = self
                    .snapshot
                    .data(table)
                    .map_or(table::id::RecordId(1), |data| data.next_record);
                self.apply(vec![Op::AppendRecords {
                    table,
                    first,
                    n_records,
                    columns,
                }]);
            }
            Command::CreateField { table, field, at } => {
                let made = match field.field_type {
                    NewFieldType::Plain(field_type) => {
                        let made = self.field(&field.name, field_type);
                        self.apply(vec![Op::AddField {
                            table,
                            field: made.clone(),
                            at: at.unwrap(),
                        }]);
                        made
                    }
                    NewFieldType::Formula(formula) => {
                        let spec = FormulaSpec {
                            source: formula.formula.clone(),
                            result: Box::new(formula.result.unwrap()),
                            ai: None,
                        };
                        let made = self.field(&field.name, FieldType::Formula(spec));
                        self.product(table, &made, &formula.formula)?;
                        let to = at.unwrap();
                        self.apply(vec![Op::MoveField {
                            table,
                            field: made.id,
                            from: 0,
                            to,
                        }]);
                        made
                    }
                };
                result.fields.push(made.id);
            }
            Command::DeleteField { table, field } => {
                self.apply(vec![Op::RemoveField { table, field }])
            }
            Command::SetCells { table, edits, .. } => {
                for edit in edits {
                    let field = self
                        .snapshot
                        .schema
                        .table(table)
                        .unwrap()
                        .field(edit.field)
                        .unwrap()
                        .clone();
                    let CellInput::Value(state) = edit.value else {
                        panic!("not a value")
                    };
                    let kind = field.field_type.kind();
                    let data = self.snapshot.data(table).unwrap();
                    let before = data.gather(field.column, kind, &[edit.record]).unwrap();
                    let after = Column::from_states(kind, [state]);
                    let records = vec![edit.record];
                    self.apply(vec![Op::SetCells {
                        table,
                        column: field.column,
                        records,
                        before,
                        after,
                    }]);
                }
            }
            Command::UndoGroup { group } => {
                let first = self
                    .groups
                    .iter()
                    .find(|(known, _)| known.as_ref() == Some(&group));
                // As the real base answers when the first command was refused.
                let Some((_, before)) = first else {
                    return Err(refused("nothing_to_undo"));
                };
                self.snapshot = before.clone();
            }
            other => panic!("not used by imports: {other:?}"),
        }
        Ok(result)
    }
}

impl ImportTarget for SmallBase {
    fn wait_writable(&self) {}

    fn submit(&self, submission: Submission) -> Result<Receipt, CommandError> {
        let mut state = self.0.lock();
        let label = format!("{:?}", submission.command);
        let label = label
            .split([' ', '{'])
            .next()
            .unwrap_or_default()
            .to_owned();
        if state.fail_at == Some(state.labels.len()) {
            state.fail_at = None;
            return Err(refused("read_only"));
        }
        state.labels.push(label);
        let before = state.snapshot.clone();
        let result = state.run(submission.command)?;
        state.groups.push((submission.group, before));
        Ok(Receipt {
            revision: state.snapshot.revision,
            result,
            repeated: false,
        })
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::new(self.0.lock().snapshot.clone())
    }

    fn put_blob(&self, from: &mut dyn Read) -> Result<String, String> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        let digest = blake3::hash(&bytes).to_string();
        self.0.lock().blobs.push(bytes);
        Ok(digest)
    }

    fn wait_computed(&self, _: &dyn Fn() -> bool) {}
}

/// A staged file in memory.
struct File {
    manifest: Manifest,
    batches: Vec<Vec<RawBatch>>,
    pictures: BTreeMap<String, Vec<u8>>,
    /// Cancels this ticket's job before the batch.
    cancel: Option<(usize, JobBoard, String)>,
}

impl ImportSource for File {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn batches(&self, sheet: usize) -> Box<dyn Iterator<Item = Result<RawBatch, String>> + '_> {
        Box::new(self.batches[sheet].iter().enumerate().map(|(at, batch)| {
            if let Some((_, board, id)) = self.cancel.as_ref().filter(|(when, ..)| *when == at) {
                board.cancel(id);
            }
            Ok(batch.clone())
        }))
    }

    fn picture(&self, digest: &str) -> std::io::Result<Box<dyn Read>> {
        let bytes = self
            .pictures
            .get(digest)
            .cloned()
            .ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(std::io::Cursor::new(bytes)))
    }
}

fn number() -> FieldType {
    FieldType::Number {
        decimals: None,
        thousands: false,
        unit: String::new(),
    }
}

fn column(name: &str, field_type: FieldType, formula: &str) -> ColumnManifest {
    ColumnManifest {
        name: name.into(),
        source_column: "A".into(),
        key: 0,
        proposal: FieldProposal {
            field_type,
            reasons: Vec::new(),
            n_misfits: 0,
            n_blank: 0,
            alternatives: Vec::new(),
        },
        formula: (!formula.is_empty()).then(|| ProposedFormula {
            text: formula.into(),
            original: String::new(),
            n_rows: 3,
            n_exceptions: 0,
            checked: false,
            why_not: None,
        }),
        hidden: false,
        width_px: None,
    }
}

fn numbers(values: &[f64]) -> Vec<RawCell> {
    values
        .iter()
        .map(|value| RawCell::Number {
            value: *value,
            shown: None,
        })
        .collect()
}

fn texts(values: &[&str]) -> Vec<RawCell> {
    values
        .iter()
        .map(|text| RawCell::Text((*text).into()))
        .collect()
}

/// 品名, 单价, 数量 and two formula columns whose stored values the test gives, in two batches.
fn quotation(amounts: &[f64], doubles: &[f64]) -> File {
    let sheet = SheetManifest {
        name: "报价".into(),
        hidden: false,
        title_lines: vec!["义乌市小店".into(), "2026 报价单".into()],
        header_row: 3,
        n_rows: 3,
        n_batches: 2,
        columns: vec![
            column("品名", FieldType::Text, ""),
            column("加倍", number(), "[金额]*[数量]"),
            column("单价", number(), ""),
            column("数量", number(), ""),
            column("金额", number(), "[单价]*[数量]"),
        ],
        sample_rows: Vec::new(),
        dropped_rows: Vec::new(),
        n_dropped_rows: 0,
        notes: Vec::new(),
        rows: connectors::file::RowPlaces::default(),
        own: None,
    };
    let batch = |rows: std::ops::Range<usize>| RawBatch {
        columns: vec![
            texts(&["发夹", "发圈", "手链"][rows.clone()]).into(),
            numbers(&doubles[rows.clone()]).into(),
            numbers(&[0.1, 2.0, 3.0][rows.clone()]).into(),
            numbers(&[3.0, 4.0, 5.0][rows.clone()]).into(),
            numbers(&amounts[rows]).into(),
        ],
    };
    File {
        manifest: Manifest {
            file_name: "报价.xlsx".into(),
            format: "xlsx".into(),
            encoding: None,
            sheets: vec![sheet],
            notes: Vec::new(),
        },
        batches: vec![vec![batch(0..2), batch(2..3)]],
        pictures: BTreeMap::new(),
        cancel: None,
    }
}

fn ticket() -> (JobBoard, Ticket) {
    let board = JobBoard::new();
    let ticket = board.add("1", JobKind::Import, None, "报价.xlsx", JobState::Running);
    (board, ticket)
}

fn run(
    base: &SmallBase,
    file: &File,
    confirm: &ConfirmImport,
) -> Result<ImportReport, ImportError> {
    let (_, ticket) = ticket();
    import(
        base,
        file,
        confirm,
        &ActorId("user:1".into()),
        "import-1",
        &ticket,
    )
}

fn names(base: &SmallBase) -> Vec<String> {
    let snapshot = base.snapshot();
    let table = snapshot.schema.live_tables().next().unwrap();
    table
        .live_fields()
        .map(|field| field.name.clone())
        .collect()
}

fn is_formula(base: &SmallBase, name: &str) -> bool {
    let snapshot = base.snapshot();
    let table = snapshot.schema.live_tables().next().unwrap();
    table.field_named(name).unwrap().formula().is_some()
}

fn shown(base: &SmallBase) -> String {
    let snapshot = base.snapshot();
    to_markdown(&snapshot, snapshot.schema.live_tables().next().unwrap().id)
}

const AMOUNTS: [f64; 3] = [0.3, 8.0, 15.0];
const DOUBLES: [f64; 3] = [0.9, 32.0, 75.0];

#[test]
fn formulas_that_agree_become_fields_in_their_place_even_if_one_needs_the_other() {
    let base = SmallBase::default();
    let file = quotation(&AMOUNTS, &DOUBLES);
    let report = run(&base, &file, &ConfirmImport::as_proposed(&file.manifest)).unwrap();
    assert_eq!(names(&base), ["品名", "加倍", "单价", "数量", "金额"]);
    assert!(is_formula(&base, "金额") && is_formula(&base, "加倍"));
    assert_eq!(report.formulas, ["金额", "加倍"]);
    assert_eq!((report.n_records, report.notes.len()), (3, 0));
    let snapshot = base.snapshot();
    let table = snapshot.schema.live_tables().next().unwrap();
    assert_eq!(
        (table.name.as_str(), table.description.as_str()),
        ("报价", "义乌市小店\n2026 报价单")
    );
    let groups = &base.0.lock().groups;
    assert!(
        groups
            .iter()
            .all(|(group, _)| group.as_deref() == Some("import-1")),
        "one undo takes all"
    );
}

#[test]
fn a_formula_that_differs_in_one_row_arrives_as_values_with_a_note() {
    let base = SmallBase::default();
    let file = quotation(&[0.3, 8.5, 15.0], &[0.9, 34.0, 75.0]);
    let report = run(&base, &file, &ConfirmImport::as_proposed(&file.manifest)).unwrap();
    assert!(!is_formula(&base, "金额"));
    assert!(is_formula(&base, "加倍"), "it agrees with the values");
    assert_eq!(names(&base), ["品名", "加倍", "单价", "数量", "金额"]);
    assert!(shown(&base).contains("8.5"), "{}", shown(&base));
    let note = &report.notes[0];
    assert_eq!(
        (note.code.as_str(), note.at.as_deref()),
        ("formula_differs", Some("报价"))
    );
    assert!(
        note.zh.contains("有 1 行") && note.zh.contains("第 2 条"),
        "{}",
        note.zh
    );
}

#[test]
fn a_formula_nobody_understands_arrives_as_values() {
    let base = SmallBase::default();
    let mut file = quotation(&AMOUNTS, &DOUBLES);
    file.manifest.sheets[0].columns[4]
        .formula
        .as_mut()
        .unwrap()
        .text = "[没有]*[数量]".into();
    let report = run(&base, &file, &ConfirmImport::as_proposed(&file.manifest)).unwrap();
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.code == "formula_not_understood")
    );
    assert_eq!(names(&base), ["品名", "加倍", "单价", "数量", "金额"]);
    assert!(shown(&base).contains("75"), "{}", shown(&base));
}

#[test]
fn the_confirmed_mapping_is_followed() {
    let base = SmallBase::default();
    let file = quotation(&AMOUNTS, &DOUBLES);
    let plain = |column, name: Option<&str>| ConfirmColumn {
        column,
        name: name.map(str::to_owned),
        field_type: None,
        formula: Some(String::new()),
        skip: false,
    };
    let confirm = ConfirmImport {
        into: Vec::new(),
        sheets: vec![ConfirmSheet {
            sheet: 0,
            table_name: " 商品 ".into(),
            columns: vec![
                plain(0, Some("数量")),
                ConfirmColumn {
                    skip: true,
                    ..plain(1, None)
                },
                ConfirmColumn {
                    field_type: Some(FieldType::Text),
                    ..plain(2, None)
                },
                plain(4, None),
            ],
        }],
    };
    run(&base, &file, &confirm).unwrap();
    assert_eq!(names(&base), ["数量", "单价", "数量 2", "金额"]);
    let snapshot = base.snapshot();
    let table = snapshot.schema.live_tables().next().unwrap();
    assert_eq!(table.name, "商品");
    assert_eq!(
        table.field_named("单价").unwrap().field_type,
        FieldType::Text
    );
    assert!(!is_formula(&base, "金额"));

    let wrong = ConfirmImport {
        into: Vec::new(),
        sheets: vec![ConfirmSheet {
            sheet: 7,
            table_name: "x".into(),
            columns: Vec::new(),
        }],
    };
    assert!(matches!(
        run(&SmallBase::default(), &file, &wrong),
        Err(ImportError::Mapping)
    ));
}

#[test]
fn header_cells_become_names_that_a_table_can_have() {
    let base = SmallBase::default();
    let mut file = quotation(&AMOUNTS, &DOUBLES);
    let long = "说明".repeat(400);
    let headers = ["单价\n(元)", "单价 (元)", "Price", "PRICE", &long];
    for (column, header) in file.manifest.sheets[0].columns.iter_mut().zip(headers) {
        column.name = header.to_owned();
        column.formula = None;
    }
    run(&base, &file, &ConfirmImport::as_proposed(&file.manifest)).unwrap();
    let names = names(&base);
    assert_eq!(names[..4], ["单价 (元)", "单价 (元) 2", "Price", "PRICE"]);
    assert!(names[4].chars().count() <= table::limits::NAME_CHARS);
}

#[test]
fn formulas_follow_columns_that_were_renamed_in_the_preview() {
    let base = SmallBase::default();
    let file = quotation(&AMOUNTS, &DOUBLES);
    let mut confirm = ConfirmImport::as_proposed(&file.manifest);
    confirm.sheets[0].columns.push(ConfirmColumn {
        column: 2,
        name: Some("进价".into()),
        field_type: None,
        formula: None,
        skip: false,
    });
    let report = run(&base, &file, &confirm).unwrap();
    assert_eq!(names(&base), ["品名", "加倍", "进价", "数量", "金额"]);
    assert_eq!(
        (report.formulas.len(), report.notes.len()),
        (2, 0),
        "{:?}",
        report.notes
    );
}

#[test]
fn pictures_are_stored_once_each_before_their_records() {
    let base = SmallBase::default();
    let mut file = quotation(&AMOUNTS, &DOUBLES);
    let bytes = b"png".to_vec();
    let digest = blake3::hash(&bytes).to_string();
    let picture = RawCell::Pictures(Arc::from([Attachment {
        digest: digest.as_str().into(),
        name: "1.png".into(),
        mime: "image/png".into(),
        size_bytes: 3,
        width_px: 1,
        height_px: 1,
    }]));
    file.pictures.insert(digest, bytes.clone());
    file.manifest.sheets[0].columns[0] = column("图片", FieldType::Attachment, "");
    for batch in &mut file.batches[0] {
        batch.columns[0] = vec![picture.clone(); batch.columns[0].len()].into();
    }
    let report = run(&base, &file, &ConfirmImport::as_proposed(&file.manifest)).unwrap();
    assert_eq!(
        (report.n_pictures, base.0.lock().blobs.clone()),
        (3, vec![bytes])
    );

    let other = SmallBase::default();
    file.pictures.clear();
    assert!(matches!(
        run(&other, &file, &ConfirmImport::as_proposed(&file.manifest)),
        Err(ImportError::Staged(_))
    ));
    assert_eq!(other.snapshot().schema.live_tables().count(), 0);
}

#[test]
fn a_refusal_at_any_step_leaves_nothing_behind() {
    let file = quotation(&[0.3, 8.5, 15.0], &DOUBLES);
    let confirm = ConfirmImport::as_proposed(&file.manifest);
    let whole = SmallBase::default();
    run(&whole, &file, &confirm).unwrap();
    let n_steps = whole.0.lock().labels.len();
    assert!(n_steps >= 7, "{:?}", whole.0.lock().labels);
    for step in 0..n_steps {
        let base = SmallBase::default();
        base.0.lock().fail_at = Some(step);
        let error = run(&base, &file, &confirm).unwrap_err();
        assert_eq!(error.job_error().code, "read_only", "step {step}");
        assert_eq!(
            base.snapshot().schema.live_tables().count(),
            0,
            "step {step}"
        );
    }
}

#[test]
fn a_cancelled_import_is_taken_back() {
    let base = SmallBase::default();
    let mut file = quotation(&AMOUNTS, &DOUBLES);
    let (board, ticket) = ticket();
    file.cancel = Some((1, board.clone(), ticket.id().to_owned()));
    let confirm = ConfirmImport::as_proposed(&file.manifest);
    let result = import(
        &base,
        &file,
        &confirm,
        &ActorId("user:1".into()),
        "import-1",
        &ticket,
    );
    assert!(matches!(result, Err(ImportError::Cancelled)));
    assert_eq!(base.snapshot().schema.live_tables().count(), 0);
    // Batches are read ahead: the first may or may not be in when the word comes with the second.
    let labels = base.0.lock().labels.clone();
    assert_eq!(labels.first().map(String::as_str), Some("CreateTable"));
    assert_eq!(labels.last().map(String::as_str), Some("UndoGroup"));
    let row = board.find(ticket.id()).unwrap();
    assert!(row.done < 3, "{} of 3 records", row.done);
}
