//! Imports into a table that is there, against a true base: matching, duplicates, blanks, misfits, undo, cut off in the
//! middle.
#![allow(clippy::unwrap_used)]

use connectors::file::{ColumnManifest, Manifest, OwnTable, RowPlaces, SheetManifest};
use engine::{
    BaseHandle, CellEdit, CellInput, Clock, Command, CommandError, EngineOptions, NewField,
    NewFieldType, Receipt, RecordInput, Submission,
};
use jobs::{
    JobBoard, JobKind, JobState,
    import::{
        ConfirmImport, ImportError, ImportReport, import,
        into::{
            Blanks, ColumnTarget, ConfirmInto, IntoColumn, IntoMode, IntoPlan, Misfits,
            compare::compare,
            lines::{Comparison, ProblemCode},
            propose::{SavedMapping, propose, rank},
            similar::Why,
        },
        target::{BaseTarget, ImportSource, ImportTarget},
        undo_group,
    },
};
use std::{cell::Cell, io::Read, sync::Arc};
use table::{
    field::FieldType,
    fixture::to_markdown,
    id::{ActorId, BaseId, FieldId, RecordId, TableId},
    infer::ColumnStats,
    raw::{RawBatch, RawCell},
    snapshot::Snapshot,
};

/// A file in memory, in batches of three rows.
struct File {
    manifest: Manifest,
    rows: Vec<Vec<RawCell>>,
}

impl ImportSource for File {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn batches(&self, _: usize) -> Box<dyn Iterator<Item = Result<RawBatch, String>> + '_> {
        let n_columns = self.manifest.sheets[0].columns.len();
        let size = if self.rows.len() > 1_000 { 60_000 } else { 3 };
        let batch = move |rows: &[Vec<RawCell>]| {
            let column = |at: usize| rows.iter().map(|row| row[at].clone()).collect::<Vec<_>>();
            Ok(RawBatch {
                columns: (0..n_columns).map(|at| column(at).into()).collect(),
            })
        };
        Box::new(self.rows.chunks(size).map(batch))
    }

    fn picture(&self, _: &str) -> std::io::Result<Box<dyn Read>> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

/// A sheet as typed: numbers where they are numbers, the header in row 1, row 4 of the file empty.
fn file(header: &str, lines: &[&str]) -> File {
    let cell = |text: &str| match (text.trim(), text.trim().parse::<f64>()) {
        ("", _) => RawCell::Blank,
        (text, Ok(value)) if !text.starts_with('0') => RawCell::Number { value, shown: None },
        (text, _) => RawCell::Text(text.into()),
    };
    let split = |line: &str| line.split('|').map(cell).collect::<Vec<_>>();
    let rows: Vec<Vec<RawCell>> = lines.iter().map(|line| split(line)).collect();
    file_of(header, rows)
}

fn file_of(header: &str, rows: Vec<Vec<RawCell>>) -> File {
    let mut places = RowPlaces::default();
    for at in 0..rows.len() as u64 {
        places.push(at, at + 2 + u64::from(at >= 2));
    }
    let columns = header.split('|').enumerate().map(|(at, name)| {
        let mut stats = ColumnStats::new(name.trim());
        rows.iter().for_each(|row| stats.add(&row[at]));
        ColumnManifest {
            name: name.trim().into(),
            source_column: char::from(b'A' + at as u8).to_string(),
            key: at as u32,
            proposal: stats.propose(),
            formula: None,
            hidden: false,
            width_px: None,
        }
    });
    let sheet = SheetManifest {
        name: "库存".into(),
        hidden: false,
        title_lines: Vec::new(),
        header_row: 1,
        n_rows: rows.len() as u64,
        n_batches: 1,
        columns: columns.collect(),
        sample_rows: Vec::new(),
        dropped_rows: Vec::new(),
        n_dropped_rows: 0,
        notes: Vec::new(),
        rows: places,
        own: None,
    };
    let manifest = Manifest {
        file_name: "库存.xlsx".into(),
        format: "xlsx".into(),
        encoding: None,
        sheets: vec![sheet],
        notes: Vec::new(),
    };
    File { manifest, rows }
}

