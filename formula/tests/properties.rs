//! What holds for every text and every formula: no panic, spans inside the text, printing is stable, a column is
//! computed as its records one by one, and no result is NaN or infinite.
//!
//! Formulas are grown from dice (a list of numbers, so that failures shrink): by type, or of anything with anything.
#![allow(clippy::unwrap_used)]

use formula::{Answers, EvalCache, EvalInput, Evaluated, Formula, Scope, analyze};
use proptest::{prelude::*, strategy::ValueTree};
use std::{collections::BTreeMap, sync::Arc};
use table::{
    ai::CallKey,
    column::{Column, ColumnKind, SharedColumn},
    field::{Field, FieldType},
    id::{ColumnId, FieldId, RecordId, TableId},
    mask::Mask,
    schema::{Schema, Table},
    segment::Segment,
    snapshot::{Snapshot, TableData},
    value::{CellError, CellState, CellValue},
};

const RECORDS: usize = 4;

fn number_type() -> FieldType {
    FieldType::Number {
        decimals: None,
        thousands: false,
        unit: String::new(),
    }
}

/// The names and types of the fields of table `t`; the cells are random.
fn fields() -> [(&'static str, FieldType); 5] {
    [
        ("n", number_type()),
        ("m", number_type()),
        ("s", FieldType::Text),
        ("b", FieldType::Checkbox),
        ("d", FieldType::DateTime),
    ]
}

fn schema(tables: &[(&str, Vec<(String, FieldType)>)]) -> Schema {
    let mut next = 0;
    let mut field = |(name, field_type): &(String, FieldType)| {
        next += 1;
        Field {
            id: FieldId(next),
            column: ColumnId(next),
            name: name.clone(),
            description: String::new(),
            field_type: field_type.clone(),
            removed: false,
        }
    };
    let tables = (1..).zip(tables).map(|(id, (name, fields))| Table {
        id: TableId(id),
        name: (*name).into(),
        description: String::new(),
        fields: fields.iter().map(&mut field).collect(),
        views: vec![],
        removed: false,
    });
    Schema {
        tables: tables.collect(),
        ..Schema::default()
    }
}

fn one_table() -> Schema {
    let fields = fields().map(|(name, field_type)| (name.to_owned(), field_type));
    schema(&[("t", fields.into())])
}

fn snapshot(columns: Vec<Vec<CellState>>) -> Snapshot {
    let columns: BTreeMap<ColumnId, SharedColumn> = (1..)
        .zip(fields())
        .zip(columns)
        .map(|((id, (_, field_type)), cells)| {
            let column = Column::from_states(field_type.kind(), cells);
            (ColumnId(id), column.into())
        })
        .collect();
    let records = (1..=RECORDS as u64).map(RecordId).collect();
    let segment = Segment::new(records, Mask::new(RECORDS, true), columns);
    let data = TableData {
        segments: vec![Arc::new(segment)],
        next_record: RecordId(RECORDS as u64 + 1),
        n_live: RECORDS as u64,
    };
    Snapshot {
        schema: Arc::new(one_table()),
        tables: BTreeMap::from([(TableId(1), Arc::new(data))]),
        ..Snapshot::default()
    }
}

fn cell(field_type: &FieldType) -> BoxedStrategy<CellState> {
    let value = match field_type.kind() {
        ColumnKind::Number => prop_oneof![
            (-9i32..100).prop_map(f64::from),
            -1e3..1e3,
            prop::num::f64::NORMAL
        ]
        .prop_map(CellValue::Number)
        .boxed(),
        ColumnKind::Date => (-800_000.0..3_000_000.0).prop_map(CellValue::Date).boxed(),
        ColumnKind::Bool => any::<bool>().prop_map(CellValue::Bool).boxed(),
        _ => prop_oneof!["[a-c杯碗*?~]{0,4}", "-?[0-9]{1,3}%?", "\\PC{0,5}"]
            .prop_map(CellValue::text)
            .boxed(),
    };
    prop_oneof![
        8 => value.prop_map(CellState::from),
        2 => Just(CellState::BLANK),
        1 => Just(CellState::Error(CellError::Na)),
        1 => Just(CellState::Misfit("?".into())),
    ]
    .boxed()
}

fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    let columns: Vec<_> = fields()
        .iter()
        .map(|(_, field_type)| prop::collection::vec(cell(field_type), RECORDS))
        .collect();
    columns.prop_map(snapshot)
}

