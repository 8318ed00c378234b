//! Runs `spec/*.md`: the tables there are the documentation of the language and its cases at once.
//!
//! What a table holds is told by its header: `name:type` cells are records (the first such table of a file is the
//! formulas' own one, its first record the one they are evaluated for), all others are listed in [`Kind::read`].
//! Every formula is also evaluated record by record, and printed and read again. A row that cannot be read, an
//! unknown header and a file without cases are failures. Every failure names file and line.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used)]

use formula::{
    Analysis, Answers, Cell, EvalCache, EvalInput, Evaluated, Formula, Scope, TokenKind,
};
use std::{collections::BTreeSet, path::Path, sync::Arc};
use table::{
    ai::CallKey,
    column::ColumnKind,
    field::{date, decimal},
    fixture,
    id::TableId,
    snapshot::Snapshot,
    value::{CellState, CellValue},
};

/// 2026-11-23 12:00, a Monday.
const NOW: f64 = 46_349.5;
const OWN: TableId = TableId(1);

/// A row with its line in the file.
type Row = (usize, Vec<String>);

#[derive(Debug)]
struct Block {
    kind: Kind,
    rows: Vec<Row>,
}

/// What the rows of a table say about the formula in their first cell.
#[derive(Debug, PartialEq)]
enum Kind {
    /// `formula | result`: for the first record.
    Result,
    /// `formula | result | source`: and where the expected value was taken from.
    Sourced,
    /// `formula | about [| source]`: numbers that agree to nine digits.
    About,
    /// `formula | date`: the result as a date and time.
    Date,
    /// `formula | 1 | 2 …`: for these records.
    Records,
    /// `formula | type`: the field type that is proposed.
    Type,
    /// `formula | code | text`: the diagnostics and the text they point at.
    Diagnostics,
    /// `typed | stored | printed`.
    Names,
    /// `formula | answer | result`: when every call has this answer.
    Answered,
    /// `formula | calls | …`: how many calls the first record needs, and the inputs of the first of them.
    Calls(Vec<String>),
}

impl Kind {
    fn read(header: &[String]) -> Option<Kind> {
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        Some(match header.as_slice() {
            ["formula", "result"] => Kind::Result,
            ["formula", "result", "source"] => Kind::Sourced,
            ["formula", "about"] | ["formula", "about", "source"] => Kind::About,
            ["formula", "date"] => Kind::Date,
            ["formula", "type"] => Kind::Type,
            ["formula", "code", "text"] => Kind::Diagnostics,
            ["typed", "stored", "printed"] => Kind::Names,
            ["formula", "answer", "result"] => Kind::Answered,
            ["formula", "calls", inputs @ ..] => {
                Kind::Calls(inputs.iter().map(|name| (*name).to_owned()).collect())
            }
            ["formula", "1", rest @ ..]
                if (2..)
                    .zip(rest)
                    .all(|(at, shown): (usize, _)| *shown == at.to_string()) =>
            {
                Kind::Records
            }
            _ => return None,
        })
    }
}

#[derive(Debug)]
struct Spec {
    snapshot: Snapshot,
    blocks: Vec<Block>,
}

/// Cells between the bars, without the backticks of code.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.strip_prefix('|')?.strip_suffix('|')?;
    let cells = inner.replace("\\|", "\u{1}");
    let plain = |cell: &str| {
        let cell = cell.trim();
        let code = cell.strip_prefix('`').and_then(|c| c.strip_suffix('`'));
        code.unwrap_or(cell).replace('\u{1}', "|")
    };
    Some(cells.split('|').map(plain).collect())
}

fn is_rule(line: &str) -> bool {
    line.starts_with('|') && line.contains('-') && line.chars().all(|c| "|-: ".contains(c))
}