struct Shop {
    target: BaseTarget,
    table: TableId,
    _folder: tempfile::TempDir,
}

fn actor() -> ActorId {
    ActorId("user:ann".into())
}

impl Shop {
    fn new() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.base");
        let handle = BaseHandle::create(&path, BaseId("b1".into()), "小店", options()).unwrap();
        let target = BaseTarget {
            handle,
            put_blob: Arc::new(|_| Err("no pictures here".into())),
        };
        let mut shop = Shop {
            target,
            table: TableId(1),
            _folder: folder,
        };
        let field = |name: &str, field_type: FieldType| NewField {
            name: name.into(),
            description: String::new(),
            field_type: NewFieldType::Plain(field_type),
        };
        let number = || FieldType::Number {
            decimals: None,
            thousands: false,
            unit: String::new(),
        };
        let made = shop.submit(Command::CreateTable {
            name: "库存".into(),
            description: String::new(),
            fields: vec![
                field("货号", FieldType::Text),
                field("品名", FieldType::Text),
                field("数量", number()),
                field("单价", number()),
                field(
                    "分类",
                    FieldType::Select {
                        options: Vec::new(),
                    },
                ),
            ],
            auto_name: false,
        });
        shop.table = made.result.tables[0];
        for row in [
            ["A-1", "发夹", "10", "1.5", "头饰"],
            ["A-2", "发圈", "20", "2", "头饰"],
            ["00123", "戒指", "5", "9.9", "首饰"],
            ["B-7", "项链", "3", "42", "首饰"],
        ] {
            shop.add(&row);
        }
        shop
    }

    fn submit(&self, command: Command) -> Receipt {
        let submission = Submission {
            actor: actor(),
            client_id: None,
            group: None,
            command,
        };
        self.target.submit(submission).unwrap()
    }

    fn add(&self, texts: &[&str]) {
        let table = self.table;
        let made = self.submit(Command::CreateRecords {
            table,
            records: vec![RecordInput {
                cells: std::collections::BTreeMap::new(),
            }],
        });
        let edits = texts
            .iter()
            .zip(self.fields())
            .map(|(text, field)| CellEdit {
                record: made.result.records[0],
                field,
                value: CellInput::Text((*text).into()),
            });
        self.submit(Command::SetCells {
            table,
            edits: edits.collect(),
            add_options: true,
        });
    }

    fn fields(&self) -> Vec<FieldId> {
        let snapshot = self.target.snapshot();
        let table = snapshot.schema.table(self.table).unwrap();
        table.live_fields().map(|field| field.id).collect()
    }

    fn field(&self, name: &str) -> FieldId {
        let snapshot = self.target.snapshot();
        snapshot
            .schema
            .table(self.table)
            .unwrap()
            .field_named(name)
            .unwrap()
            .id
    }

    fn shown(&self) -> String {
        to_markdown(&self.target.snapshot(), self.table)
    }

    fn plan(&self, file: &File) -> IntoPlan {
        propose(&self.target.snapshot(), file, 0, self.table, "b1", None)
            .unwrap()
            .plan
    }

    fn compare(&self, file: &File, plan: &IntoPlan) -> Comparison {
        compare(self.target.snapshot(), file, 0, plan, &|| false).unwrap()
    }

    fn apply(
        &self,
        file: &File,
        plan: &IntoPlan,
        seen: Option<String>,
    ) -> Result<ImportReport, ImportError> {
        self.apply_to(&self.target, file, plan, seen)
    }

    fn apply_to(
        &self,
        target: &dyn ImportTarget,
        file: &File,
        plan: &IntoPlan,
        seen: Option<String>,
    ) -> Result<ImportReport, ImportError> {
        let ticket = JobBoard::new().add("1", JobKind::Import, None, "x", JobState::Running);
        let confirm = ConfirmImport {
            sheets: Vec::new(),
            into: vec![ConfirmInto {
                sheet: 0,
                plan: plan.clone(),
                seen,
            }],
        };
        import(target, file, &confirm, &actor(), "import-1", &ticket)
    }
}