/// Choices, one after the other; all zero when used up, which ends every growth.
struct Dice<'a> {
    rolls: std::slice::Iter<'a, u16>,
    /// Names of LET and LAMBDA that may be used here, with what they stand for.
    names: Vec<(String, Kind)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
    Truth,
    Anything,
}

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        self.rolls
            .next()
            .map_or(0, |&roll| usize::from(roll) % sides)
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }

    fn leaf(&mut self, kind: Kind) -> String {
        let fits = |known: &Kind| kind == Kind::Anything || *known == kind;
        let known = self.names.iter().filter(|(_, known)| fits(known));
        let known: Vec<String> = known.map(|(name, _)| name.clone()).collect();
        if !known.is_empty() && self.roll(2) == 0 {
            return known[self.roll(known.len())].clone();
        }
        let of: &[&str] = match kind {
            Kind::Number => &[
                "[n]",
                "[m]",
                "1",
                "0",
                "-2",
                "3.5",
                "46348",
                "12%",
                "1E300",
                "[d]",
                "SUM(t[n])",
            ],
            Kind::Text => &[
                "[s]",
                "\"a\"",
                "\"\"",
                "\"12\"",
                "\"杯*\"",
                "\"2026-11-22\"",
            ],
            Kind::Truth => &["[b]", "TRUE", "FALSE"],
            Kind::Anything => &[
                "[n]",
                "[s]",
                "[b]",
                "[d]",
                "1",
                "\"a\"",
                "\">1\"",
                "TRUE",
                "#N/A",
                "t[n]",
                "t[s]",
                "t[d]",
                "{1,\"a\";TRUE,#NUM!}",
                "-1E9",
                "1E308",
                "\"Y\"",
                "0",
            ],
        };
        self.pick(of).to_owned()
    }

    fn grow(&mut self, kind: Kind, depth: usize) -> String {
        use Kind::{Number, Text, Truth};
        if depth == 0 || self.roll(4) == 0 {
            return self.leaf(kind);
        }
        if self.roll(6) == 1 {
            return self.naming(kind, depth);
        }
        if matches!(kind, Kind::Anything) {
            return self.anything(depth);
        }
        let mut of = |kind: Kind| self.grow(kind, depth - 1);
        let (n, m, s, b) = (of(Number), of(Number), of(Text), of(Truth));
        match kind {
            Number | Kind::Anything => match self.roll(12) {
                0 => format!("({n}+{m})"),
                1 => format!("({n}-{m})*{m}"),
                2 => format!("({n}/{m})"),
                3 => format!("ABS({n})^0.5"),
                4 => format!("IF({b},{n},{m})"),
                5 => format!("IFERROR({n},{m})"),
                6 => format!("ROUND({n},2)"),
                7 => format!("MAX({n},{m},t[m])"),
                8 => format!("LEN({s})"),
                9 => format!("SUMIFS(t[n],t[s],{s})"),
                10 => format!("COUNTIF(t[n],\">\"&{n})"),
                _ => format!("MOD({n},{m})"),
            },
            Text => match self.roll(8) {
                0 => format!("({n}&{s})"),
                1 => format!("LEFT({s},{n})"),
                2 => format!("UPPER({s})"),
                3 => format!("IF({b},{s},\"否\")"),
                4 => format!("TEXT({n},\"#,##0.00\")"),
                5 => format!("TEXTJOIN(\"-\",TRUE,{s},t[s])"),
                6 => format!("XLOOKUP({s},t[s],t[s],\"无\")"),
                _ => format!("SUBSTITUTE({s},\"a\",{s})"),
            },
            Truth => match self.roll(5) {
                0 => format!("({n}<{m})"),
                1 => format!("AND({b},{n}>0)"),
                2 => format!("NOT({b})"),
                3 => format!("ISBLANK({s})"),
                _ => format!("({s}={s})"),
            },
        }
    }

    /// `grow`, with some more names.
    fn grow_with(&mut self, names: &[(&str, Kind)], kind: Kind, depth: usize) -> String {
        let n_before = self.names.len();
        let names = names.iter().map(|(name, kind)| ((*name).to_owned(), *kind));
        self.names.extend(names);
        let grown = self.grow(kind, depth);
        self.names.truncate(n_before);
        grown
    }

    /// LET and the functions that take a LAMBDA. Names recur, so that some hide others.
    fn naming(&mut self, kind: Kind, depth: usize) -> String {
        use Kind::{Anything, Number};
        let depth = depth - 1;
        let (name, other) = (self.pick(&["x", "y", "价"]), self.pick(&["z", "x", "累计"]));
        let of = [Number, Kind::Text, Kind::Truth, Anything][self.roll(4)];
        let value = self.grow(of, depth);
        let list = self.pick(&[
            "t[n]",
            "t[s]",
            "{1,2;3,4}",
            "{\"a\",#N/A}",
            "SEQUENCE(2,3)",
            "t[b]",
        ]);
        let one = &[(name, Anything)];
        let two = &[(name, Number), (other, Anything)];
        match self.roll(9) {
            0..3 => {
                let body = self.grow_with(&[(name, of)], kind, depth);
                format!("LET({name},{value},{body})")
            }
            3 => {
                let next = self.grow_with(&[(name, of)], of, depth);
                let body = self.grow_with(&[(name, of), (other, of)], kind, depth);
                format!("LET({name},{value},{other},{next},{body})")
            }
            4 => format!(
                "SUM(MAP({list},LAMBDA({name},{})))",
                self.grow_with(one, Number, depth)
            ),
            5 => format!(
                "REDUCE({value},{list},LAMBDA({name},{other},{}))",
                self.grow_with(two, kind, depth)
            ),
            6 => format!(
                "INDEX(SCAN({value},{list},LAMBDA({name},{other},{})),1)",
                self.grow_with(two, kind, depth)
            ),
            7 => format!(
                "TAKE(BYROW({list},LAMBDA({name},{})),1)",
                self.grow_with(one, kind, depth)
            ),
            _ => format!(
                "LAMBDA({name},{})({value})",
                self.grow_with(one, kind, depth)
            ),
        }
    }

    /// An operator or any function of the language over anything.
    fn anything(&mut self, depth: usize) -> String {
        let operators = [
            "+", "-", "*", "/", "^", "&", "=", "<>", "<", "<=", ">", ">=",
        ];
        if self.roll(4) == 0 {
            let (left, op) = (self.grow(Kind::Anything, depth - 1), self.pick(&operators));
            return format!("({left}{op}{})", self.grow(Kind::Anything, depth - 1));
        }
        let all = formula::functions::all();
        let doc = &all[self.roll(all.len())];
        let least = doc.signature.matches(',').count() + usize::from(!doc.signature.contains("()"));
        let optional = doc.signature.matches('[').count();
        let n = least - self.roll(optional + 1).min(least);
        let args: Vec<String> = (0..n)
            .map(|_| self.grow(Kind::Anything, depth - 1))
            .collect();
        format!("{}({})", doc.name, args.join(","))
    }
}

