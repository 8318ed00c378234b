//! The language through its public door: values, diagnostics, names, AI calls.
#![allow(clippy::unwrap_used)]

use formula::{Answers, EvalCache, EvalInput, Evaluated, Formula, Scope, analyze};
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
    value::{CellState, CellValue},
};

struct Known(Option<&'static str>);
impl Answers for Known {
    fn answer(&self, _: &CallKey) -> Option<Arc<str>> {
        self.0.map(Arc::from)
    }
}

fn number() -> FieldType {
    FieldType::Number {
        decimals: None,
        thousands: false,
        unit: String::new(),
    }
}

/// Table 商品: 单价 10, blank; 品名 杯子, 碗.
fn snapshot() -> Snapshot {
    let field = |id: u32, name: &str, field_type| Field {
        id: FieldId(id),
        column: ColumnId(id),
        name: name.into(),
        description: String::new(),
        field_type,
        removed: false,
    };
    let table = Table {
        id: TableId(1),
        name: "商品".into(),
        description: String::new(),
        fields: vec![
            field(1, "单价", number()),
            field(2, "品名", FieldType::Text),
        ],
        views: vec![],
        removed: false,
    };
    let columns = BTreeMap::from([
        (
            ColumnId(1),
            SharedColumn::from(Column::from_states(
                ColumnKind::Number,
                [CellValue::Number(10.0).into(), CellState::BLANK],
            )),
        ),
        (
            ColumnId(2),
            SharedColumn::from(Column::from_states(
                ColumnKind::Text,
                ["杯子", "碗"].map(|t| CellValue::text(t).into()),
            )),
        ),
    ]);
    let segment = Segment::new(vec![RecordId(1), RecordId(2)], Mask::new(2, true), columns);
    let data = TableData {
        segments: vec![Arc::new(segment)],
        next_record: RecordId(3),
        n_live: 2,
    };
    Snapshot {
        schema: Arc::new(Schema {
            tables: vec![table],
            ..Schema::default()
        }),
        tables: BTreeMap::from([(TableId(1), Arc::new(data))]),
        ..Snapshot::default()
    }
}

fn compile(snapshot: &Snapshot, text: &str) -> Result<Formula, Vec<&'static str>> {
    let analysis = analyze(
        text,
        &Scope {
            schema: &snapshot.schema,
            table: TableId(1),
            field: Some(FieldId(9)),
        },
    );
    analysis
        .formula
        .ok_or(analysis.diagnostics.iter().map(|d| d.code).collect())
}

fn eval(
    snapshot: &Snapshot,
    formula: &Formula,
    offsets: Option<&[usize]>,
    answer: Option<&'static str>,
) -> Evaluated {
    formula.eval(&EvalInput {
        snapshot,
        table: TableId(1),
        segment: 0,
        offsets,
        now: 46_000.5,
        answers: &Known(answer),
        kind: ColumnKind::Text,
        model: "m",
        cache: &EvalCache::default(),
    })
}

fn shown(snapshot: &Snapshot, text: &str) -> String {
    let formula = compile(snapshot, text).unwrap();
    let cells = eval(snapshot, &formula, None, None).cells;
    let again = eval(snapshot, &formula, Some(&[0]), None).cells;
    assert_eq!(cells.get(0), again.get(0), "{text}");
    let printed = formula.to_text(&snapshot.schema);
    assert_eq!(
        compile(snapshot, &printed).unwrap().source(),
        formula.source(),
        "{text}"
    );
    match cells.get(0) {
        CellState::Value(CellValue::Text(t)) => t.to_string(),
        CellState::Error(e) => e.to_string(),
        CellState::Pending => "pending".into(),
        _ => String::new(),
    }
}

#[test]
fn values_are_excels() {
    let snapshot = snapshot();
    for (text, expected) in [
        ("-2^2", "4"),
        ("2^3^2", "64"),
        ("\"5\"+1", "6"),
        ("TRUE+1", "2"),
        ("0.1+0.2=0.3", "TRUE"),
        ("1.1-1-0.1=0", "TRUE"),
        ("ROUND(1.005,2)", "1.01"),
        ("ROUND(2.675,2)", "2.68"),
        ("ROUND(-1.005,2)", "-1.01"),
        ("1/0", "#DIV/0!"),
        ("10^400", "#NUM!"),
        ("50%", "0.5"),
        ("\"a\"=\"A\"", "TRUE"),
        ("1<\"a\"", "TRUE"),
        ("[单价]*2", "20"),
        ("{单价}*2", "20"),
        ("SUM(商品[单价])", "10"),
        ("SUMIFS(商品[单价],商品[品名],[品名])", "10"),
        ("COUNTIF(商品[品名],\"杯*\")", "1"),
        ("XLOOKUP(\"碗\",商品[品名],商品[品名])", "碗"),
        ("MATCH(\"碗\",商品[品名],0)", "2"),
        ("INDEX({1,2;3,4},2,1)", "3"),
        ("IF（[单价]＞5，“贵”，“便宜”）", "贵"),
        ("IFERROR(1/0,7)", "7"),
        ("MID(\"算盘好\",2,1)", "盘"),
        ("TEXTJOIN(\"-\",TRUE,\"a\",\"\",\"b\")", "a-b"),
        ("YEAR(DATE(2024,2,30))", "2024"),
        ("DATE(1900,3,1)", "61"),
        ("MOD(-3,2)", "1"),
        ("AI.TRANSLATE([品名],\"英语\")&\"!\"", "pending"),
        ("REPT(\"a\",99999)", "#VALUE!"),
    ] {
        assert_eq!(shown(&snapshot, text), expected, "{text}");
    }
}