fn options() -> EngineOptions {
    EngineOptions {
        checkpoint_every: engine::limits::CHECKPOINT_TRANSACTIONS,
        clock: Arc::new(|| Clock {
            now_ms: 1_700_000_000_000,
            now_day: 46_000.0,
        }),
        default_model: Arc::new(|| "offline-trial".into()),
    }
}

fn changed(told: &Comparison) -> Vec<String> {
    let line = |line: &jobs::import::into::lines::Line| {
        let cells = line
            .cells
            .iter()
            .map(|cell| format!("{} {}→{}", cell.name, cell.old, cell.new));
        let cells = cells.collect::<Vec<_>>().join(", ");
        format!("{} {}: {cells}", line.row.unwrap_or(0), line.label)
    };
    told.changed.iter().map(line).collect()
}

fn problems(told: &Comparison) -> Vec<(u64, ProblemCode, String)> {
    let lines = told.problems.iter();
    lines
        .map(|line| (line.row.unwrap_or(0), line.code, line.value.clone()))
        .collect()
}

#[test]
fn columns_find_their_fields_and_the_key_is_proposed() {
    let shop = Shop::new();
    let file = file(
        "款号|名 称|库存|danjia|类别|产地",
        &["A-1|发夹|12|1.5|头饰|义乌", "A-9|手链|7|8|首饰|义乌"],
    );
    let snapshot = shop.target.snapshot();
    let proposal = propose(&snapshot, &file, 0, shop.table, "b1", None).unwrap();
    let plan = &proposal.plan;
    let names = |plan: &IntoPlan| -> Vec<(usize, String)> {
        let table = snapshot.schema.table(shop.table).unwrap();
        let columns = plan.columns.iter();
        let name = |column: &IntoColumn| match &column.to {
            ColumnTarget::Field { field } => {
                (column.column, table.field(*field).unwrap().name.clone())
            }
            other => panic!("{other:?}"),
        };
        columns.map(name).collect()
    };
    // Stock is not the same word as quantity, and an unknown column goes nowhere by itself.
    let expected = [(0, "货号"), (1, "品名"), (3, "单价"), (4, "分类")];
    assert_eq!(
        names(plan),
        expected.map(|(at, name)| (at, name.to_owned()))
    );
    assert_eq!(
        proposal.why,
        [
            Some(Why::Synonym),
            Some(Why::Synonym),
            None,
            Some(Why::Pinyin),
            Some(Why::Synonym),
            None
        ]
    );
    assert_eq!(
        (plan.mode, &plan.keys),
        (IntoMode::Both, &vec![shop.field("货号")])
    );
    assert_eq!(proposal.keys[0].n_both, 1);
    let fits = rank(&snapshot, &file.manifest.sheets[0], "b1", &[]);
    assert_eq!((fits[0].n_matched, fits[0].is_proposed), (4, true));

    let saved = SavedMapping::of("m1".into(), "供应商".into(), &file.manifest.sheets[0], plan);
    let again = propose(&snapshot, &file, 0, shop.table, "b1", Some(&saved)).unwrap();
    assert_eq!((&again.plan, again.saved.as_deref()), (plan, Some("m1")));
    assert_eq!(again.why[0], Some(Why::Saved));
    let other = super_set();
    let fresh = propose(&snapshot, &other, 0, shop.table, "b1", Some(&saved)).unwrap();
    assert_eq!(fresh.saved, None, "other columns, another mapping");
}

fn super_set() -> File {
    file("款号|名 称|库存", &["A-1|发夹|12"])
}

