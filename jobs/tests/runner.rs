//! The runner of AI calls against a scripted model and a queue in memory, in the runtime's paused time.
#![allow(clippy::unwrap_used)]

use connectors::model::{
    AskError,
    profile::Prices,
    scripted::{ScriptedModel, Turn},
};
use jobs::{
    AiRunner, Provider, ProviderSet,
    ai::call_source::fake::{FakeSource, call, key},
    limits,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::Instant;

struct World {
    source: Arc<FakeSource>,
    model: Arc<ScriptedModel>,
    providers: Arc<ProviderSet>,
    runner: AiRunner,
}

fn prices() -> Prices {
    Prices {
        currency: "CNY".into(),
        price_in: 1.0,
        price_out: 2.0,
        price_cached: None,
        price_image: None,
    }
}

/// `prepare` fills the queue before the runner starts.
fn world(model: ScriptedModel, prepare: impl FnOnce(&FakeSource)) -> World {
    let source = Arc::new(FakeSource::default());
    prepare(&source);
    let model = Arc::new(model);
    let providers = Arc::new(ProviderSet::new());
    providers.put(Provider::new("scripted", "m-1", model.clone(), prices()));
    let runner = AiRunner::start(
        source.clone(),
        providers.clone(),
        Arc::new(|| 1_700_000_000_000),
    );
    World {
        source,
        model,
        providers,
        runner,
    }
}

impl World {
    /// Until so many calls are settled; fails after an hour of the runtime's time.
    async fn settled(&self, n: usize) {
        let deadline = Instant::now() + Duration::from_secs(3600);
        while self.source.answers().len() + self.source.failures().len() < n {
            assert!(
                Instant::now() < deadline,
                "not settled: {:?}",
                self.source.failures()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn reasons(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for reason in self.source.failures().into_values() {
            *counts.entry(reason).or_default() += 1;
        }
        counts
    }
}

fn texts(n: u32) -> impl Iterator<Item = table::ai::AiCall> {
    (0..n).map(|n| call(n, "scripted", &format!("item {n}")))
}

fn server_error() -> Turn {
    Turn::Fail(AskError::ServerError {
        status: 500,
        detail: "oops".into(),
    })
}

fn rate_limited(retry_after_ms: Option<u64>) -> Turn {
    Turn::Fail(AskError::RateLimited {
        retry_after_ms,
        detail: "slow".into(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_whole_queue_is_answered_once_each_with_provenance_and_ledger() {
    let world = world(ScriptedModel::new(), |source| {
        source.queue("b1", texts(300))
    });
    world.settled(300).await;
    let asked = world.model.asked();
    let distinct: std::collections::BTreeSet<_> = asked.iter().collect();
    assert_eq!(
        (asked.len(), distinct.len()),
        (300, 300),
        "no key is asked twice"
    );
    let answers = world.source.answers();
    let answer = &answers[&key(7)];
    assert_eq!(answer.text, "item 7!");
    let provenance = &answer.provenance;
    assert_eq!(
        (provenance.provider.as_str(), provenance.model.as_str()),
        ("scripted", "scripted")
    );
    assert_eq!((provenance.tokens_in, provenance.tokens_out), (6, 7));
    assert_eq!(
        (provenance.cost_micros, provenance.currency.as_str()),
        (6 + 14, "CNY")
    );
    assert_eq!(
        (provenance.n_attempts, provenance.offline_trial),
        (1, false)
    );
    let attempts = world.source.attempts();
    assert_eq!(attempts.len(), 300);
    assert!(
        attempts
            .iter()
            .all(|attempt| attempt.outcome == "ok" && attempt.batch == "b1")
    );
    assert_eq!(
        attempts
            .iter()
            .map(|attempt| attempt.cost_micros)
            .sum::<u64>(),
        answers
            .values()
            .map(|answer| answer.provenance.cost_micros)
            .sum::<u64>()
    );
    world.runner.stop().await;
}

#[tokio::test(start_paused = true)]
async fn commits_are_shared() {
    let slow = Turn::SayAfter(Duration::from_millis(50), "x".into());
    let world = world(ScriptedModel::new().otherwise(slow), |source| {
        source.queue("b1", texts(400))
    });
    world.settled(400).await;
    let commits = world.source.commits();
    assert!(
        commits.len() < 100,
        "{} commits for 400 answers",
        commits.len()
    );
    assert!(
        commits
            .iter()
            .all(|(answers, _)| *answers <= limits::ANSWERS_PER_COMMIT)
    );
}

#[tokio::test(start_paused = true)]
async fn concurrency_grows_with_success_and_stays_bounded() {
    let slow = Turn::SayAfter(Duration::from_millis(100), "x".into());
    let world = world(ScriptedModel::new().otherwise(slow), |source| {
        source.queue("b1", texts(2_000))
    });
    world.settled(2_000).await;
    assert_eq!(world.model.most_running(), limits::MAX_PARALLEL as usize);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_costs_one_call() {
    let cases = [
        AskError::WrongKey {
            detail: "no".into(),
        },
        AskError::ModelNotFound {
            detail: "no".into(),
        },
    ];
    for error in cases {
        let code = error.code().to_owned();
        let model = ScriptedModel::new().otherwise(Turn::Fail(error));
        let world = world(model, |source| source.queue("b1", texts(5_000)));
        world.settled(5_000).await;
        assert_eq!(world.model.n_asked(), 1, "{code}");
        assert_eq!(world.reasons(), [(code.clone(), 5_000)].into());
        // Another click tries again, with one call again.
        world
            .source
            .queue("b2", (9_000..9_010).map(|n| call(n, "scripted", "again")));
        world.settled(5_010).await;
        assert_eq!(world.model.n_asked(), 2, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mended_provider_works_on_the_next_click() {
    let model = ScriptedModel::new().then([Turn::Fail(AskError::WrongKey {
        detail: "no".into(),
    })]);
    let world = world(model, |source| source.queue("b1", texts(10)));
    world.settled(10).await;
    world
        .source
        .queue("b2", (100..110).map(|n| call(n, "scripted", "again")));
    world.settled(20).await;
    assert_eq!(world.source.answers().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn failures_are_tried_again_after_growing_pauses_then_given_up() {
    let started = Instant::now();
    let model = ScriptedModel::new().otherwise(server_error());
    let world = world(model, |source| source.queue("b1", texts(1)));
    world.settled(1).await;
    assert_eq!(world.model.n_asked(), limits::MAX_TRIES as usize);
    // Four pauses of 1, 2, 4 and 8 seconds, each between half and whole.
    let took = started.elapsed().as_secs_f64();
    assert!((7.5..16.0).contains(&took), "{took}");
    assert_eq!(world.reasons(), [("server_error".to_owned(), 1)].into());
    assert_eq!(
        world.source.attempts().len(),
        limits::MAX_TRIES as usize,
        "each attempt is in the ledger"
    );
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_leaves_no_trace_but_in_the_ledger() {
    let model = ScriptedModel::new().when(
        "item 3",
        [
            server_error(),
            Turn::Fail(AskError::Stalled { limit_ms: 9 }),
        ],
    );
    let world = world(model, |source| source.queue("b1", texts(10)));
    world.settled(10).await;
    assert_eq!(world.source.answers().len(), 10);
    assert_eq!(world.source.answers()[&key(3)].provenance.n_attempts, 3);
    let outcomes: Vec<String> = world
        .source
        .attempts()
        .into_iter()
        .filter(|attempt| attempt.key == key(3))
        .map(|attempt| attempt.outcome)
        .collect();
    assert_eq!(outcomes, ["server_error", "stalled", "ok"]);
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_respected_with_one_probe() {
    let started = Instant::now();
    let model = ScriptedModel::new().then([rate_limited(Some(30_000))]);
    let world = world(model, |source| source.queue("b1", texts(20)));
    tokio::time::sleep(Duration::from_secs(29)).await;
    assert_eq!(world.model.n_asked(), 1, "nobody asks during the pause");
    world.settled(20).await;
    assert!(started.elapsed() >= Duration::from_secs(30));
    assert_eq!(world.source.answers().len(), 20);
    assert_eq!(world.model.n_asked(), 21);
}

#[tokio::test(start_paused = true)]
async fn endless_refusals_end_with_a_reason() {
    let world = world(
        ScriptedModel::new().otherwise(rate_limited(None)),
        |source| source.queue("b1", texts(100)),
    );
    world.settled(100).await;
    assert_eq!(world.reasons(), [("rate_limited".to_owned(), 100)].into());
    assert!(
        world.model.n_asked() <= limits::WAITS_IN_A_ROW as usize,
        "{}",
        world.model.n_asked()
    );
}

#[tokio::test(start_paused = true)]
async fn a_dead_provider_is_given_up_before_every_row_was_tried() {
    let world = world(ScriptedModel::new().otherwise(server_error()), |source| {
        source.queue("b1", texts(3_000))
    });
    world.settled(3_000).await;
    assert!(world.model.n_asked() <= limits::FAILURES_IN_A_ROW as usize);
    assert_eq!(world.reasons(), [("server_error".to_owned(), 3_000)].into());
}

#[tokio::test(start_paused = true)]
async fn one_bad_row_fails_alone() {
    let filtered = Turn::Fail(AskError::ContentFiltered {
        detail: "no".into(),
    });
    let world = world(ScriptedModel::new().when("item 5", [filtered]), |source| {
        source.queue("b1", texts(50))
    });
    world.settled(50).await;
    assert_eq!(world.reasons(), [("content_filtered".to_owned(), 1)].into());
    assert_eq!(world.model.n_asked(), 50, "it is not tried again");
}

#[tokio::test(start_paused = true)]
async fn leftover_chinese_is_sent_back_once_with_the_rule() {
    let model = ScriptedModel::new()
        .then([Turn::Say("rose gold 鲨鱼夹".into())])
        .otherwise(Turn::Say("claw clip".into()));
    let first = world(model, |source| {
        source.queue("b1", [call(1, "scripted", "玫瑰金鲨鱼夹")])
    });
    first.settled(1).await;
    let asked = first.model.asked();
    assert_eq!(asked.len(), 2);
    assert!(
        asked[1].starts_with("玫瑰金鲨鱼夹\n\n") && asked[1].contains("鲨鱼夹)"),
        "{}",
        asked[1]
    );
    let answer = first.source.answers()[&key(1)].clone();
    assert_eq!(
        (answer.text.as_str(), answer.provenance.n_attempts),
        ("claw clip", 2)
    );
    let paid: u64 = first
        .source
        .attempts()
        .iter()
        .map(|attempt| attempt.cost_micros)
        .sum();
    assert_eq!(
        answer.provenance.cost_micros, paid,
        "both calls are in the price of the answer"
    );

    let stubborn = ScriptedModel::new().otherwise(Turn::Say("还是中文".into()));
    let second = world(stubborn, |source| {
        source.queue("b1", [call(1, "scripted", "鲨鱼夹")])
    });
    second.settled(1).await;
    assert_eq!(second.model.n_asked(), 2);
    assert_eq!(
        second.reasons(),
        [("leftover_chinese".to_owned(), 1)].into()
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_under_way_is_not_asked_again() {
    let slow = Turn::SayAfter(Duration::from_secs(5), "x".into());
    let world = world(ScriptedModel::new().otherwise(slow), |source| {
        source.queue(
            "b1",
            [
                call(1, "scripted", "a"),
                call(1, "scripted", "a"),
                call(2, "scripted", "b"),
            ],
        );
        source.queue("b2", [call(1, "scripted", "a")]);
    });
    world.settled(2).await;
    world.runner.stop().await;
    assert_eq!(world.model.n_asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_batch_stops_within_a_second_and_others_go_on() {
    let world = world(
        ScriptedModel::new()
            .otherwise(Turn::Hang)
            .when("other", [Turn::Say("y".into())]),
        |source| {
            source.queue("b1", texts(50));
        },
    );
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(world.model.n_asked(), 1);
    world.source.cancel("b1");
    world.source.queue("b2", [call(900, "scripted", "other")]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        world.source.answers().len(),
        1,
        "the place of the cancelled question is free"
    );
    assert_eq!(world.model.n_asked(), 2);
    assert_eq!(world.source.attempts()[0].outcome, "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_cap_stops_its_batch_with_few_calls_over() {
    let source = Arc::new(FakeSource::default());
    let model = Arc::new(ScriptedModel::new().otherwise(Turn::Say("12345".into())));
    let providers = Arc::new(ProviderSet::new());
    providers.put(Provider::new("scripted", "m", model.clone(), prices()));
    let runner = AiRunner::start(source.clone(), providers.clone(), Arc::new(|| 0));
    // A call costs 6 + 2 × 5 millionths, or one more for longer names.
    runner.budgets().set_cap("b1", 160);
    source.queue("b1", texts(500));
    let world = World {
        source,
        model,
        providers,
        runner,
    };
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(
        (10..=10 + limits::START_PARALLEL as usize * 2).contains(&world.model.n_asked()),
        "{}",
        world.model.n_asked()
    );
    assert_eq!(
        world.source.paused(),
        [("b1".to_owned(), "budget_reached".to_owned())].into()
    );
    assert!(world.source.failures().is_empty(), "nothing is lost by it");
    assert_eq!(
        world.source.n_taken(),
        0,
        "what waits is in the queue again"
    );
    // With a higher cap it goes on to its end, and asks nothing twice.
    world.runner.budgets().set_cap("b1", 1_000_000);
    world.source.resume("b1");
    world.settled(500).await;
    assert_eq!(world.model.n_asked(), 500);
}

#[tokio::test(start_paused = true)]
async fn an_empty_account_pauses_its_batch_after_one_call() {
    let model = ScriptedModel::new().then([Turn::Fail(AskError::BalanceExhausted {
        detail: "no".into(),
    })]);
    let world = world(model, |source| source.queue("b1", texts(5_000)));
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(world.model.n_asked(), 1);
    assert_eq!(
        world.source.paused(),
        [("b1".to_owned(), "balance_exhausted".to_owned())].into()
    );
    assert!(world.source.failures().is_empty());
    assert_eq!(world.source.attempts()[0].outcome, "balance_exhausted");
    // Topped up: the same batch goes on.
    world.source.resume("b1");
    world.settled(5_000).await;
    assert_eq!(world.source.answers().len(), 5_000);
}

#[tokio::test(start_paused = true)]
async fn what_goes_out_was_marked_with_its_likely_cost_before() {
    let world = world(ScriptedModel::new(), |source| source.queue("b1", texts(50)));
    world.settled(50).await;
    let sent = world.source.sent();
    assert_eq!(sent.len(), 50);
    assert!(sent.iter().all(|one| one.provider == "scripted"
        && one.model == "m-1"
        && one.tokens_in > 0
        && one.cost_micros == one.tokens_in));
}

#[tokio::test(start_paused = true)]
async fn answers_survive_a_base_that_takes_none_for_a_while() {
    let world = world(ScriptedModel::new(), |source| {
        source.refuse_commits(5);
        source.queue("b1", texts(40));
    });
    world.settled(40).await;
    assert_eq!(world.source.answers().len(), 40);
    assert_eq!(world.model.n_asked(), 40, "nothing is paid for twice");
}

#[tokio::test(start_paused = true)]
async fn the_program_ends_even_if_answers_cannot_be_stored() {
    let full = world(ScriptedModel::new(), |source| {
        source.refuse_commits(u32::MAX);
        source.queue("b1", texts(10));
    });
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(full.model.n_asked(), 10);
    tokio::time::timeout(Duration::from_secs(60), full.runner.stop())
        .await
        .unwrap();

    let closed = world(ScriptedModel::new(), |source| {
        source.close();
        source.queue("b1", texts(10));
    });
    tokio::time::sleep(Duration::from_secs(5)).await;
    tokio::time::timeout(Duration::from_secs(1), closed.runner.stop())
        .await
        .unwrap();
    assert!(closed.source.answers().is_empty());
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_open_questions_and_gives_the_rest_back() {
    let slow = Turn::SayAfter(Duration::from_secs(3), "x".into());
    let world = world(ScriptedModel::new().otherwise(slow), |source| {
        source.queue("b1", texts(100))
    });
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    world.runner.stop().await;
    let n_answered = world.source.answers().len();
    assert_eq!(
        n_answered,
        world.model.n_asked(),
        "each open question was answered and stored"
    );
    assert_eq!(world.source.n_taken(), 0);
    assert_eq!(world.source.n_queued(), 100 - n_answered);
}

#[tokio::test(start_paused = true)]
async fn the_offline_trial_answers_for_free_and_says_so() {
    let world = world(ScriptedModel::new(), |source| {
        source.queue(
            "b1",
            [
                call(1, "", "玫瑰金鲨鱼夹"),
                call(2, "offline-trial", "饕餮手链"),
                call(3, "gone", "x"),
            ],
        );
    });
    world.settled(3).await;
    let answers = world.source.answers();
    assert_eq!(answers[&key(1)].text, "Rose gold claw clip");
    assert_eq!(
        answers[&key(2)].text,
        "饕餮 bracelet",
        "the trial keeps what it does not know"
    );
    let provenance = &answers[&key(1)].provenance;
    assert_eq!(
        (
            provenance.provider.as_str(),
            provenance.offline_trial,
            provenance.cost_micros
        ),
        ("offline-trial", true, 0)
    );
    assert_eq!(world.reasons(), [("no_provider".to_owned(), 1)].into());
    assert_eq!(world.model.n_asked(), 0);
    assert_eq!(world.providers.default_name(), "offline-trial");
}
