//! A desk to work at: one base in a temporary folder, a standing clock, and scripts as text.
//!
//! A script line is `actor verb arguments…`; its answer is what the patch says (or the refusal's code), so a
//! whole test reads as a transcript. Names stand for ids; cells are shown as the grid shows them.

use engine::*;
use parking_lot::Mutex;
use std::{fmt::Write, path::PathBuf, sync::Arc};
use table::{
    ai::{Answer, Provenance},
    field::{AiPolicy, AiSettings, FieldType, LinkSpec},
    fixture::read_type,
    id::{ActorId, BaseId, ColumnId, FieldId, RecordId, TableId},
};

pub struct Desk {
    pub dir: tempfile::TempDir,
    pub handle: BaseHandle,
    pub patches: Arc<Mutex<Vec<Arc<Patch>>>>,
    _subscription: Subscription,
}

pub fn options() -> EngineOptions {
    EngineOptions {
        // Few, so that tests come by it.
        checkpoint_every: 1_000,
        clock: Arc::new(|| Clock {
            now_ms: 1_700_000_000_000,
            now_day: 45_000.5,
        }),
        default_model: Arc::new(|| "offline-trial".into()),
    }
}

impl Desk {
    pub fn new() -> Desk {
        Desk::with(options())
    }

    pub fn with(options: EngineOptions) -> Desk {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("base.suanpan");
        let handle = BaseHandle::create(&path, BaseId("b".into()), "测试", options).unwrap();
        Desk::over(dir, handle)
    }

    pub fn over(dir: tempfile::TempDir, handle: BaseHandle) -> Desk {
        let patches = Arc::new(Mutex::new(Vec::new()));
        let kept = patches.clone();
        let subscription = handle.subscribe(Box::new(move |patch: &Arc<Patch>| {
            kept.lock().push(patch.clone())
        }));
        Desk {
            dir,
            handle,
            patches,
            _subscription: subscription,
        }
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("base.suanpan")
    }

    /// Closes in order and opens again.
    pub fn reopened(self) -> Desk {
        let Desk {
            dir,
            handle,
            patches: _,
            _subscription,
        } = self;
        drop(_subscription);
        handle.close();
        let handle = BaseHandle::open(&dir.path().join("base.suanpan"), options()).unwrap();
        Desk::over(dir, handle)
    }

    pub fn submit(&self, actor: &str, command: Command) -> Result<Receipt, CommandError> {
        self.submit_as(actor, None, command)
    }

    pub fn submit_as(
        &self,
        actor: &str,
        group: Option<&str>,
        command: Command,
    ) -> Result<Receipt, CommandError> {
        self.handle.submit(Submission {
            actor: ActorId(format!("user:{actor}")),
            client_id: None,
            group: group.map(Into::into),
            command,
        })
    }

    pub fn table(&self, name: &str) -> TableId {
        self.handle
            .snapshot()
            .schema
            .table_named(name)
            .unwrap_or_else(|| panic!("no table {name}"))
            .id
    }

    pub fn field(&self, table: &str, name: &str) -> FieldId {
        let snapshot = self.handle.snapshot();
        let table = snapshot.schema.table_named(table).unwrap();
        table
            .field_named(name)
            .unwrap_or_else(|| panic!("no field {name}"))
            .id
    }

    /// Live records of a table, cells as shown, one line per record; AI states in brackets.
    pub fn show(&self, table: &str) -> String {
        let snapshot = self.handle.snapshot();
        let owner = snapshot.schema.table_named(table).unwrap();
        let query = WindowQuery {
            table: owner.id,
            view: None,
            find: None,
            from: 0,
            n_rows: 1000,
            fields: None,
            filter: None,
            sorts: None,
        };
        let window = self.handle.window(&query).unwrap();
        let mut out = String::new();
        for (at, record) in window.records.iter().enumerate() {
            write!(out, "{record}").unwrap();
            for (field, cells) in &window.columns {
                let field = owner.field(*field).unwrap();
                write!(out, " | {}", show_cell(&field.field_type, cells, at)).unwrap();
            }
            out.push('\n');
        }
        out
    }