#[test]
fn the_comparison_is_what_happens_and_one_undo_takes_it_back() {
    let shop = Shop::new();
    let before = shop.shown();
    let file = file(
        "货号|品名|数量|单价|分类",
        &[
            "B-7|项链|3|42|首饰",
            " a-1 |发夹|12|1.5|新品",
            "A-2||缺货|2.5|头饰",
            "00123|戒指|5|9.9|首饰",
            "C-1|耳环|8|7|首饰",
        ],
    );
    let plan = shop.plan(&file);
    let told = shop.compare(&file, &plan);
    assert_eq!(
        (told.n_rows, told.n_added, told.n_changed, told.n_unchanged),
        (5, 1, 2, 2)
    );
    assert_eq!((told.n_cells, told.n_missing, told.n_left_out), (3, 0, 0));
    // Row 4 of the file is empty; a blank keeps what is there; what does not fit is told and not written.
    assert_eq!(
        changed(&told),
        ["3 A-1: 数量 10→12, 分类 头饰→新品", "5 A-2: 单价 2→2.5"]
    );
    assert_eq!(
        problems(&told),
        [(5, ProblemCode::Misfit, "缺货".to_owned())]
    );
    assert_eq!(told.new_options[0].names, ["新品"]);
    assert_eq!(
        (told.added[0].row, told.added[0].label.as_str()),
        (Some(7), "C-1")
    );
    assert_eq!(shop.shown(), before, "nothing was done yet");

    let report = shop.apply(&file, &plan, Some(told.seen.clone())).unwrap();
    let done = &report.into[0];
    assert_eq!((done.n_added, done.n_changed, done.n_removed), (1, 2, 0));
    let after = shop.shown();
    for line in [
        "| A-1 | 发夹 | 12 | 1.5 | 新品 |",
        "| A-2 | 发圈 | 20 | 2.5 | 头饰 |",
        "| C-1 | 耳环 | 8 | 7 | 首饰 |",
    ] {
        assert!(after.contains(line), "{after}");
    }
    let again = shop.compare(&file, &plan);
    assert_eq!(
        (again.n_added, again.n_changed, again.n_unchanged),
        (0, 0, 5)
    );
    shop.submit(Command::Undo);
    assert_eq!(shop.shown(), before);
}

#[test]
fn what_stands_twice_is_told_by_row_and_left_alone() {
    let shop = Shop::new();
    shop.add(&["A-2", "发圈 大", "1", "3", "头饰"]);
    let before = shop.shown();
    let file = file(
        "货号|数量",
        &["A-1|1", "A-1|2", "A-2|3", "|4", "N-1|5", "n-1|6", "B-7|9"],
    );
    let mut plan = shop.plan(&file);
    (plan.mode, plan.keys) = (IntoMode::Both, vec![shop.field("货号")]);
    let told = shop.compare(&file, &plan);
    assert_eq!(changed(&told), ["9 B-7: 数量 3→9"]);
    assert_eq!((told.n_added, told.n_left_out), (0, 6));
    let twice = |row, key: &str| (row, ProblemCode::TwiceInFile, key.to_owned());
    let mut found = problems(&told);
    found.sort();
    assert_eq!(
        found,
        [
            (0, ProblemCode::TwiceInTable, "A-2 ×2".to_owned()),
            twice(2, "A-1"),
            twice(3, "A-1"),
            (5, ProblemCode::TwiceInTable, "A-2".to_owned()),
            (6, ProblemCode::NoKey, String::new()),
            twice(7, "N-1"),
            twice(8, "n-1"),
        ]
    );
    // The rows of the file that were left out are in it all the same.
    assert_eq!(told.n_missing, 3);
    shop.apply(&file, &plan, None).unwrap();
    assert_eq!(
        shop.shown(),
        before.replace("| B-7 | 项链 | 3 |", "| B-7 | 项链 | 9 |")
    );
}