#[test]
fn mistakes_are_named() {
    let snapshot = snapshot();
    let deep = "(".repeat(20_000);
    for (text, code) in [
        ("[单加]", "unknown_field"),
        ("商店[单价]", "unknown_table"),
        ("SUMM(1)", "unknown_function"),
        ("MID(\"a\",1)", "argument_count"),
        ("(1", "unbalanced_bracket"),
        ("1)", "unbalanced_bracket"),
        ("", "empty_formula"),
        ("1+", "unexpected_end"),
        (deep.as_str(), "too_deep"),
        ("\"a", "unclosed_text"),
    ] {
        assert_eq!(
            compile(&snapshot, text).unwrap_err(),
            [code],
            "{}",
            text.chars().take(20).collect::<String>()
        );
    }
    let long = format!("1{}", "+1".repeat(10_000));
    assert_eq!(shown(&snapshot, &long), "10001");
}

#[test]
fn ai_calls_are_asked_where_needed_and_answers_used() {
    let snapshot = snapshot();
    let formula = compile(&snapshot, "IF([单价]>5,AI.COPY([品名],\"标题\"),\"\")").unwrap();
    assert!(formula.has_ai());
    let waiting = eval(&snapshot, &formula, None, None);
    assert_eq!(waiting.cells.get(0), CellState::Pending);
    assert_eq!(waiting.calls.len(), 1);
    assert_eq!(waiting.calls[0].1.inputs["facts"], "品名: 杯子");
    assert_eq!(
        eval(&snapshot, &formula, None, Some("好杯子")).cells.get(0),
        CellValue::text("好杯子").into()
    );
}

#[test]
fn every_constant_example_runs() {
    let snapshot = snapshot();
    for doc in formula::functions::all()
        .iter()
        .filter(|doc| !doc.example.contains('['))
    {
        let value = shown(&snapshot, doc.example);
        assert!(
            !value.starts_with('#') && !value.is_empty(),
            "{}: {value}",
            doc.example
        );
    }
}

#[test]
fn an_evaluation_that_is_too_large_ends() {
    let snapshot = snapshot();
    let cells = |text: &str, fuel_cells: u64| {
        let evaluated = compile(&snapshot, text).unwrap().eval(&EvalInput {
            snapshot: &snapshot,
            table: TableId(1),
            segment: 0,
            offsets: None,
            now: 46_348.5,
            answers: &Known(None),
            kind: ColumnKind::Text,
            model: "m",
            cache: &EvalCache::with_fuel(fuel_cells),
        });
        let cells: Vec<CellState> = (0..2).map(|at| evaluated.cells.get(at)).collect();
        (cells, evaluated.calls.len())
    };
    let out = vec![CellState::Error(table::value::CellError::Calc); 2];
    // Two records: the cost of each formula in cells.
    for (text, cost) in [
        ("[单价]+1", 4),
        ("[单价]+1+1+1", 8),
        ("-[单价]", 4),
        // Once for all records.
        ("SUM(商品[单价])", 1 + 2),
        ("SUM(商品[单价],[单价])", 2 + 2 + 2 * 2),
        // Two different criteria, each read through the column; the constant one once.
        ("COUNTIF(商品[单价],\">\"&[单价])", 2 + 2 + 2 + 2 + 2 * 2),
        ("COUNTIF(商品[单价],\">1\")", 1 + 2),
        // Found by the index.
        ("COUNTIF(商品[品名],[品名])", 2 + 2 + 2),
        ("XLOOKUP([品名],商品[品名],商品[单价])", 2 + 2),
        // Each pattern is compared with the texts that begin as it does.
        ("MATCH([品名]&\"*\",商品[品名],0)", 2 + 2 + 2 + 2),
        // Branches that only read and compute are computed for all records, others where they are taken.
        ("IF([单价]>1,[单价],-[单价])", 2 + 2 + 2 + 2 + 4),
        ("IF([单价]>1,ABS([单价]),ABS(-[单价]))", 2 + 2 + 2 + 2 + 3),
        ("IFERROR([单价]+1,0)", 2 + 2 + 2),
        ("AI.COPY([品名],\"标题\")", 2 + 2),
    ] {
        let whole = cells(text, u64::MAX);
        assert!(!whole.0.contains(&out[0]), "{text}");
        assert_eq!(cells(text, cost), whole, "{text} costs more than {cost}");
        let (short, n_calls) = cells(text, cost - 1);
        assert_eq!(short, out, "{text} costs less than {cost}");
        assert_eq!(n_calls, 0, "{text}");
    }
}