/// A formula of some type, or of none.
fn any_formula() -> impl Strategy<Value = String> {
    let rolls = prop::collection::vec(any::<u16>(), 0..150);
    (rolls, 0..4usize).prop_map(|(rolls, kind)| {
        let mut dice = Dice {
            rolls: rolls.iter(),
            names: Vec::new(),
        };
        let kind = [Kind::Number, Kind::Text, Kind::Truth, Kind::Anything][kind];
        dice.grow(kind, 4)
    })
}

/// Pieces of formulas in any order.
fn soup() -> impl Strategy<Value = String> {
    let pieces = [
        "[",
        "]",
        "[n]",
        "t",
        "t[n]",
        "(",
        ")",
        "{",
        "}",
        ",",
        ";",
        "\"",
        "'",
        "#",
        "#N/A",
        "@",
        "%",
        "^",
        "+",
        "-",
        "&",
        "<",
        ">",
        "=",
        "1",
        "1E",
        ".5",
        "SUM",
        "IF(",
        "AI.COPY(",
        "TRUE",
        " ",
        "（",
        "）",
        "，",
        "“",
        "”",
        "【",
        "】",
        "‘",
        "’",
        "×",
        "[#f1]",
        "#t1[#f1]",
        "[[#This Row],",
        "~",
        "\\",
        "\u{0}",
        "😀",
        "é",
    ];
    let piece = prop_oneof![5 => prop::sample::select(pieces.to_vec()).prop_map(String::from), 1 => "\\PC{0,3}"];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn any_number_format() -> impl Strategy<Value = String> {
    let pieces = [
        "0",
        "#",
        "?",
        ".",
        ",",
        "%",
        "E+",
        "E-",
        "e",
        "General",
        "@",
        ";",
        "\"件\"",
        "\\",
        "_",
        "*",
        "/",
        "yyyy",
        "yy",
        "m",
        "mm",
        "mmm",
        "mmmmm",
        "d",
        "dddd",
        "aaa",
        "aaaa",
        "a",
        "h",
        "hh",
        "s",
        "ss",
        "ss.00",
        "AM/PM",
        "上午/下午",
        "[h]",
        "[mm]",
        "[$¥-804]",
        "[>=100]",
        "[<0]",
        "[=x]",
        "[DBNum1]",
        "[DBNum2]",
        "[Red]",
        "[",
        "年",
        "-",
        "(",
        ")",
        "\"",
    ];
    let piece = prop_oneof![9 => prop::sample::select(pieces.to_vec()).prop_map(String::from), 1 => "\\PC{0,2}"];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// Names with the signs that have a meaning in formulas.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{1,6}",
        "[]\\[#@'【】［］＠＃＇‘’\"“” aA1价._,;{}\\\\]{1,6}"
    ]
}