#[test]
fn rules_for_blanks_misfits_missing_and_modes() {
    let shop = Shop::new();
    let before = shop.shown();
    let file = file("货号|品名|数量", &["A-1||缺货", "Z-1|新|1"]);
    let mut plan = shop.plan(&file);
    plan.keys = vec![shop.field("货号")];
    plan.mode = IntoMode::Update;
    let told = shop.compare(&file, &plan);
    assert_eq!((told.n_added, told.n_changed, told.n_left_out), (0, 0, 1));
    assert_eq!(told.n_missing, 3);
    plan.blanks = Blanks::Clear;
    plan.misfits = Misfits::Write;
    plan.remove_missing = true;
    let told = shop.compare(&file, &plan);
    assert_eq!(changed(&told), ["2 A-1: 品名 发夹→, 数量 10→缺货"]);
    assert!(told.changed[0].cells[1].is_misfit);
    let report = shop.apply(&file, &plan, Some(told.seen)).unwrap();
    assert_eq!(report.into[0].n_removed, 3);
    let after = shop.shown();
    assert!(after.contains("| A-1 |  | 缺货 | 1.5 | 头饰 |"), "{after}");
    assert!(!after.contains("B-7"), "{after}");
    shop.submit(Command::Undo);
    assert_eq!(shop.shown(), before);

    plan = shop.plan(&file);
    (plan.mode, plan.keys) = (IntoMode::Add, Vec::new());
    let told = shop.compare(&file, &plan);
    assert_eq!((told.n_added, told.n_missing), (2, 0));
    shop.apply(&file, &plan, Some(told.seen)).unwrap();
    let after = shop.shown();
    // A new record keeps what was typed.
    assert!(after.contains("| A-1 |  | 缺货 |  |  |"), "{after}");
}

#[test]
fn several_keys_new_fields_and_refusals() {
    let shop = Shop::new();
    let before = shop.shown();
    let file = file(
        "货号|品名|产地",
        &["A-1|发夹|义乌", "A-1|别的|广州", "A-2|发圈|义乌"],
    );
    let mut plan = shop.plan(&file);
    plan.columns.push(IntoColumn {
        column: 2,
        to: ColumnTarget::New {
            name: "产地".into(),
            field_type: FieldType::Text,
        },
    });
    (plan.mode, plan.keys) = (
        IntoMode::Update,
        vec![shop.field("货号"), shop.field("品名")],
    );
    let told = shop.compare(&file, &plan);
    assert_eq!((told.n_changed, told.n_left_out), (2, 1));
    assert_eq!(told.new_fields, ["产地"]);
    shop.apply(&file, &plan, Some(told.seen)).unwrap();
    assert!(
        shop.shown()
            .contains("| A-1 | 发夹 | 10 | 1.5 | 头饰 | 义乌 |"),
        "{}",
        shop.shown()
    );
    shop.submit(Command::Undo);
    assert_eq!(shop.shown(), before);

    let code = |plan: &IntoPlan| {
        let snapshot = shop.target.snapshot();
        compare(snapshot, &file, 0, plan, &|| false)
            .unwrap_err()
            .job_error()
            .code
    };
    let mut keyless = plan.clone();
    keyless.keys.clear();
    assert_eq!(code(&keyless), "import_no_key");
    let mut unmapped = plan.clone();
    unmapped.keys = vec![shop.field("单价")];
    assert_eq!(code(&unmapped), "import_no_key");
    let mut taken = plan.clone();
    taken.columns[2].to = ColumnTarget::New {
        name: "单价".into(),
        field_type: FieldType::Text,
    };
    assert_eq!(code(&taken), "name_taken");
    let mut double = plan.clone();
    double.columns[1].to = double.columns[0].to.clone();
    assert_eq!(code(&double), "import_mapping");
    plan.columns[0].column = 9;
    assert_eq!(code(&plan), "import_mapping");
}

#[test]
fn a_table_that_changed_meanwhile_is_compared_again() {
    let shop = Shop::new();
    let file = file("货号|数量", &["A-1|11", "A-2|22"]);
    let mut plan = shop.plan(&file);
    plan.keys = vec![shop.field("货号")];
    let told = shop.compare(&file, &plan);
    let edit = |text: &str| {
        shop.submit(Command::SetCells {
            table: shop.table,
            edits: vec![CellEdit {
                record: RecordId(1),
                field: shop.field("数量"),
                value: CellInput::Text(text.into()),
            }],
            add_options: false,
        });
    };
    edit("99");
    let before = shop.shown();
    let refused = shop.apply(&file, &plan, Some(told.seen)).unwrap_err();
    assert_eq!(refused.job_error().code, "import_changed");
    assert_eq!(shop.shown(), before);
    // What nobody looked at is not touched: the same table, another field.
    let told = shop.compare(&file, &plan);
    assert_eq!(changed(&told)[0], "2 A-1: 数量 99→11");
    shop.apply(&file, &plan, Some(told.seen)).unwrap();
}