#[test]
fn texts_are_found_and_replaced_as_in_excel() {
    let snapshot = snapshot();
    for (text, expected) in [
        ("PROPER(\"red CUP it's 2nd\")", "Red Cup It'S 2Nd"),
        ("REPLACE(\"abcd\",2,2,\"-\")", "a-d"),
        ("REPLACE(\"abc\",9,1,\"x\")", "abcx"),
        ("REPLACE(\"abc\",0,1,\"x\")", "#VALUE!"),
        ("REPLACE(\"算盘\",1,1,\"\")", "盘"),
        ("FIND(\"b\",\"abcb\")", "2"),
        ("FIND(\"b\",\"abcb\",3)", "4"),
        ("FIND(\"B\",\"abc\")", "#VALUE!"),
        ("FIND(\"\",\"abc\")", "1"),
        ("FIND(\"\",\"abc\",4)", "4"),
        ("FIND(\"a\",\"abc\",5)", "#VALUE!"),
        ("FIND(\"a\",\"abc\",0)", "#VALUE!"),
        ("SEARCH(\"B\",\"abc\")", "2"),
        ("SEARCH(\"b?d\",\"abcd\")", "2"),
        ("SEARCH(\"b*d\",\"abccd\")", "2"),
        ("SEARCH(\"~?\",\"ab?\")", "3"),
        ("SEARCH(\"b~\",\"ab~\")", "2"),
        ("SEARCH(\"x\",\"abc\")", "#VALUE!"),
        ("SEARCH(\"盘\",\"算盘\")", "2"),
        ("SUBSTITUTE(\"a-b-c\",\"-\",\"+\",2)", "a-b+c"),
        ("SUBSTITUTE(\"a-b-c\",\"-\",\"+\",3)", "a-b-c"),
        ("SUBSTITUTE(\"a-b\",\"-\",\"+\",0)", "#VALUE!"),
        ("SUBSTITUTE(\"a-b\",\"\",\"+\",1)", "a-b"),
    ] {
        assert_eq!(shown(&snapshot, text), expected, "{text}");
    }
}

#[test]
fn days_and_times_are_excels() {
    let snapshot = snapshot();
    for (text, expected) in [
        ("EDATE(DATE(2026,1,31),1)-DATE(2026,2,28)", "0"),
        ("EDATE(DATE(2024,3,31),-1)-DATE(2024,2,29)", "0"),
        ("EDATE(DATE(2026,12,5),1)-DATE(2027,1,5)", "0"),
        ("EDATE(DATE(1900,1,5),-1)", "#NUM!"),
        ("EOMONTH(DATE(2026,1,15),0)-DATE(2026,1,31)", "0"),
        ("EOMONTH(DATE(2024,1,15),1)-DATE(2024,2,29)", "0"),
        ("EOMONTH(DATE(2026,11,1),1)-DATE(2026,12,31)", "0"),
        // 2026-11-22 is a Sunday.
        ("WEEKDAY(DATE(2026,11,22))", "1"),
        ("WEEKDAY(DATE(2026,11,22),2)", "7"),
        ("WEEKDAY(DATE(2026,11,22),3)", "6"),
        ("WEEKDAY(DATE(2026,11,23),2)", "1"),
        ("WEEKDAY(DATE(2026,11,22),11)", "7"),
        ("WEEKDAY(DATE(2026,11,24),12)", "1"),
        ("WEEKDAY(DATE(2026,11,22),16)", "2"),
        ("WEEKDAY(DATE(2026,11,22),17)", "1"),
        ("WEEKDAY(DATE(2026,11,22),4)", "#NUM!"),
        ("HOUR(0.75)", "18"),
        ("MINUTE(TIME(9,30,5))", "30"),
        ("SECOND(TIME(9,30,5))", "5"),
        ("HOUR(-1)", "#NUM!"),
        ("TIME(12,0,0)", "0.5"),
        ("TIME(27,0,0)", "0.125"),
        ("TIME(0,750,0)*24", "12.5"),
        ("TIME(-1,0,0)", "#NUM!"),
        ("DATEVALUE(\"2026/11/22\")-DATE(2026,11,22)", "0"),
        ("DATEVALUE(\"x\")", "#VALUE!"),
        ("DATEVALUE(1)", "#VALUE!"),
        ("DATEDIF(DATE(2025,12,31),DATE(2026,12,30),\"Y\")", "0"),
        ("DATEDIF(DATE(2025,12,31),DATE(2026,12,31),\"y\")", "1"),
        ("DATEDIF(DATE(2026,1,31),DATE(2026,3,30),\"M\")", "1"),
        ("DATEDIF(DATE(2026,1,1),DATE(2026,3,1),\"D\")", "59"),
        ("DATEDIF(DATE(2025,1,15),DATE(2026,3,14),\"YM\")", "1"),
        ("DATEDIF(DATE(2026,2,1),DATE(2026,1,1),\"D\")", "#NUM!"),
        ("DATEDIF(DATE(2026,1,1),DATE(2026,2,1),\"X\")", "#NUM!"),
    ] {
        assert_eq!(shown(&snapshot, text), expected, "{text}");
    }
}

