//! Answers in the type of their field: options, pictures, parts of one answer. See also `ai.rs`.

use crate::desk::{Desk, answer, new_field};
use engine::*;
use table::{
    field::{FieldType, select::options_from},
    id::FieldId,
    value::{Attachment, CellState, CellValue},
};

/// A new AI field whose results have this type.
fn make(desk: &Desk, text: &str, result: Option<FieldType>) -> FieldId {
    let mut field = new_field(text);
    if let NewFieldType::Formula(formula) = &mut field.field_type {
        formula.result = result;
    }
    let table = desk.table("表");
    let made = desk.submit(
        "ann",
        Command::CreateField {
            table,
            field,
            at: None,
        },
    );
    made.unwrap().result.fields[0]
}

fn start() -> Desk {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 名
         schema
         > ann add 表 杯
         +1",
    );
    desk
}

/// Runs the field and answers all its calls with this text.
fn run(desk: &Desk, name: &str, text: &str) -> usize {
    let (table, field) = (desk.table("表"), desk.field("表", name));
    let batch = format!("b-{name}");
    let scope = AiScope::All;
    desk.submit(
        "ann",
        Command::RunAi {
            table,
            field,
            scope,
            batch,
            plan: AiPlan::default(),
        },
    )
    .unwrap();
    let taken = desk.handle.queue().take(9);
    let mut answers: Vec<_> = taken.iter().map(|one| answer(one, "")).collect();
    answers
        .iter_mut()
        .for_each(|one| one.text = text.to_owned());
    desk.handle.queue().settle(answers, Vec::new()).unwrap();
    taken.len()
}

fn cell(desk: &Desk, name: &str) -> CellState {
    let snapshot = desk.handle.snapshot();
    let (_, field) = snapshot.schema.field(desk.field("表", name)).unwrap();
    let data = snapshot.data(desk.table("表")).unwrap();
    data.segments[0]
        .column(field.column)
        .map_or(CellState::BLANK, |column| column.get(0))
}

#[test]
fn classes_are_options_of_the_field() {
    let desk = start();
    let select = FieldType::Select {
        options: options_from(["餐具", "发饰"]),
    };
    let many = FieldType::MultiSelect {
        options: options_from(["红, 亮", "蓝"]),
    };
    make(&desk, "类=AI.CLASSIFY([名])", Some(select));
    make(&desk, "色=AI.CLASSIFY([名])", Some(many));
    assert_eq!(run(&desk, "类", "发饰"), 1);
    assert!(
        matches!(cell(&desk, "类"), CellState::Value(CellValue::Options(ids)) if ids[0].0 == 2)
    );
    assert_eq!(run(&desk, "色", "红, 亮\n蓝"), 1);
    assert!(
        matches!(cell(&desk, "色"), CellState::Value(CellValue::Options(ids)) if ids.len() == 2)
    );
    // A name that is no option makes no option.
    desk.check("> ann set 表 r1 名 盘\n 名.r1=盘, 类.r1=发饰[Stale], 色.r1=红, 亮, 蓝[Stale]");
    run(&desk, "类", "帽子");
    assert_eq!(cell(&desk, "类"), CellState::Misfit("帽子".into()));
    let snapshot = desk.handle.snapshot();
    let (_, field) = snapshot.schema.field(desk.field("表", "类")).unwrap();
    assert_eq!(field.field_type.options().unwrap().len(), 2);
}

#[test]
fn more_options_are_another_question() {
    let desk = start();
    let select = |names: &[&str]| FieldType::Select {
        options: options_from(names.iter().copied()),
    };
    let field = make(&desk, "类=AI.CLASSIFY([名])", Some(select(&["餐具"])));
    run(&desk, "类", "餐具");
    let mut again = new_field("类=AI.CLASSIFY([名])");
    if let NewFieldType::Formula(formula) = &mut again.field_type {
        formula.result = Some(select(&["餐具", "发饰"]));
    }
    let change = Command::UpdateField {
        table: desk.table("表"),
        field,
        name: None,
        description: None,
        field_type: Some(again.field_type),
    };
    desk.submit("ann", change).unwrap();
    desk.check("> ann show 表\n r1 | 杯 | 餐具[Stale]");
}

#[test]
fn a_listing_is_paid_once_for_all_its_fields() {
    let desk = start();
    let parts = ["标题", "卖点", "描述", "关键词"];
    for part in parts {
        make(
            &desk,
            &format!("{part}=AI.LISTING(\"{part}\",\"英语\",\"\",[名])"),
            None,
        );
    }
    let said = r#"{"title":"Cup","bullets":["a","b"],"description":"D","keywords":["k","l"]}"#;
    let asked: Vec<usize> = parts.iter().map(|part| run(&desk, part, said)).collect();
    assert_eq!(asked, [1, 0, 0, 0]);
    desk.check("> ann show 表\n r1 | 杯 | Cup[Ok] | a\nb[Ok] | D[Ok] | k, l[Ok]");
}

#[test]
fn a_picture_is_kept_and_shown_to_the_next_question() {
    let desk = start();
    make(&desk, "图=AI.IMAGE([名])", None);
    make(&desk, "审=AI.REVIEW([图])", None);
    let bytes = b"not really a picture";
    let digest = desk.handle.queue().put_blob(bytes).unwrap();
    assert_eq!(desk.handle.queue().blob(&digest).unwrap(), bytes);
    let picture = Attachment {
        digest: digest.as_str().into(),
        name: "AI.png".into(),
        mime: "image/png".into(),
        size_bytes: bytes.len() as u64,
        width_px: 1,
        height_px: 1,
    };
    run(&desk, "图", &picture.to_answer());
    let wanted = CellValue::Attachments([picture].into());
    assert_eq!(cell(&desk, "图"), CellState::Value(wanted));
    let (table, field) = (desk.table("表"), desk.field("表", "审"));
    let (scope, batch) = (AiScope::All, "b".into());
    desk.submit(
        "ann",
        Command::RunAi {
            table,
            field,
            scope,
            batch,
            plan: AiPlan::default(),
        },
    )
    .unwrap();
    let taken = desk.handle.queue().take(1);
    assert_eq!(&*taken[0].call.pictures[0].digest, digest);
    let desk = desk.reopened();
    assert_eq!(
        desk.handle.queue().take(9)[0].call.pictures,
        taken[0].call.pictures
    );
}

/// What a model says is a value: no formula, no link, nothing that another cell computes from unasked.
#[test]
fn answers_are_values() {
    let desk = start();
    make(&desk, "译=AI.TRANSLATE([名],\"英语\")", None);
    for said in [
        "=1+1",
        "=HYPERLINK(\"http://evil.example\",\"x\")",
        "{图片:http://evil.example/x.png}",
        "@SUM(1)",
    ] {
        desk.attempt(&format!("ann set 表 r1 名 {}", said.len()))
            .unwrap();
        run(&desk, "译", said);
        assert_eq!(cell(&desk, "译"), CellState::Value(CellValue::text(said)));
    }
}