/// The base takes so many commands, then none.
struct Breaking<'a> {
    target: &'a BaseTarget,
    n_left: Cell<u32>,
    /// Someone's edit between the pieces, once.
    edit: Option<(RecordId, FieldId, TableId)>,
}

impl ImportTarget for Breaking<'_> {
    fn submit(&self, submission: Submission) -> Result<Receipt, CommandError> {
        let is_undo = matches!(submission.command, Command::UndoGroup { .. });
        if self.n_left.get() == 0 && !is_undo {
            if let Some((record, field, table)) = self.edit {
                let command = Command::SetCells {
                    table,
                    edits: vec![CellEdit {
                        record,
                        field,
                        value: CellInput::Text("777".into()),
                    }],
                    add_options: false,
                };
                self.target.submit(Submission {
                    actor: ActorId("user:bob".into()),
                    client_id: None,
                    group: None,
                    command,
                })?;
                return self.target.submit(submission);
            }
            let bad = Command::DeleteTable { table: TableId(99) };
            return self.target.submit(Submission {
                command: bad,
                ..submission
            });
        }
        self.n_left.set(self.n_left.get().saturating_sub(1));
        self.target.submit(submission)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        self.target.snapshot()
    }

    fn put_blob(&self, from: &mut dyn Read) -> Result<String, String> {
        self.target.put_blob(from)
    }

    fn wait_computed(&self, is_cancelled: &dyn Fn() -> bool) {
        self.target.wait_computed(is_cancelled);
    }

    fn wait_writable(&self) {}
}

#[test]
fn a_failure_in_the_middle_leaves_nothing() {
    let file = file(
        "货号|数量|分类",
        &[
            "A-1|1|新品",
            "A-2|2|头饰",
            "N-1|3|头饰",
            "N-2|4|头饰",
            "B-7|5|头饰",
        ],
    );
    for n in 0..6 {
        let shop = Shop::new();
        let before = shop.shown();
        let mut plan = shop.plan(&file);
        (plan.keys, plan.mode) = (vec![shop.field("货号")], IntoMode::Both);
        let target = Breaking {
            target: &shop.target,
            n_left: Cell::new(n),
            edit: None,
        };
        let done = shop.apply_to(&target, &file, &plan, None);
        match done {
            Ok(_) => assert_eq!(n, 5, "options, two updates, two appends"),
            Err(_) => assert_eq!(shop.shown(), before, "after {n} commands"),
        }
    }
    // Cut off as by a crash: the note's group is taken back when the base is opened.
    let shop = Shop::new();
    let before = shop.shown();
    let mut plan = shop.plan(&file);
    (plan.keys, plan.mode) = (vec![shop.field("货号")], IntoMode::Both);
    shop.apply(&file, &plan, None).unwrap();
    assert_ne!(shop.shown(), before);
    shop.target
        .submit(undo_group(&actor(), "import-1"))
        .unwrap();
    assert_eq!(shop.shown(), before);
}

#[test]
fn an_edit_between_the_pieces_is_not_lost() {
    let shop = Shop::new();
    let file = file("货号|数量", &["A-1|11", "A-2|22", "00123|33", "B-7|44"]);
    let mut plan = shop.plan(&file);
    plan.keys = vec![shop.field("货号")];
    let target = Breaking {
        target: &shop.target,
        n_left: Cell::new(1),
        edit: Some((RecordId(4), shop.field("数量"), shop.table)),
    };
    let refused = shop.apply_to(&target, &file, &plan, None).unwrap_err();
    assert_eq!(refused.job_error().code, "import_changed");
    let after = shop.shown();
    assert!(after.contains("| B-7 | 项链 | 777 |"), "{after}");
    assert!(after.contains("| A-1 | 发夹 | 10 |"), "{after}");
}