    fn show_patches(&self, from: usize) -> String {
        let snapshot = self.handle.snapshot();
        let name = |field: FieldId| {
            snapshot
                .schema
                .field(field)
                .map_or(field.to_string(), |(_, field)| field.name.clone())
        };
        let mut parts = Vec::new();
        for patch in self.patches.lock().iter().skip(from) {
            for column in &patch.cells {
                let (_, field) = snapshot.schema.field(column.field).unwrap();
                for (at, record) in column.records.iter().enumerate() {
                    parts.push(format!(
                        "{}.{record}={}",
                        field.name,
                        show_cell(&field.field_type, &column.cells, at)
                    ));
                }
            }
            parts.extend(patch.appended.iter().map(|(_, n)| format!("+{n}")));
            for (_, records) in &patch.removed {
                parts.extend(records.iter().map(|record| format!("-{record}")));
            }
            for (field, n) in &patch.recomputed {
                parts.push(format!("computed {}×{n}", name(*field)));
            }
            if patch.schema.is_some() {
                parts.push("schema".into());
            }
        }
        parts.join(", ")
    }

    /// Runs a transcript: lines `> script` are carried out and the lines after them must be their answers.
    pub fn check(&self, transcript: &str) {
        let mut out = String::new();
        for line in transcript
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with('>'))
        {
            let from = self.patches.lock().len();
            writeln!(out, "{line}").unwrap();
            let answer = match self.carry_out(line.trim_start_matches('>').trim()) {
                Ok(answer) if answer.is_empty() => self.show_patches(from),
                Ok(answer) => answer,
                Err(error) => format!(
                    "refused {}{}",
                    error.code,
                    error.at.map(|at| format!(" at {at}")).unwrap_or_default()
                ),
            };
            writeln!(out, "{}", answer.trim_end()).unwrap();
        }
        let tidy = |text: &str| {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            lines.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(
            tidy(&out),
            tidy(transcript),
            "\n--- this run:\n{}",
            tidy(&out)
        );
    }

    /// A link to a table; `how` is `one` or `many`, a mirror named `-` is none.
    fn link(&self, to: &str, how: &str, mirror: &str) -> NewFieldType {
        NewFieldType::Plain(FieldType::Link(LinkSpec {
            table: self.table(to),
            single: how == "one",
            mirror: None,
            ids: ColumnId::default(),
            mirror_name: mirror.trim_matches('-').into(),
        }))
    }

    /// Carries out a line, or says that it was refused.
    pub fn attempt(&self, line: &str) -> Result<(), CommandError> {
        self.carry_out(line).map(drop)
    }

