//! Runs that are narrowed, offers beside edited cells, approval, trials of other formulas, batches over restarts.

use crate::desk::{Desk, answer};
use engine::*;
use table::{
    ai::{AiState, Answer},
    id::RecordId,
};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 名 数:number 译=AI.TRANSLATE([名],\"英语\")
         schema
         > ann add 表 杯 1
         +1
         > ann add 表 壶 2
         +1
         > ann add 表 盆 3
         +1",
    );
    desk
}

fn run(desk: &Desk, scope: AiScope, plan: AiPlan, batch: &str) -> Receipt {
    let command = Command::RunAi {
        table: desk.table("表"),
        field: desk.field("表", "译"),
        scope,
        batch: batch.into(),
        plan,
    };
    desk.submit("ann", command).unwrap()
}

fn review(desk: &Desk, record: u64, verdict: AiVerdict) {
    let command = Command::ReviewAi {
        table: desk.table("表"),
        field: desk.field("表", "译"),
        records: vec![RecordId(record)],
        verdict,
    };
    desk.submit("ann", command).unwrap();
}

/// Answers everything that waits.
fn settle(desk: &Desk, change: impl Fn(Answer) -> Answer) {
    let queue = desk.handle.queue();
    let taken = queue.take(100);
    let answers = taken
        .iter()
        .map(|taken| change(answer(taken, "T:")))
        .collect();
    queue.settle(answers, Vec::new()).unwrap();
}

/// State and who approved, by record.
fn notes(desk: &Desk) -> Vec<Option<(AiState, Option<String>, usize)>> {
    let snapshot = desk.handle.snapshot();
    let table = desk.table("表");
    let column = snapshot
        .schema
        .field(desk.field("表", "译"))
        .unwrap()
        .1
        .column;
    let segment = &snapshot.data(table).unwrap().segments[0];
    let cells = segment.column(column);
    let note = |at: usize| cells.as_ref().and_then(|cells| cells.note(at).cloned());
    (0..segment.len())
        .map(|at| {
            note(at).map(|note| {
                (
                    note.state,
                    note.by.as_ref().map(|by| by.to_string()),
                    note.keys.len(),
                )
            })
        })
        .collect()
}

#[test]
fn a_condition_leaves_records_out_and_says_so() {
    let desk = desk();
    let plan = AiPlan {
        only_if: Some("[数]>1".into()),
        ..AiPlan::default()
    };
    let estimate = desk
        .handle
        .queue()
        .estimate(
            desk.table("表"),
            desk.field("表", "译"),
            &AiScope::Empty,
            &plan,
        )
        .unwrap();
    assert_eq!(
        (estimate.n_records, estimate.n_left_out, estimate.n_calls),
        (2, 1, 2)
    );
    assert!(estimate.chars_inputs.n_wide >= 2, "{estimate:?}");
    run(&desk, AiScope::Empty, plan, "b1");
    let states: Vec<AiState> = notes(&desk)
        .into_iter()
        .map(|note| note.unwrap().0)
        .collect();
    assert_eq!(states, [AiState::Skipped, AiState::Queued, AiState::Queued]);
    let wrong = AiPlan {
        only_if: Some("[没有]>1".into()),
        ..AiPlan::default()
    };
    let refused = desk.handle.queue().estimate(
        desk.table("表"),
        desk.field("表", "译"),
        &AiScope::Empty,
        &wrong,
    );
    assert_eq!(refused.unwrap_err().code, "formula_error");
}

#[test]
fn an_edited_cell_keeps_its_text_while_an_answer_is_offered() {
    let desk = desk();
    desk.prepare("ann set 表 r1 译 手写");
    run(&desk, AiScope::All, AiPlan::default(), "b1");
    assert_eq!(
        notes(&desk)[0],
        Some((AiState::Locked, None, 0)),
        "not asked without being told to"
    );
    let plan = AiPlan {
        with_locked: true,
        ..AiPlan::default()
    };
    run(&desk, AiScope::Records(vec![RecordId(1)]), plan, "b2");
    settle(&desk, |answer| answer);
    assert_eq!(notes(&desk)[0], Some((AiState::Locked, None, 1)));
    assert!(desk.show("表").contains("手写"), "{}", desk.show("表"));
    review(&desk, 1, AiVerdict::Accept);
    assert!(desk.show("表").contains("T:杯"), "{}", desk.show("表"));
    let (state, by, _) = notes(&desk)[0].clone().unwrap();
    assert_eq!(state, AiState::Ok);
    assert!(by.unwrap().contains("ann"));
    // The approval goes with the answer that it was about.
    desk.prepare("ann set 表 r1 名 锅");
    assert_eq!(notes(&desk)[0].clone().unwrap().0, AiState::Stale);
}