fn compile(schema: &Schema, text: &str) -> Option<Formula> {
    let scope = Scope {
        schema,
        table: TableId(1),
        field: Some(FieldId(99)),
    };
    let analysis = analyze(text, &scope);
    let n_chars = text.chars().count();
    for found in &analysis.diagnostics {
        assert!(found.span.start <= found.span.end && found.span.end <= n_chars);
    }
    for token in &analysis.tokens {
        assert!(token.span.start < token.span.end && token.span.end <= n_chars);
    }
    let n_errors = analysis.diagnostics.iter().filter(|d| d.is_error()).count();
    assert_eq!(analysis.formula.is_none(), n_errors > 0, "{text}");
    analysis.formula
}

/// Printing and reading again is the same formula, in both forms.
fn assert_stable(schema: &Schema, formula: &Formula, text: &str) {
    let printed = formula.to_text(schema);
    let again = compile(schema, &printed);
    assert!(again.is_some(), "{text} prints as {printed}");
    let again = again.unwrap();
    assert_eq!(again.source(), formula.source(), "{text} as {printed}");
    assert_eq!(again.to_text(schema), printed, "{text}");
    let stored = compile(schema, formula.source()).unwrap();
    assert_eq!(stored.source(), formula.source(), "{text}");
}

struct Echo;
impl Answers for Echo {
    /// Some calls are answered, others wait.
    fn answer(&self, key: &CallKey) -> Option<Arc<str>> {
        (key.0[0] > 99).then(|| Arc::from(key.to_string()))
    }
}

fn eval(snapshot: &Snapshot, formula: &Formula, offsets: Option<&[usize]>) -> Evaluated {
    eval_with(snapshot, formula, offsets, EvalCache::default())
}

