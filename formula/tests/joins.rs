//! Conditions over a whole column with a key from the record: found by an index, with the same result as when the whole
//! column is compared for each record (`+0` keeps a condition from being taken for such a join).
#![allow(clippy::unwrap_used)]

use formula::{Answers, EvalCache, EvalInput, Scope};
use std::{fmt::Write as _, sync::Arc};
use table::{
    ai::CallKey, column::ColumnKind, fixture, id::TableId, snapshot::Snapshot, value::CellState,
};

struct NoAnswers;
impl Answers for NoAnswers {
    fn answer(&self, _: &CallKey) -> Option<Arc<str>> {
        None
    }
}

/// Keys of all kinds that `=` takes for equal, and blanks.
fn snapshot() -> Snapshot {
    let mut seed = 7u64;
    let mut next = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % n
    };
    let texts = ["A1", "a1", "B2", "碗", "", "x*", "12"];
    let numbers = ["1", "0.3", "0.30000000000000004", "0", "", "-2", "7.5"];
    let mut text = String::new();
    for (name, n) in [("单", 60), ("货", 80)] {
        writeln!(
            text,
            "# {name}\n| 键:text | 数:number | 值:number | 勾:checkbox | 名:text |"
        )
        .unwrap();
        for at in 0..n {
            let key = texts[next(7) as usize];
            let number = numbers[next(7) as usize];
            let flag = ["true", ""][next(2) as usize];
            writeln!(text, "| {key} | {number} | {} | {flag} | n{at} |", next(9)).unwrap();
        }
    }
    fixture::from_markdown(&text).unwrap()
}

fn cells(snapshot: &Snapshot, text: &str) -> Vec<CellState> {
    let scope = Scope {
        schema: &snapshot.schema,
        table: TableId(1),
        field: None,
    };
    let analysis = formula::analyze(text, &scope);
    let formula = analysis
        .formula
        .unwrap_or_else(|| panic!("{text}: {:?}", analysis.diagnostics));
    let evaluated = formula.eval(&EvalInput {
        snapshot,
        table: TableId(1),
        segment: 0,
        offsets: None,
        now: 46_349.5,
        answers: &NoAnswers,
        kind: ColumnKind::Mixed,
        model: "m",
        cache: &EvalCache::default(),
    });
    (0..evaluated.cells.len())
        .map(|at| evaluated.cells.get(at))
        .collect()
}

#[test]
fn a_join_gives_what_a_comparison_of_all_rows_gives() {
    let snapshot = snapshot();
    for condition in [
        "(货[键]=[键])",
        "([键]=货[键])",
        "(货[数]=[数])",
        "(货[勾]=[勾])",
        "(货[键]=[数])",
        "(货[数]=[键])",
        "(货[数]=[数]+0.0)",
        "(货[键]=[键]&\"\")",
        "(货[键]=[键])*(货[数]=[数])",
        "(货[键]=[键])*(货[数]<=[数])",
        "(货[键]=[键])*([数]>货[数])",
        "(货[键]=[键])*(货[值]>4)",
        "(货[键]=[键])*货[勾]",
        "(货[键]=[键])*(货[值]>2)*(货[数]<>[数])",
        "(货[键]=IF([值]>8,1/0,[键]))*(货[值]>1)",
        "(货[键]=[键])*(1/(货[值]>3))",
    ] {
        for (fast, slow) in [
            ("SUM(FILTER(货[值],条,-1))", "SUM(FILTER(货[值],条+0,-1))"),
            (
                "IFERROR(ROWS(FILTER(HSTACK(货[名],货[值]),条)),-1)",
                "IFERROR(ROWS(FILTER(HSTACK(货[名],货[值]),条+0)),-1)",
            ),
            (
                "TAKE(FILTER(HSTACK(货[名],货[值]),条,\"无\"),2)",
                "TAKE(FILTER(HSTACK(货[名],货[值]),条+0,\"无\"),2)",
            ),
            ("SUMPRODUCT(条*货[值])", "SUMPRODUCT(条*货[值]+0)"),
            ("SUM(条*货[值])", "SUM(条*货[值]+0)"),
            ("SUMPRODUCT(--条)", "SUMPRODUCT(条+0)"),
            ("MATCH(1,--条,0)", "MATCH(1,条+0,0)"),
            ("XMATCH(1,条*1)", "XMATCH(1,条+0)"),
            (
                "XLOOKUP(1,条*1,货[名],\"无\")",
                "XLOOKUP(1,条+0,货[名],\"无\")",
            ),
            (
                "XLOOKUP(1,条*1,货[名],,0,-1)",
                "XLOOKUP(1,条+0,货[名],,0,-1)",
            ),
            ("LOOKUP(1,0/(条),货[名])", "LOOKUP(1,0/(条+0),货[名])"),
            ("LOOKUP(2,1/(条),货[名])", "LOOKUP(2,1/(条+0),货[名])"),
            (
                "INDEX(货[名],MATCH(1,--条,0))",
                "INDEX(货[名],MATCH(1,条+0,0))",
            ),
            ("SUM(IF(条,货[值]))", "SUM(IF(条+0,货[值]))"),
            ("MAX(IF(条,货[数]))", "MAX(IF(条+0,货[数]))"),
            ("AVERAGE(IF(条,货[值]))", "AVERAGE(IF(条+0,货[值]))"),
            ("COUNT(IF(条,货[数]))", "COUNT(IF(条+0,货[数]))"),
        ] {
            let wrapped = format!("({condition})");
            let (fast, slow) = (fast.replace('条', &wrapped), slow.replace('条', &wrapped));
            assert_eq!(cells(&snapshot, &fast), cells(&snapshot, &slow), "{fast}");
        }
    }
}
