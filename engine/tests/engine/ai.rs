//! The life of AI cells, with answers made by hand.

use crate::desk::{Desk, answer, new_field};
use engine::*;

const START: &str = "> ann table 表 名 译=AI.TRANSLATE([名],\"英语\")
     schema
     > ann add 表 杯
     +1
     > ann add 表 壶
     +1
     > ann add 表 杯
     +1";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.check(START);
    desk
}

#[test]
fn a_run_asks_each_text_once_and_fills_every_cell() {
    let desk = desk();
    let (table, field) = (desk.table("表"), desk.field("表", "译"));
    let estimate = desk
        .handle
        .queue()
        .estimate(table, field, &AiScope::Empty, &AiPlan::default())
        .unwrap();
    assert_eq!(
        (estimate.n_records, estimate.n_calls, estimate.n_cached),
        (3, 2, 0)
    );
    desk.check(
        "> ann run 表 译 empty b1
         译.r1=…[Queued], 译.r2=…[Queued], 译.r3=…[Queued]
         > ann take 1
         took 杯#0
         > ann show 表
         r1 | 杯 | …[Running]
         r2 | 壶 | …[Queued]
         r3 | 杯 | …[Running]",
    );
    assert_eq!(desk.handle.queue().batches()[0].n_total, 2);
    let desk = desk.reopened();
    desk.check(
        "> ann answer T:
         译.r1=…[Running], 译.r2=…[Running], 译.r3=…[Running], 译.r1=T:杯[Ok], 译.r2=T:壶[Ok], 译.r3=T:杯[Ok]
         > ann add 表 壶
         +1
         > ann run 表 译 empty b2
         译.r4=T:壶[Ok]
         > ann take 5
         took
         > ann undogroup b1
         译.r1=, 译.r2=, 译.r3=
         > ann run 表 译 all b3
         译.r1=T:杯[Ok], 译.r2=T:壶[Ok], 译.r3=T:杯[Ok]",
    );
    let estimate = desk
        .handle
        .queue()
        .estimate(table, field, &AiScope::All, &AiPlan::default())
        .unwrap();
    assert_eq!(
        (estimate.n_records, estimate.n_calls, estimate.n_cached),
        (4, 0, 4)
    );
}

#[test]
fn changed_inputs_make_stale_and_hands_lock() {
    desk().check(
        "> ann run 表 译 empty b1
         译.r1=…[Queued], 译.r2=…[Queued], 译.r3=…[Queued]
         > ann answer T:
         译.r1=…[Running], 译.r2=…[Running], 译.r3=…[Running], 译.r1=T:杯[Ok], 译.r2=T:壶[Ok], 译.r3=T:杯[Ok]
         > bob set 表 r1 名 盆
         名.r1=盆, 译.r1=T:杯[Stale]
         > bob set 表 r1 名 壶
         名.r1=壶, 译.r1=T:壶[Ok]
         > bob set 表 r2 名 碗
         名.r2=碗, 译.r2=T:壶[Stale]
         > bob set 表 r3 译 cup
         译.r3=cup[Locked]
         > bob set 表 r3 名 碟
         名.r3=碟
         > ann run 表 译 stale b2
         译.r2=T:壶[Queued]
         > ann run 表 译 r3 b2

         > ann answer fail:provider_auth
         译.r2=T:壶[Running], 译.r2=T:壶[Failed provider_auth]
         > ann run 表 译 failed b3
         译.r2=T:壶[Queued]
         > ann cancel b3
         译.r2=T:壶[Stale]
         > ann take 9
         took
         > bob set 表 r3 译 -
         译.r3=
         > ann show 表
         r1 | 壶 | T:壶[Ok]
         r2 | 碗 | T:壶[Stale]
         r3 | 碟 |",
    );
}

#[test]
fn an_edit_while_a_call_is_in_flight_drops_its_answer_but_keeps_it_stored() {
    desk().check(
        "> ann run 表 译 r1 b1
         译.r1=…[Queued]
         > ann take 1
         took 杯#0
         > bob set 表 r1 名 碟
         名.r1=碟, 译.r1=[Stale]
         > bob set 表 r2 名 盘
         名.r2=盘",
    );
}

#[test]
fn late_answers_are_stored_for_the_next_cell() {
    let desk = desk();
    desk.check("> ann run 表 译 r1 b1\n 译.r1=…[Queued]");
    let taken = desk.handle.queue().take(1);
    desk.check("> bob set 表 r1 名 碟\n 名.r1=碟, 译.r1=[Stale]");
    desk.handle
        .queue()
        .settle(vec![answer(&taken[0], "T:")], vec![])
        .unwrap();
    desk.check(
        "> ann show 表
         r1 | 碟 | [Stale]
         r2 | 壶 |
         r3 | 杯 |
         > ann run 表 译 r3 b2
         译.r3=T:杯[Ok]
         > bob set 表 r1 名 杯
         名.r1=杯, 译.r1=T:杯[Ok]",
    );
}