#[test]
fn a_broken_rule_is_to_be_looked_at_over_restarts_and_approved() {
    let desk = desk();
    run(&desk, AiScope::Empty, AiPlan::default(), "b1");
    settle(&desk, |mut answer| {
        answer.provenance.review = Some("too_long".into());
        answer
    });
    assert_eq!(notes(&desk)[1].clone().unwrap().0, AiState::NeedsReview);
    let desk = desk.reopened();
    // A new record with the same text takes the same answer, with the same doubt.
    desk.prepare("ann add 表 壶 9");
    run(&desk, AiScope::Empty, AiPlan::default(), "b2");
    assert_eq!(notes(&desk)[3].clone().unwrap().0, AiState::NeedsReview);
    review(&desk, 2, AiVerdict::Approve);
    let (state, by, _) = notes(&desk)[1].clone().unwrap();
    assert_eq!((state, by.is_some()), (AiState::Ok, true));
}

#[test]
fn what_was_tried_is_not_asked_again() {
    let desk = desk();
    let (table, field) = (desk.table("表"), desk.field("表", "译"));
    let queue = desk.handle.queue();
    let plan = AiPlan {
        sample: Some(2),
        ..AiPlan::default()
    };
    let records = queue.records(table, field, &AiScope::Empty, &plan).unwrap();
    assert_eq!(records.len(), 2);
    let formulas = vec![String::new(), "AI.TRANSLATE([名],\"日语\")".to_owned()];
    let command = Command::TryAi {
        table,
        field,
        records: records.clone(),
        formulas: formulas.clone(),
        batch: "try".into(),
    };
    assert_eq!(desk.submit("ann", command).unwrap().result.n_calls, 4);
    settle(&desk, |answer| answer);
    let tried = queue.tried(table, field, &records, &formulas).unwrap();
    assert_eq!(tried.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    assert!(notes(&desk).iter().all(Option::is_none), "no cell changed");
    let whole = run(&desk, AiScope::Empty, AiPlan::default(), "b1");
    assert_eq!((whole.result.n_calls, whole.result.n_cached), (1, 2));
}

#[test]
fn a_paused_batch_stands_still_over_restarts_and_its_progress_never_goes_back() {
    let desk = desk();
    let told = BatchEstimate {
        n_calls: 3,
        cost_high_micros: 9,
        currency: "CNY".into(),
        ..BatchEstimate::default()
    };
    let plan = AiPlan {
        cap_micros: Some(5),
        estimate: Some(told.clone()),
        ..AiPlan::default()
    };
    run(&desk, AiScope::Empty, plan, "b1");
    let queue = desk.handle.queue();
    let first = queue.reserve(1);
    assert_eq!(
        (first[0].actor.contains("ann"), first[0].cap_micros),
        (true, Some(5))
    );
    queue
        .settle(vec![answer(&first[0], "T:")], Vec::new())
        .unwrap();
    queue
        .change_batch("b1", BatchChange::Pause("budget_reached".into()))
        .unwrap();
    assert!(queue.reserve(5).is_empty());
    let desk = desk.reopened();
    let queue = desk.handle.queue();
    let batch = queue.batches().remove(0);
    assert_eq!(
        (batch.state, batch.n_done, batch.n_total),
        (BatchState::Paused, 1, 3)
    );
    assert_eq!(
        (batch.estimate, batch.paused.as_deref()),
        (Some(told), Some("budget_reached"))
    );
    assert!(queue.reserve(5).is_empty());
    queue
        .change_batch(
            "b1",
            BatchChange::Resume {
                cap_micros: Some(50),
            },
        )
        .unwrap();
    let rest = queue.reserve(5);
    assert_eq!((rest.len(), rest[0].cap_micros), (2, Some(50)));
}

#[test]
fn what_was_on_its_way_at_a_crash_is_a_line_with_its_likely_cost() {
    let desk = desk();
    run(&desk, AiScope::Empty, AiPlan::default(), "b1");
    let queue = desk.handle.queue();
    let taken = queue.reserve(2);
    let sending = |key| Sending {
        key,
        provider: "p".into(),
        model: "m".into(),
        at_ms: 7,
        tokens_in: 30,
        cost_micros: 60,
        currency: "CNY".into(),
    };
    assert!(queue.sending(taken.iter().map(|taken| sending(taken.call.key)).collect()));
    // One of them goes back unsent: nobody has to wonder about it.
    queue.unsent(vec![taken[1].call.key]);
    drop(queue);
    let desk = desk.reopened();
    let lines = desk
        .handle
        .reader()
        .ledger(&LedgerQuery {
            limit: 10,
            ..LedgerQuery::default()
        })
        .unwrap();
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(
        (
            line.attempt.outcome.as_str(),
            line.attempt.unknown_outcome,
            line.attempt.cost_micros
        ),
        ("unknown", true, 60)
    );
    assert_eq!(
        (line.attempt.batch.as_str(), line.field),
        ("b1", Some(desk.field("表", "译")))
    );
    assert!(line.actor.contains("ann"), "{}", line.actor);
    let spent = desk.handle.queue().spent();
    assert_eq!(
        (spent.len(), spent[0].cost_micros, spent[0].field),
        (1, 60, line.field)
    );
    assert_eq!(desk.handle.queue().batches()[0].n_unknown, 1);
    assert_eq!(
        desk.handle.queue().reserve(9).len(),
        3,
        "all of them are in line again"
    );
}