/// Reads a file; the error names the line.
fn read(text: &str) -> Result<Spec, String> {
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines().map(str::trim)).collect();
    let (mut records, mut heading, mut blocks) = (String::new(), "", Vec::new());
    let mut at = 0;
    while let Some(&(line, shown)) = lines.get(at) {
        at += 1;
        if let Some(rest) = shown.strip_prefix('#') {
            heading = rest.trim_start_matches('#').trim();
        }
        if !shown.starts_with('|') {
            continue;
        }
        let header = cells(shown).ok_or(format!("{line}: a row starts and ends with |"))?;
        if !lines.get(at).is_some_and(|(_, rule)| is_rule(rule)) {
            return Err(format!("{line}: a header is followed by | --- |"));
        }
        let from = at + 1;
        let to = (from..lines.len()).find(|at| !lines[*at].1.starts_with('|'));
        at = to.unwrap_or(lines.len());
        if header.iter().any(|cell| cell.contains(':')) {
            records += &format!("# {heading}\n{shown}\n");
            lines[from..at]
                .iter()
                .for_each(|(_, row)| records += &format!("{row}\n"));
            continue;
        }
        let kind = Kind::read(&header).ok_or(format!("{line}: no such header: {header:?}"))?;
        let mut rows = Vec::new();
        for (line, row) in &lines[from..at] {
            let row = cells(row).filter(|row| row.len() == header.len());
            rows.push((
                *line,
                row.ok_or(format!("{line}: not {} cells", header.len()))?,
            ));
        }
        if rows.is_empty() {
            return Err(format!("{line}: a table without cases"));
        }
        blocks.push(Block { kind, rows });
    }
    if blocks.is_empty() {
        return Err("1: no cases".into());
    }
    if records.is_empty() {
        records = "# 表\n| 号:number |\n| 1 |\n".into();
    }
    let snapshot = fixture::from_markdown(&records).map_err(|error| format!("1: {error}"))?;
    Ok(Spec { snapshot, blocks })
}

struct Always(Option<Arc<str>>);
impl Answers for Always {
    fn answer(&self, _: &CallKey) -> Option<Arc<str>> {
        self.0.clone()
    }
}

impl Spec {
    fn analyze(&self, text: &str) -> Analysis {
        let own = self.snapshot.schema.any_table(OWN).unwrap();
        let scope = Scope {
            schema: &self.snapshot.schema,
            table: OWN,
            field: own.field_named("结果").map(|field| field.id),
        };
        formula::analyze(text, &scope)
    }

    fn compile(&self, text: &str) -> Result<Formula, String> {
        let analysis = self.analyze(text);
        let codes: Vec<&str> = analysis.diagnostics.iter().map(|d| d.code).collect();
        analysis
            .formula
            .ok_or(format!("does not compile: {codes:?}"))
    }

    fn eval(
        &self,
        formula: &Formula,
        offsets: Option<&[usize]>,
        answer: Option<&str>,
    ) -> Evaluated {
        formula.eval(&EvalInput {
            snapshot: &self.snapshot,
            table: OWN,
            segment: 0,
            offsets,
            now: NOW,
            answers: &Always(answer.map(Arc::from)),
            kind: ColumnKind::Mixed,
            model: "m",
            cache: &EvalCache::default(),
        })
    }

    /// The results for all records, after the laws that hold for every formula.
    fn results(&self, formula: &Formula, answer: Option<&str>) -> Result<Vec<CellState>, String> {
        let all = self.eval(formula, None, answer).cells;
        let all: Vec<CellState> = (0..all.len()).map(|at| all.get(at)).collect();
        for (at, cell) in all.iter().enumerate() {
            let alone = self.eval(formula, Some(&[at]), answer).cells.get(0);
            if alone != *cell {
                return Err(format!("record {at} alone gives {alone:?}, not {cell:?}"));
            }
        }
        let printed = formula.to_text(&self.snapshot.schema);
        let again = self.compile(&printed)?;
        match again.source() == formula.source() {
            true => Ok(all),
            false => Err(format!("prints as {printed}, which is {}", again.source())),
        }
    }