#[test]
fn a_copy_may_name_its_language() {
    let snapshot = snapshot();
    for (text, language, instruction) in [
        ("AI.COPY([品名],\"标题\")", "", "标题"),
        ("AI.COPY([品名],\"标题\",\"英语\")", "英语", "标题"),
        ("AI.COPY([品名],\"英语\")", "", "英语"),
        ("AI.COPY([品名],[单价],\"标题\")", "", "标题"),
    ] {
        let formula = compile(&snapshot, text).unwrap();
        let (_, call) = eval(&snapshot, &formula, Some(&[0]), None).calls.remove(0);
        assert_eq!(call.inputs["language"], language, "{text}");
        assert_eq!(call.inputs["instruction"], instruction, "{text}");
        assert_eq!(call.user.contains("Language: "), !language.is_empty());
    }
}

#[test]
fn lambdas_that_grow_without_bound_end() {
    let snapshot = snapshot();
    // Each calls the one before it twice: 2^40 additions.
    let mut doubling = String::from("LET(f0,LAMBDA(x,x+1)");
    for n in 1..40 {
        doubling += &format!(",f{n},LAMBDA(x,f{}(f{}(x)))", n - 1, n - 1);
    }
    doubling += ",f39(1))";
    // Each is nested in the one before it.
    let mut deep = String::from("LET(f0,LAMBDA(x,x+1)");
    for n in 1..100 {
        let brackets = "(".repeat(40);
        let closing = "+1)".repeat(40);
        deep += &format!(",f{n},LAMBDA(x,{brackets}f{}(x){closing})", n - 1);
    }
    deep += ",f99(1))";
    let calls = format!("LAMBDA(x,x){}", "(1)".repeat(90));
    for text in [doubling, deep] {
        let shown = shown(&snapshot, &text);
        assert_eq!(shown, "#CALC!", "{}", &text[..40]);
    }
    assert_eq!(shown(&snapshot, &calls), "#VALUE!");
}

/// Columns of thousands take short ways: arithmetic in place, texts straight into a dictionary.
#[test]
fn long_columns_are_their_records() {
    let numbers: Vec<String> = (0..9_000)
        .map(|at: u32| match at % 1_000 {
            7 => "| a | |".into(),
            _ => format!("| a | {} |", f64::from(at * at % 10_007) / 4.0 - 3.0),
        })
        .collect();
    let table = format!(
        "# 表\n| 名:text | 数:number |\n| --- | --- |\n{}\n",
        numbers.join("\n")
    );
    let snapshot = table::fixture::from_markdown(&table).unwrap();
    for text in [
        "(1-[数])*3/([数]-2.5)+[数]",
        "[数]*2-1",
        "([数]+1)*1E308*10",
        "TEXT([数]*1.5,\"#,##0.00\")",
        "TEXT([数]*7.7,\"0\")",
        "TEXT(MOD([数],3),\"0.0\")",
        "TEXT([数],\";;\")",
        "LEFT(TEXT([数]*1.5,\"0.000\"),3)&\"元\"",
    ] {
        let formula = compile(&snapshot, text).unwrap();
        let kind = formula.result().kind();
        let ask = |offsets: Option<&[usize]>| {
            formula
                .eval(&EvalInput {
                    snapshot: &snapshot,
                    table: TableId(1),
                    segment: 0,
                    offsets,
                    now: 46_349.5,
                    answers: &Known(None),
                    kind,
                    model: "m",
                    cache: &EvalCache::default(),
                })
                .cells
        };
        let all = ask(None);
        for at in (0..9_000).step_by(37).chain([7, 1_007, 8_999]) {
            let alone = ask(Some(&[at][..]));
            assert_eq!(all.get(at), alone.get(0), "{text} in record {at}");
        }
    }
}
