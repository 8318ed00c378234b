//! Groups of a view: their rows, their nesting, their values.

use crate::desk::Desk;
use engine::*;
use table::{
    field::FieldType,
    id::FieldId,
    value::{CellState, CellValue},
    view::{Aggregate, DateSpan, Sort, View, ViewField},
};

fn by(field: FieldId, by: Option<DateSpan>) -> Sort {
    Sort {
        field,
        descending: false,
        by,
    }
}

/// Groups the table 货 and says each group as `depth from+rows value aggregates…`.
fn groups(desk: &Desk, groups: Vec<Sort>, footers: &[(FieldId, Aggregate)]) -> Vec<String> {
    let table = desk.table("货");
    let owner = desk.handle.snapshot();
    let mut view = View::grid(owner.schema.table(table).unwrap().views[0].id, "表格");
    let id = view.id;
    view.groups = groups;
    view.fields = footers
        .iter()
        .map(|(field, aggregate)| ViewField {
            field: *field,
            hidden: false,
            width_px: None,
            footer: Some(*aggregate),
        })
        .collect();
    desk.submit("ann", Command::UpdateView { table, view })
        .unwrap();
    let snapshot = desk.handle.snapshot();
    let owner = snapshot.schema.table(table).unwrap();
    let found = desk.handle.groups(table, id).unwrap();
    let say = |group: &GroupRow| {
        let field = owner.field(found.fields[group.depth]).unwrap();
        let value = field.field_type.display(&group.value);
        let numbers = group.aggregates.iter().map(|item| match &item.value {
            CellState::Value(CellValue::Number(x)) => format!(" {x}"),
            other => format!(" {other:?}"),
        });
        let numbers: String = numbers.collect();
        format!(
            "{} {}+{} {value}{numbers}",
            group.depth, group.from, group.n_rows
        )
    };
    found.groups.iter().map(say).collect()
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.check("> ann table 货 品名 数:number 日:date 好:checkbox\n schema");
    for line in [
        "甲 1 2023-03-15 true",
        "乙 2 2023-03-01 -",
        "甲 4 2023-04-01 false",
        "- 8 - true",
        "甲 16 2022-03-09 true",
    ] {
        desk.check(&format!("> ann add 货 {line}\n +1"));
    }
    desk
}

#[test]
fn groups_nest_in_the_order_of_the_view() {
    let desk = desk();
    let (name, number, day, good) = (
        desk.field("货", "品名"),
        desk.field("货", "数"),
        desk.field("货", "日"),
        desk.field("货", "好"),
    );
    let sum = [(number, Aggregate::Sum)];
    assert_eq!(
        groups(&desk, vec![by(name, None)], &sum),
        ["0 0+3 甲 21", "0 3+1 乙 2", "0 4+1  8"]
    );
    let mut two = vec![by(good, None), by(name, None)];
    two[0].descending = true;
    let shown = groups(
        &desk,
        two,
        &[(number, Aggregate::Median), (name, Aggregate::Distinct)],
    );
    assert_eq!(
        shown,
        [
            "0 0+3 TRUE 8 1",
            "1 0+2 甲 8.5 1",
            "1 2+1  8 0",
            "0 3+2 FALSE 3 2",
            "1 3+1 甲 4 1",
            "1 4+1 乙 2 1"
        ]
    );
    let spans = [
        (
            DateSpan::Month,
            vec![
                "0 0+1 2022-03-01 16",
                "0 1+2 2023-03-01 3",
                "0 3+1 2023-04-01 4",
                "0 4+1  8",
            ],
        ),
        (
            DateSpan::Year,
            vec!["0 0+1 2022-01-01 16", "0 1+3 2023-01-01 7", "0 4+1  8"],
        ),
    ];
    for (span, expected) in spans {
        assert_eq!(groups(&desk, vec![by(day, Some(span))], &sum), expected);
    }
    assert_eq!(groups(&desk, vec![], &sum), Vec::<String>::new());
    // More than three fields are refused.
    let table = desk.table("货");
    let mut view = View::grid(
        desk.handle.snapshot().schema.table(table).unwrap().views[0].id,
        "表格",
    );
    view.groups = vec![
        by(name, None),
        by(number, None),
        by(day, None),
        by(good, None),
    ];
    let refused = desk.submit("ann", Command::UpdateView { table, view });
    assert_eq!(refused.unwrap_err().code, "too_large");
}

#[test]
fn lists_of_options_are_groups_of_their_own() {
    let desk = desk();
    let field = NewField {
        name: "标".into(),
        description: String::new(),
        field_type: NewFieldType::Plain(FieldType::MultiSelect {
            options: table::field::select::options_from(["红", "蓝"]),
        }),
    };
    let table = desk.table("货");
    let create = Command::CreateField {
        table,
        field,
        at: None,
    };
    desk.submit("ann", create).unwrap();
    for (row, text) in [
        ("r1", "红,蓝"),
        ("r2", "红"),
        ("r3", "蓝"),
        ("r4", "红"),
        ("r5", "红,蓝"),
    ] {
        let shown = text.replace(',', ", ");
        desk.check(&format!("> ann set 货 {row} 标 {text}\n 标.{row}={shown}"));
    }
    let marks = desk.field("货", "标");
    assert_eq!(
        groups(&desk, vec![by(marks, None)], &[]),
        ["0 0+2 红", "0 2+2 红, 蓝", "0 4+1 蓝"]
    );
}