    /// For the first record, after the laws that hold for every formula.
    fn value(&self, text: &str) -> Result<Cell, String> {
        let formula = self.compile(text)?;
        self.results(&formula, None)?;
        let values = formula.values(&EvalInput {
            snapshot: &self.snapshot,
            table: OWN,
            segment: 0,
            offsets: None,
            now: NOW,
            answers: &Always(None),
            kind: ColumnKind::Mixed,
            model: "m",
            cache: &EvalCache::default(),
        });
        values.first().cloned().ok_or("there is no record".into())
    }

    fn check(&self, kind: &Kind, row: &[String]) -> Result<(), String> {
        let text = row[0].as_str();
        let found: Vec<String> = match kind {
            Kind::Result => vec![self.value(text)?.shown()],
            Kind::Sourced => vec![self.value(text)?.shown(), row[2].clone()],
            Kind::About => {
                let near = about(&self.value(text)?, &row[1]);
                vec![near, row.get(2).cloned().unwrap_or_default()][..row.len() - 1].to_vec()
            }
            Kind::Date => match &self.results(&self.compile(text)?, None)?[0] {
                CellState::Value(CellValue::Number(day)) => vec![date::date_time_text(*day)],
                other => vec![shown(other)],
            },
            Kind::Records => {
                let results = self.results(&self.compile(text)?, None)?;
                results.iter().map(shown).take(row.len() - 1).collect()
            }
            Kind::Type => vec![self.compile(text)?.result().key().into()],
            Kind::Diagnostics => self.diagnostics(text)?,
            Kind::Names => {
                let formula = self.compile(text)?;
                self.results(&formula, None)?;
                vec![
                    formula.source().into(),
                    formula.to_text(&self.snapshot.schema),
                ]
            }
            Kind::Answered => {
                let results = self.results(&self.compile(text)?, Some(&row[1]))?;
                vec![row[1].clone(), shown(&results[0])]
            }
            Kind::Calls(names) => {
                let calls = self.eval(&self.compile(text)?, Some(&[0]), None).calls;
                let input = |name: &String| {
                    let call = calls.first().map(|(_, call)| call);
                    let input = call.and_then(|call| call.inputs.get(name));
                    input.map_or(String::new(), |value| value.replace('\n', "<br>"))
                };
                let mut found = vec![calls.len().to_string()];
                found.extend(names.iter().map(input));
                found
            }
        };
        match found == row[1..] {
            true => Ok(()),
            false => Err(format!("{text} gives {found:?}, not {:?}", &row[1..])),
        }
    }

    fn diagnostics(&self, text: &str) -> Result<Vec<String>, String> {
        let analysis = self.analyze(text);
        let chars: Vec<char> = text.chars().collect();
        let (mut codes, mut spanned) = (Vec::new(), Vec::new());
        for found in &analysis.diagnostics {
            let says = [&found.message.zh, &found.message.en];
            if says.iter().any(|text| text.is_empty()) {
                return Err(format!("{} says nothing", found.code));
            }
            let part = chars.get(found.span.start..found.span.end);
            codes.push(found.code);
            spanned.push(
                part.ok_or(format!("{:?} is outside the text", found.span))?
                    .iter()
                    .collect::<String>(),
            );
        }
        Ok(vec![codes.join(" "), spanned.join(" ")])
    }

    /// Names of the functions that the formulas call.
    fn functions(&self, out: &mut BTreeSet<String>) {
        for (_, row) in self.blocks.iter().flat_map(|block| &block.rows) {
            let chars: Vec<char> = row[0].chars().collect();
            let tokens = self.analyze(&row[0]).tokens;
            let calls = tokens.iter().filter(|t| t.kind == TokenKind::Function);
            out.extend(calls.map(|token| {
                let name: String = chars[token.span.start..token.span.end].iter().collect();
                name.to_ascii_uppercase()
            }));
        }
    }
}

