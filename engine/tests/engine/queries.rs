//! Windows against a naive oracle, and the footer.

use crate::desk::Desk;
use engine::*;
use proptest::prelude::*;
use table::{
    id::{RecordId, ViewId},
    view::{Aggregate, Condition, Filter, Operator, Sort, View, ViewField},
};

fn window(
    desk: &Desk,
    from: u64,
    n_rows: u32,
    filter: Filter,
    sorts: Vec<Sort>,
    find: &str,
) -> Window {
    let query = WindowQuery {
        table: desk.table("表"),
        view: None,
        find: Some(find.into()),
        from,
        n_rows,
        fields: None,
        filter: Some(filter),
        sorts: Some(sorts),
    };
    desk.handle.window(&query).unwrap()
}

#[test]
fn a_view_orders_blanks_last_and_follows_edits() {
    let desk = Desk::new();
    desk.check("> ann table 表 名 数:number\n schema\n > ann add 表 a10 3\n +1\n > ann add 表 a9 -\n +1\n > ann add 表 A2 1\n +1");
    let (name, number) = (desk.field("表", "名"), desk.field("表", "数"));
    let by = |field, descending| {
        vec![Sort {
            field,
            descending,
            by: None,
        }]
    };
    let ids = |window: Window| {
        window
            .records
            .iter()
            .map(|record| record.0)
            .collect::<Vec<_>>()
    };
    let all = Filter::default;
    assert_eq!(
        ids(window(&desk, 0, 9, all(), by(number, false), "")),
        [3, 1, 2]
    );
    assert_eq!(
        ids(window(&desk, 0, 9, all(), by(number, true), "")),
        [1, 3, 2]
    );
    assert_eq!(
        ids(window(&desk, 0, 9, all(), by(name, false), "")),
        [3, 2, 1]
    );
    assert_eq!(ids(window(&desk, 1, 1, all(), by(name, false), "")), [2]);
    assert_eq!(ids(window(&desk, 0, 9, all(), vec![], "A1")), [1]);
    desk.check("> ann set 表 r2 数 2\n 数.r2=2");
    assert_eq!(
        ids(window(&desk, 0, 9, all(), by(number, false), "")),
        [3, 2, 1]
    );
    desk.check("> ann delete 表 r2\n -r2");
    assert_eq!(
        ids(window(&desk, 0, 9, all(), by(number, false), "")),
        [3, 1]
    );
    assert_eq!(window(&desk, 5, 9, all(), vec![], "").n_total, 2);
}

#[test]
fn the_footer_is_over_the_view() {
    let desk = Desk::new();
    desk.check("> ann table 表 名 数:number\n schema\n > ann add 表 a 0.1\n +1\n > ann add 表 b 0.2\n +1\n > ann add 表 c -\n +1");
    let table = desk.table("表");
    let (name, number) = (desk.field("表", "名"), desk.field("表", "数"));
    let view = desk.handle.snapshot().schema.table(table).unwrap().views[0].id;
    let footer = |aggregate| {
        let shown = ViewField {
            field: number,
            hidden: false,
            width_px: None,
            footer: Some(aggregate),
        };
        let mut changed = View::grid(view, "表格");
        changed.fields = vec![shown];
        changed.filter = Filter {
            any: false,
            conditions: vec![Condition {
                field: name,
                operator: Operator::IsNot,
                value: "b".into(),
            }],
            groups: vec![],
        };
        desk.submit(
            "ann",
            Command::UpdateView {
                table,
                view: changed,
            },
        )
        .unwrap();
        let values = desk.handle.aggregates(table, Some(view)).unwrap();
        match &values[0].value {
            table::value::CellState::Value(table::value::CellValue::Number(x)) => *x,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(footer(Aggregate::Sum), 0.1);
    assert_eq!(footer(Aggregate::Count), 2.0);
    assert_eq!(footer(Aggregate::Blank), 1.0);
    assert_eq!(footer(Aggregate::Max), 0.1);
    assert_eq!(
        desk.handle
            .aggregates(table, Some(ViewId(99)))
            .unwrap_err()
            .code,
        "no_view"
    );
}

#[test]
fn this_month_is_another_one_on_another_day() {
    let day = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(45_000));
    let seen = day.clone();
    let clock = move || Clock {
        now_ms: 0,
        now_day: seen.load(std::sync::atomic::Ordering::Relaxed) as f64 + 0.9,
    };
    let options = EngineOptions {
        checkpoint_every: engine::limits::CHECKPOINT_TRANSACTIONS,
        clock: std::sync::Arc::new(clock),
        ..crate::desk::options()
    };
    let desk = Desk::with(options);
    desk.check("> ann table 表 名 日:date\n schema\n > ann add 表 a 2023-03-31\n +1\n > ann add 表 b 2023-04-01\n +1");
    let month = || Filter {
        conditions: vec![Condition {
            field: desk.field("表", "日"),
            operator: Operator::Is,
            value: "@this_month".into(),
        }],
        ..Filter::default()
    };
    let records = || window(&desk, 0, 9, month(), vec![], "").records;
    // 45000 is 2023-03-15, 45017 is the first of April.
    assert_eq!(records(), [RecordId(1)]);
    day.store(45_016, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(records(), [RecordId(1)]);
    day.store(45_017, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(records(), [RecordId(2)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Filters `数 operator x` joined by and / or, sorted by a number and a text, over cells with blanks.
    #[test]
    fn windows_equal_a_naive_oracle(
        cells in prop::collection::vec((prop::option::of(-3i32..4), "[ab]{0,2}"), 1..40),
        wanted in -3i32..4,
        any in any::<bool>(),
        descending in any::<bool>(),
        operator in prop::sample::select(vec![Operator::Is, Operator::IsNot, Operator::Less, Operator::GreaterOrEqual, Operator::IsBlank]),
    ) {
        let desk = Desk::new();
        desk.check("> ann table 表 名 数:number\n schema");
        let (table, name, number) = (desk.table("表"), desk.field("表", "名"), desk.field("表", "数"));
        let records = cells.iter().map(|(x, text)| RecordInput { cells: [
            (name, CellInput::Text(text.clone())),
            (number, x.map_or(CellInput::Clear, |x| CellInput::Text(x.to_string()))),
        ].into() });
        desk.submit("ann", Command::CreateRecords { table, records: records.collect() }).unwrap();
        let filter = Filter { any, groups: vec![], conditions: vec![
            Condition { field: number, operator, value: wanted.to_string() },
            Condition { field: name, operator: Operator::Contains, value: "a".into() },
        ] };
        let sorts = vec![Sort { field: number, descending, by: None }, Sort { field: name, descending: false, by: None }];
        let got = window(&desk, 0, 100, filter, sorts, "");
        let mut expected: Vec<(usize, &(Option<i32>, String))> = cells.iter().enumerate().filter(|(_, (x, text))| {
            let by_number = match operator {
                Operator::Is => *x == Some(wanted),
                Operator::IsNot => *x != Some(wanted),
                Operator::Less => x.is_some_and(|x| x < wanted),
                Operator::GreaterOrEqual => x.is_some_and(|x| x >= wanted),
                _ => x.is_none(),
            };
            let by_text = text.contains('a');
            if any { by_number || by_text } else { by_number && by_text }
        }).collect();
        expected.sort_by_key(|(at, (x, text))| {
            let x = x.map(|x| if descending { -x } else { x });
            (x.is_none(), x, text.is_empty(), text.clone(), *at)
        });
        let expected: Vec<RecordId> = expected.into_iter().map(|(at, _)| RecordId(at as u64 + 1)).collect();
        prop_assert_eq!(got.records, expected);
    }
}