#[test]
fn auto_fields_and_chains_ask_by_themselves() {
    Desk::new().check(
        "> ann table 表 名 译~AI.TRANSLATE([名],\"英语\") 再=AI.TRANSLATE([译],\"英语\")
         schema
         > ann add 表 杯
         +1
         > ann run 表 再 empty b1
         再.r1=…[Queued]
         > ann answer T:
         译.r1=…[Running], 译.r1=T:杯[Ok], 再.r1=…[Queued]
         > ann answer U:
         再.r1=…[Running], 再.r1=U:T:杯[Ok]
         > ann set 表 r1 名 壶
         名.r1=壶, 译.r1=T:杯[Queued], 再.r1=U:T:杯[Stale]
         > ann answer T:
         译.r1=T:杯[Running], 译.r1=T:壶[Ok]
         > ann show 表
         r1 | 壶 | T:壶[Ok] | U:T:杯[Stale]",
    );
}

#[test]
fn undoing_a_run_or_dropping_its_field_pays_for_nothing() {
    desk().check(
        "> ann run 表 译 empty b1
         译.r1=…[Queued], 译.r2=…[Queued], 译.r3=…[Queued]
         > ann undo
         译.r1=, 译.r2=, 译.r3=
         > ann take 9
         took
         > ann run 表 译 empty b2
         译.r1=…[Queued], 译.r2=…[Queued], 译.r3=…[Queued]
         > ann dropfield 表 译
         schema
         > ann take 9
         took",
    );
}

/// Answers of two batches that arrive together are still two steps for undo.
#[test]
fn batches_that_settle_together_are_undone_apart() {
    desk().check(
        "> ann run 表 译 r1 b1
         译.r1=…[Queued]
         > ann run 表 译 r2 b2
         译.r2=…[Queued]
         > ann answer T:
         译.r1=…[Running], 译.r2=…[Running], 译.r1=T:杯[Ok], 译.r2=T:壶[Ok]
         > bob undogroup b1
         译.r1=
         > ann show 表
         r1 | 杯 |
         r2 | 壶 | T:壶[Ok]
         r3 | 杯 |
         > bob redo
         译.r1=T:杯[Ok]",
    );
}

/// What the job panel shows of each batch: state, done, failed, filled from stored answers, of, why.
fn batches(desk: &Desk) -> Vec<String> {
    let batches = desk.handle.queue().batches().into_iter();
    batches
        .map(|one| {
            let BatchStatus { batch, state, .. } = &one;
            let (done, failed, cached) = (one.n_done, one.n_failed, one.n_cached);
            let reason = one.reason.as_deref().unwrap_or("-");
            let field = one.field.is_some();
            format!(
                "{batch} {state:?} {done}+{failed}+{cached} of {} {reason} {field}",
                one.n_total
            )
        })
        .collect()
}

/// Each click on “run” is a batch that ends: failed where every call failed, done where some were answered or
/// nothing had to be asked at all.
#[test]
fn every_run_is_a_batch_that_ends_as_it_went() {
    let desk = desk();
    desk.check(
        "> ann run 表 译 empty b1
         译.r1=…[Queued], 译.r2=…[Queued], 译.r3=…[Queued]
         > ann answer fail:wrong_key
         译.r1=…[Running], 译.r2=…[Running], 译.r3=…[Running], 译.r1=[Failed wrong_key], 译.r2=[Failed wrong_key], 译.r3=[Failed wrong_key]",
    );
    assert_eq!(batches(&desk), ["b1 Failed 0+2+0 of 2 wrong_key true"]);
    desk.check(
        "> ann run 表 译 r1 b2
         译.r1=…[Queued]
         > ann answer T:
         译.r1=…[Running], 译.r1=T:杯[Ok]
         > ann run 表 译 failed b3
         译.r2=…[Queued], 译.r3=T:杯[Ok]
         > ann answer T:
         译.r2=…[Running], 译.r2=T:壶[Ok]
         > ann run 表 译 all b4

         > ann add 表 壶
         +1
         > ann run 表 译 empty b5
         译.r4=T:壶[Ok]
         > ann run 表 译 empty b6
        ",
    );
    assert_eq!(
        batches(&desk),
        [
            "b6 Done 0+0+0 of 0 - true",
            "b5 Done 0+0+1 of 0 - true",
            "b4 Done 0+0+0 of 0 - true",
            "b3 Done 1+0+1 of 1 - true",
            "b2 Done 1+0+0 of 1 - true",
            "b1 Failed 0+2+0 of 2 wrong_key true",
        ]
    );
}

/// The model that a field names is the one that is asked, and the one on the price tag.
#[test]
fn a_field_with_a_model_of_its_own_asks_that_one() {
    let desk = desk();
    let table = desk.table("表");
    let mut field = new_field("法=AI.TRANSLATE([名],\"法语\")");
    if let NewFieldType::Formula(formula) = &mut field.field_type {
        formula.ai.as_mut().unwrap().model = "千问".into();
    }
    let made = desk.submit(
        "ann",
        Command::CreateField {
            table,
            field,
            at: None,
        },
    );
    let field = made.unwrap().result.fields[0];
    let estimate = desk
        .handle
        .queue()
        .estimate(table, field, &AiScope::Empty, &AiPlan::default());
    assert_eq!(estimate.unwrap().model, "千问");
    desk.check("> ann run 表 法 r1 b1\n 法.r1=…[Queued]");
    desk.check("> ann run 表 译 r1 b2\n 译.r1=…[Queued]");
    let taken = desk.handle.queue().take(9);
    let mut models: Vec<&str> = taken.iter().map(|one| one.call.model.as_str()).collect();
    models.sort();
    assert_eq!(models, ["offline-trial", "千问"]);
}