/// The expected text where the value is that to nine digits, else the value.
fn about(value: &Cell, expected: &str) -> String {
    let wanted: Option<Vec<f64>> = (expected.trim_matches(['{', '}']).split([',', ';']))
        .map(|part| part.parse().ok())
        .collect();
    let found: Option<Vec<f64>> = match value {
        Cell::Number(x) => Some(vec![*x]),
        Cell::Array(range) => (range.cells().iter())
            .map(|cell| match cell {
                Cell::Number(x) => Some(*x),
                _ => None,
            })
            .collect(),
        _ => None,
    };
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * b.abs().max(1e-6);
    match (found, wanted) {
        (Some(found), Some(wanted))
            if found.len() == wanted.len() && found.iter().zip(&wanted).all(near) =>
        {
            expected.into()
        }
        _ => value.shown(),
    }
}

/// A result as it is written in a formula.
fn shown(cell: &CellState) -> String {
    match cell {
        CellState::Value(CellValue::Number(x)) => decimal::general(*x),
        CellState::Value(CellValue::Text(text)) => format!("\"{}\"", text.replace('"', "\"\"")),
        CellState::Value(CellValue::Bool(b)) => if *b { "TRUE" } else { "FALSE" }.into(),
        CellState::Value(CellValue::Blank) => "blank".into(),
        CellState::Error(error) => error.code().into(),
        CellState::Pending => "pending".into(),
        other => format!("{other:?}"),
    }
}

/// Failures as `line: what`, and the number of cases.
fn run(text: &str) -> (Vec<String>, usize) {
    let spec = match read(text) {
        Ok(spec) => spec,
        Err(error) => return (vec![error], 0),
    };
    let mut failures = Vec::new();
    let mut n_cases = 0;
    for block in &spec.blocks {
        for (line, row) in &block.rows {
            n_cases += 1;
            if let Err(error) = spec.check(&block.kind, row) {
                failures.push(format!("{line}: {error}"));
            }
        }
    }
    (failures, n_cases)
}

/// Name and text of every file, in order.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_case_holds() {
    let (mut failures, mut n_cases) = (Vec::new(), 0);
    for (name, text) in files() {
        let (found, n) = run(&text);
        failures.extend(
            found
                .iter()
                .map(|failure| format!("formula/spec/{name}:{failure}")),
        );
        n_cases += n;
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(n_cases >= 250, "only {n_cases} cases were found");
}

#[test]
fn every_function_has_a_case() {
    let mut called = BTreeSet::new();
    for (_, text) in files() {
        read(&text).unwrap().functions(&mut called);
    }
    let missing: Vec<&str> = formula::functions::all()
        .iter()
        .map(|doc| doc.name)
        .filter(|name| !called.contains(*name))
        .collect();
    assert!(missing.is_empty(), "no case calls {missing:?}");
}

#[test]
fn a_bad_file_is_a_failure_at_its_line() {
    let head = "| formula | result |\n| --- | --- |\n";
    for (text, failure) in [
        (String::new(), "1: no cases"),
        ("# Only words\n\nNo table.\n".into(), "1: no cases"),
        (head.into(), "1: a table without cases"),
        (format!("{head}| `1` | `1` | more |\n"), "3: not 2 cells"),
        (format!("{head}| `1` | `1`\n"), "3: not 2 cells"),
        (
            "| formula | result |\n| `1` | `1` |\n".into(),
            "1: a header is followed by | --- |",
        ),
        (
            "| what | ever |\n| --- | --- |\n| `1` | `1` |\n".into(),
            "1: no such header",
        ),
        (format!("{head}| `1+1` | `3` |\n"), "3: 1+1 gives [\"2\"]"),
        (format!("{head}| `1+` | `3` |\n"), "3: does not compile"),
    ] {
        let (failures, _) = run(&text);
        assert_eq!(failures.len(), 1, "{text}: {failures:?}");
        assert!(failures[0].starts_with(failure), "{text}: {failures:?}");
    }
}
