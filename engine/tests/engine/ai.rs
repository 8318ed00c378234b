//! The life of AI cells, with answers made by hand.

use crate::desk::{Desk, answer};
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
        .estimate(table, field, &AiScope::Empty)
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
        .estimate(table, field, &AiScope::All)
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