    /// Carries out lines whose answers do not matter.
    pub fn prepare(&self, script: &str) {
        for line in script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            self.carry_out(line).unwrap();
        }
    }

    fn carry_out(&self, line: &str) -> Result<String, CommandError> {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let [actor, verb, rest @ ..] = words.as_slice() else {
            panic!("a script line is `actor verb …`: {line}");
        };
        let record = |text: &str| text.parse::<RecordId>().unwrap();
        let on = |table: &str| self.table(table);
        let command = match (*verb, rest) {
            ("table", [name, fields @ ..]) => Command::CreateTable {
                name: (*name).into(),
                description: String::new(),
                fields: fields.iter().map(|field| new_field(field)).collect(),
                auto_name: false,
            },
            ("droptable", [table]) => Command::DeleteTable { table: on(table) },
            ("field", [table, field]) => Command::CreateField {
                table: on(table),
                field: new_field(field),
                at: None,
            },
            ("dropfield", [table, field]) => Command::DeleteField {
                table: on(table),
                field: self.field(table, field),
            },
            ("retype", [table, field, to]) => Command::UpdateField {
                table: on(table),
                field: self.field(table, field),
                name: None,
                description: None,
                field_type: Some(new_field(&format!("{field}:{to}")).field_type),
            },
            ("link", [table, name, to, how, mirror]) => Command::CreateField {
                table: on(table),
                field: NewField {
                    name: (*name).into(),
                    description: String::new(),
                    field_type: self.link(to, how, mirror),
                },
                at: None,
            },
            ("tolink", [table, field, to, how, mirror]) => Command::UpdateField {
                table: on(table),
                field: self.field(table, field),
                name: None,
                description: None,
                field_type: Some(self.link(to, how, mirror)),
            },
            ("restorefield", [table, field]) => {
                let snapshot = self.handle.snapshot();
                let owner = snapshot.schema.table_named(table).unwrap();
                let removed = owner.fields.iter().find(|known| known.name == *field);
                Command::RestoreField {
                    table: owner.id,
                    field: removed.unwrap().id,
                }
            }
            ("restoretable", [table]) => {
                let snapshot = self.handle.snapshot();
                let removed = snapshot
                    .schema
                    .tables
                    .iter()
                    .find(|known| known.name == *table);
                Command::RestoreTable {
                    table: removed.unwrap().id,
                }
            }
            ("move", [table, field, to]) => Command::MoveField {
                table: on(table),
                field: self.field(table, field),
                to: to.parse().unwrap(),
            },
            ("rename", [table, field, name]) => Command::UpdateField {
                table: on(table),
                field: self.field(table, field),
                name: Some((*name).into()),
                description: None,
                field_type: None,
            },
            ("add", [table, cells @ ..]) => {
                let snapshot = self.handle.snapshot();
                let fields = snapshot.schema.table_named(table).unwrap();
                let inputs = fields
                    .live_fields()
                    .filter(|field| field.is_editable() && !field.is_ai())
                    .zip(cells);
                let cells = inputs.map(|(field, text)| (field.id, input(text)));
                Command::CreateRecords {
                    table: on(table),
                    records: vec![RecordInput {
                        cells: cells.collect(),
                    }],
                }
            }
            ("set", [table, row, field, text]) => Command::SetCells {
                table: on(table),
                edits: vec![CellEdit {
                    record: record(row),
                    field: self.field(table, field),
                    value: input(text),
                }],
                add_options: true,
            },
            ("restore", [table, rows @ ..]) => Command::RestoreRecords {
                table: on(table),
                records: rows.iter().map(|row| record(row)).collect(),
            },
            ("plus", [table, field, by, rows @ ..]) => Command::AddToCells {
                table: on(table),
                records: rows.iter().map(|row| record(row)).collect(),
                field: self.field(table, field),
                by: by.parse().unwrap(),
            },
            ("swap", [table, row, field, expected, value]) => Command::CompareAndSet {
                table: on(table),
                record: record(row),
                field: self.field(table, field),
                expected: input(expected),
                value: input(value),
            },
            ("press", [table, row, field]) => Command::PressButton {
                table: on(table),
                record: record(row),
                field: self.field(table, field),
            },
            ("delete", [table, rows @ ..]) => Command::DeleteRecords {
                table: on(table),
                records: rows.iter().map(|row| record(row)).collect(),
            },
            ("paste", [table, fields, rows, append, lines @ ..]) => Command::PasteCells {
                table: on(table),
                fields: fields
                    .split(',')
                    .map(|field| self.field(table, field))
                    .collect(),
                records: rows
                    .split(',')
                    .filter(|row| *row != "-")
                    .map(record)
                    .collect(),
                rows: lines
                    .iter()
                    .map(|line| line.split('/').map(input).collect())
                    .collect(),
                append: append.parse().unwrap(),
                add_options: true,
            },
            ("run", [table, field, scope, batch]) => Command::RunAi {
                table: on(table),
                field: self.field(table, field),
                scope: match *scope {
                    "empty" => AiScope::Empty,
                    "stale" => AiScope::Stale,
                    "failed" => AiScope::Failed,
                    "all" => AiScope::All,
                    row => AiScope::Records(vec![record(row)]),
                },
                batch: (*batch).into(),
                plan: AiPlan::default(),
            },
            ("cancel", [batch]) => Command::CancelAi {
                batch: (*batch).into(),
            },
            ("undo", []) => Command::Undo,
            ("redo", []) => Command::Redo,
            ("takeback", [revision]) => Command::TakeBack {
                revision: revision.parse().unwrap(),
                keep_later: false,
            },
            ("takeback", [revision, "keep"]) => Command::TakeBack {
                revision: revision.parse().unwrap(),
                keep_later: true,
            },
            ("restoreto", [table, revision]) => Command::RestoreTableTo {
                table: on(table),
                revision: revision.parse().unwrap(),
            },
            ("undogroup", [group]) => Command::UndoGroup {
                group: (*group).into(),
            },
            ("show", [table]) => return Ok(self.show(table)),
            ("take", [n]) => {
                let taken = self.handle.queue().take(n.parse().unwrap());
                let mut texts: Vec<String> = taken
                    .iter()
                    .map(|taken| format!("{}#{}", source_text(taken), taken.n_attempts))
                    .collect();
                texts.sort();
                return Ok(format!("took {}", texts.join(" ")));
            }
            // Takes everything and answers each call with `prefix` before its text; `fail:code` gives up.
            ("answer", [prefix]) => {
                let taken = self.handle.queue().take(1000);
                let (mut answers, mut failures) = (Vec::new(), Vec::new());
                for taken in taken {
                    match prefix.strip_prefix("fail:") {
                        Some(reason) => failures.push((taken.call.key, reason.to_owned())),
                        None => answers.push(answer(&taken, prefix)),
                    }
                }
                self.handle.queue().settle(answers, failures)?;
                return Ok(String::new());
            }
            _ => panic!("unknown script line: {line}"),
        };
        self.submit(actor, command)?;
        Ok(String::new())
    }
}