#[test]
fn records_are_found_by_their_ids_whatever_was_sorted_deleted_or_added() {
    let shop = Shop::new();
    let mut file = file(
        "记录号|货号|品名|数量",
        &[
            "r4|B-7|项链|30",
            "r1|A-1|假的|11",
            "|N-1|新的|1",
            "r9|?|?|2",
            "r4|B-7|项链|31",
        ],
    );
    file.manifest.sheets[0].own = Some(OwnTable {
        base: "b1".into(),
        table: shop.table.to_string(),
        records_column: 0,
        fill: vec![3],
        records: Some("1-2,4".into()),
    });
    let snapshot = shop.target.snapshot();
    let fits = rank(&snapshot, &file.manifest.sheets[0], "b1", &[]);
    assert!(fits[0].is_own && fits[0].is_proposed);
    let proposal = propose(&snapshot, &file, 0, shop.table, "b1", None).unwrap();
    assert!(proposal.has_records && proposal.plan.by_record);
    let told = shop.compare(&file, &proposal.plan);
    let mut found = problems(&told);
    found.sort();
    assert_eq!(
        found,
        [
            (2, ProblemCode::TwiceInFile, "r4".to_owned()),
            (3, ProblemCode::LockedChanged, "假的".to_owned()),
            (6, ProblemCode::RecordGone, "r9".to_owned()),
            (7, ProblemCode::TwiceInFile, "r4".to_owned()),
        ]
    );
    assert_eq!(changed(&told), ["3 A-1: 数量 10→11"]);
    assert_eq!(told.n_added, 1);
    // Of those that were written, r2 is gone from the file; r3 never was in it.
    let missing: Vec<_> = told
        .missing
        .iter()
        .map(|line| line.record.unwrap().0)
        .collect();
    assert_eq!(missing, [2]);
    shop.apply(&file, &proposal.plan, Some(told.seen)).unwrap();
    let after = shop.shown();
    // What was locked stays in the records that are there, and is what a new one is called.
    assert!(after.contains("| A-1 | 发夹 | 11 |"), "{after}");
    assert!(after.contains("| N-1 | 新的 | 1 |"), "{after}");
    let elsewhere = propose(&snapshot, &file, 0, shop.table, "b2", None).unwrap();
    assert!(
        !elsewhere.plan.by_record,
        "ids of another base mean nothing here"
    );
}

/// Not a benchmark: far away from what is bearable, so that it fails only where something is quadratic.
#[test]
fn a_hundred_thousand_rows_take_seconds() {
    let shop = Shop::new();
    let text = |text: String| RawCell::Text(text.into());
    let row = |at: u32, price: f64| {
        vec![
            text(format!("K-{at:06}")),
            text(format!("货{}", at % 500)),
            RawCell::Number {
                value: price,
                shown: None,
            },
        ]
    };
    let n = 100_000;
    let first = file_of("货号|品名|单价", (0..n).map(|at| row(at, 1.0)).collect());
    let mut plan = shop.plan(&first);
    (plan.keys, plan.mode) = (vec![shop.field("货号")], IntoMode::Both);
    shop.apply(&first, &plan, None).unwrap();
    let second = file_of(
        "货号|品名|单价",
        (0..n)
            .rev()
            .map(|at| row(at, f64::from(at % 2 + 1)))
            .collect(),
    );
    let told = shop.compare(&second, &plan);
    assert_eq!(
        (told.n_changed, told.n_unchanged, told.n_missing),
        (50_000, 50_000, 4)
    );
    assert_eq!(told.changed.len(), jobs::limits::KEPT_LINES);
    let started = std::time::Instant::now();
    shop.apply(&second, &plan, Some(told.seen)).unwrap();
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    let again = shop.compare(&second, &plan);
    assert_eq!(again.n_changed, 0);
}