fn eval_with(
    snapshot: &Snapshot,
    formula: &Formula,
    offsets: Option<&[usize]>,
    cache: EvalCache,
) -> Evaluated {
    formula.eval(&EvalInput {
        snapshot,
        table: TableId(1),
        segment: 0,
        offsets,
        now: 46_348.5,
        answers: &Echo,
        kind: ColumnKind::Mixed,
        model: "m",
        cache: &cache,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in prop_oneof![soup(), "\\PC{0,40}", any::<String>()]) {
        let schema = one_table();
        if let Some(formula) = compile(&schema, &text) {
            assert_stable(&schema, &formula, &text);
        }
    }

    #[test]
    fn a_formula_prints_as_itself(text in any_formula()) {
        let schema = one_table();
        if let Some(formula) = compile(&schema, &text) {
            assert_stable(&schema, &formula, &text);
        }
    }

    #[test]
    fn any_names_print_and_read_back(table in any_name(), field in any_name()) {
        let (table, field) = (table.trim(), field.trim());
        prop_assume!(!table.is_empty() && !field.is_empty());
        let schema = schema(&[("t", vec![(field.into(), FieldType::Text)]), (table, vec![(field.into(), FieldType::Text)])]);
        let formula = compile(&schema, "[#f1]&XLOOKUP([#f1],#t2[#f2],#t2[#f2])").unwrap();
        prop_assume!(table != "t");
        assert_stable(&schema, &formula, table);
    }

    #[test]
    fn no_number_format_panics(value in prop_oneof![prop::num::f64::NORMAL, -1e6..3e6], format in any_number_format()) {
        let text = format!("TEXT({value:e},\"{}\")", format.replace('"', "\"\""));
        let snapshot = snapshot(vec![vec![CellState::BLANK; RECORDS]; 5]);
        let formula = compile(&snapshot.schema, &text).unwrap();
        let cell = eval(&snapshot, &formula, Some(&[0])).cells.get(0);
        prop_assert!(matches!(
            cell,
            CellState::Value(CellValue::Text(_) | CellValue::Blank) | CellState::Error(CellError::Value)
        ), "{} gives {:?}", text, cell);
    }

    #[test]
    fn too_little_fuel_gives_no_value(snapshot in any_snapshot(), text in any_formula(), fuel_cells in 0..200u64) {
        let Some(formula) = compile(&snapshot.schema, &text) else { return Ok(()) };
        let cells = |evaluated: Evaluated| (0..RECORDS).map(|at| evaluated.cells.get(at)).collect::<Vec<_>>();
        let short = cells(eval_with(&snapshot, &formula, None, EvalCache::with_fuel(fuel_cells)));
        let out = vec![CellState::Error(CellError::Calc); RECORDS];
        prop_assert!(short == out || short == cells(eval(&snapshot, &formula, None)), "{}", text);
    }

    #[test]
    fn a_column_is_its_records(snapshot in any_snapshot(), text in any_formula()) {
        let Some(formula) = compile(&snapshot.schema, &text) else { return Ok(()) };
        let all = eval(&snapshot, &formula, None);
        prop_assert_eq!(all.cells.len(), RECORDS);
        for at in 0..RECORDS {
            let cell = all.cells.get(at);
            if let CellState::Value(CellValue::Number(x)) = &cell {
                prop_assert!(x.is_finite(), "{} gives {}", text, x);
            }
            let alone = eval(&snapshot, &formula, Some(&[at]));
            prop_assert_eq!(&alone.cells.get(0), &cell, "{} in record {}", text, at);
            let calls: Vec<_> = all.calls.iter().filter(|(of, _)| *of == at).map(|(_, call)| call.key).collect();
            let own: Vec<_> = alone.calls.iter().map(|(_, call)| call.key).collect();
            prop_assert_eq!(own, calls, "calls of {} in record {}", text, at);
        }
    }
}

#[test]
fn grown_formulas_mostly_compile_and_call_everything() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut n_good, mut texts) = (0, String::new());
    for _ in 0..20_000 {
        let text = any_formula().new_tree(&mut runner).unwrap().current();
        n_good += usize::from(compile(&one_table(), &text).is_some());
        texts += &text;
    }
    assert!(n_good > 15_000, "only {n_good} of 20,000 compile");
    for doc in formula::functions::all() {
        assert!(texts.contains(doc.name), "{} was never grown", doc.name);
    }
}

#[test]
fn deep_and_long_texts_are_diagnosed() {
    let schema = one_table();
    let scope = Scope {
        schema: &schema,
        table: TableId(1),
        field: None,
    };
    for piece in ["(", "-", "SUM(", "+(", "IF(1,", "{", "["] {
        for n in [10_000, 100_000] {
            let analysis = analyze(&piece.repeat(n), &scope);
            assert!(analysis.formula.is_none(), "{piece} × {n}");
            assert_eq!(analysis.diagnostics.len(), 1, "{piece} × {n}");
        }
    }
    let wrapped = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
    assert!(analyze(&wrapped(90), &scope).formula.is_some());
    let code = |n: usize| analyze(&wrapped(n), &scope).diagnostics[0].code;
    assert_eq!(code(20_000), "too_deep");
    assert_eq!(code(100_000), "formula_too_long");
}