/// The text that a translation call is about.
pub fn source_text(taken: &TakenCall) -> String {
    taken
        .call
        .inputs
        .get("text")
        .cloned()
        .unwrap_or_else(|| taken.call.user.clone())
}

pub fn answer(taken: &TakenCall, prefix: &str) -> Answer {
    Answer {
        key: taken.call.key,
        text: format!("{prefix}{}", source_text(taken)),
        provenance: Provenance {
            provider: "scripted".into(),
            model: taken.call.model.clone(),
            prompt_version: taken.call.prompt_version.clone(),
            at_ms: 1,
            tokens_in: 10,
            tokens_out: 5,
            cost_micros: 7,
            currency: "CNY".into(),
            offline_trial: false,
            n_attempts: 1,
            broken: Vec::new(),
            review: None,
        },
    }
}

fn input(text: &str) -> CellInput {
    match text {
        "-" => CellInput::Clear,
        text => CellInput::Text(text.into()),
    }
}

/// `name:type`, `name=formula`, `name~formula` (AI, policy auto).
pub fn new_field(text: &str) -> NewField {
    let formula = |name: &str, formula: &str, policy| NewField {
        name: name.into(),
        description: String::new(),
        field_type: NewFieldType::Formula(NewFormula {
            tag: FormulaTag::Formula,
            formula: formula.into(),
            result: None,
            ai: Some(AiSettings {
                model: String::new(),
                policy,
            }),
        }),
    };
    if let Some((name, text)) = text.split_once('=') {
        return formula(name.trim_end_matches(':'), text, AiPolicy::Manual);
    }
    if let Some((name, text)) = text.split_once('~') {
        return formula(name, text, AiPolicy::Auto);
    }
    let (name, field_type) = text.split_once(':').unwrap_or((text, "text"));
    let plain = match field_type {
        "select" => FieldType::Select {
            options: Vec::new(),
        },
        other => read_type(other).unwrap(),
    };
    NewField {
        name: name.into(),
        description: String::new(),
        field_type: NewFieldType::Plain(plain),
    }
}

fn show_cell(field_type: &FieldType, cells: &table::column::Column, at: usize) -> String {
    let state = cells.get(at);
    let mut shown = match &state {
        table::value::CellState::Pending => "…".into(),
        table::value::CellState::Misfit(text) => format!("?{text}"),
        other => field_type.display(other),
    };
    if let Some(note) = cells.note(at) {
        write!(
            shown,
            "[{:?}{}]",
            note.state,
            note.reason
                .as_deref()
                .map(|reason| format!(" {reason}"))
                .unwrap_or_default()
        )
        .unwrap();
    }
    shown
}
