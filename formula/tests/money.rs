//! Sums and means of money over ten million records: exact to the cent, whatever function adds.
#![allow(clippy::unwrap_used)]

use formula::{Answers, EvalCache, EvalInput, Scope, analyze};
use std::{collections::BTreeMap, sync::Arc};
use table::{
    ai::CallKey,
    column::{Column, ColumnKind, Values},
    fixture::from_markdown,
    id::{RecordId, TableId},
    mask::Mask,
    segment::Segment,
    snapshot::{Snapshot, TableData},
    value::CellValue,
};

struct NoAnswers;

impl Answers for NoAnswers {
    fn answer(&self, _: &CallKey) -> Option<Arc<str>> {
        None
    }
}

/// Table 账 with 100 × 100,000 records of 0.1, and table 问 with one record.
fn snapshot() -> Snapshot {
    let text = "# 账\n| 金额:currency |\n| --- |\n| 0.1 |\n# 问\n| 名 |\n| --- |\n| 合计 |\n";
    let mut snapshot = from_markdown(text).unwrap();
    let field = &snapshot.schema.table(TableId(1)).unwrap().fields[0];
    let n = 100_000;
    let values = Values::Number(vec![0.1; n]);
    let (side, notes) = (BTreeMap::new(), BTreeMap::new());
    let cells =
        Column::from_parts(ColumnKind::Number, values, Mask::new(n, true), side, notes).unwrap();
    let columns = BTreeMap::from([(field.column, cells.into())]);
    let ids = (1..=n as u64).map(RecordId).collect();
    let segment = Arc::new(Segment::new(ids, Mask::new(n, true), columns));
    let data = TableData {
        segments: vec![segment; 100],
        next_record: RecordId(n as u64 + 1),
        n_live: 10_000_000,
    };
    snapshot.tables.insert(TableId(1), Arc::new(data));
    snapshot
}

#[test]
fn ten_million_times_a_tenth_is_a_million() {
    let snapshot = snapshot();
    let scope = Scope {
        schema: &snapshot.schema,
        table: TableId(2),
        field: None,
    };
    let cache = EvalCache::default();
    for (text, wanted) in [
        ("SUM(账[金额])", 1_000_000.0),
        ("AVERAGE(账[金额])", 0.1),
        ("SUMIF(账[金额],\">0\")", 1_000_000.0),
        ("AVERAGEIFS(账[金额],账[金额],\">0\")", 0.1),
    ] {
        let formula = analyze(text, &scope).formula.unwrap();
        let evaluated = formula.eval(&EvalInput {
            snapshot: &snapshot,
            table: TableId(2),
            segment: 0,
            offsets: None,
            now: 46_000.5,
            answers: &NoAnswers,
            kind: ColumnKind::Number,
            model: "m",
            cache: &cache,
        });
        assert_eq!(
            evaluated.cells.get(0),
            CellValue::Number(wanted).into(),
            "{text}"
        );
    }
}
