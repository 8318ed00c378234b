//! Carries out the AI calls of one base: takes them from the queue, asks, retries, settles.
//!
//! [`AiRunner`] is the door; behind it one task owns all state, questions run as tasks of their own and
//! [`super::settle`] writes outcomes. Laws: a key is never asked twice at a time; every question ends as a
//! line of the ledger; an answer that was paid for is kept until it is stored. Tests: `jobs/tests/runner.rs`.

mod answered;

use super::{
    asking,
    budget::Budgets,
    call_source::CallSource,
    estimate,
    gate::{Pass, Verdict, backoff_ms},
    hold::payer,
    lane::{Lane, Work},
    provider::{Provider, ProviderSet},
    reason,
    settle::{Outcome, Settler},
};
use crate::limits;
use connectors::model::{AskClass, AskError, Reply};
use engine::{Attempt, TakenCall};
use futures_util::FutureExt;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};
use table::ai::CallKey;
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Milliseconds since 1970.
pub type NowMs = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A running runner. Dropping it stops it without waiting; [`AiRunner::stop`] does it in order.
pub struct AiRunner {
    stop: CancellationToken,
    budgets: Arc<Budgets>,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl AiRunner {
    /// Starts within the present tokio runtime.
    pub fn start(
        source: Arc<dyn CallSource>,
        providers: Arc<ProviderSet>,
        now_ms: NowMs,
    ) -> AiRunner {
        let stop = CancellationToken::new();
        let wake = Arc::new(Notify::new());
        let on_queued = wake.clone();
        source.on_queued(Box::new(move || on_queued.notify_one()));
        let asked = Arc::new(Mutex::new(HashSet::new()));
        let (out, outcomes) = mpsc::channel(limits::WAITING_OUTCOMES);
        let settler =
            tokio::spawn(Settler::new(source.clone(), asked.clone(), stop.clone()).run(outcomes));
        let budgets = Arc::new(Budgets::default());
        budgets.load(&source.spent());
        let runner = Runner {
            source,
            providers,
            now_ms,
            budgets: budgets.clone(),
            lanes: BTreeMap::new(),
            asked,
            open: JoinSet::new(),
            batches: BTreeMap::new(),
            out,
            wake,
            stop: stop.clone(),
            is_exhausted: false,
            is_draining: false,
        };
        let task = tokio::spawn(async move {
            runner.run().await;
            // The runner's end of the channel is closed now, so the settler ends when all is stored.
            let _ = settler.await;
        });
        AiRunner {
            stop,
            budgets,
            task: Some(task),
        }
    }

    /// What was spent, and the limits on it.
    pub fn budgets(&self) -> &Arc<Budgets> {
        &self.budgets
    }

    /// Takes no more calls, waits [`STOP_GRACE`] for open questions, stores their answers.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
    }
}

impl Drop for AiRunner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// How long open questions may still be answered when the program ends.
pub const STOP_GRACE: Duration = Duration::from_secs(10);
/// Between looks at a queue that seems empty; the wake-up is the rule, this is for a lost one.
const IDLE_LOOK: Duration = Duration::from_secs(5);
/// Between looks at a gate that the runner of another base fills.
const SHARED_GATE_LOOK: Duration = Duration::from_millis(50);

pub(super) struct Runner {
    pub(super) source: Arc<dyn CallSource>,
    pub(super) providers: Arc<ProviderSet>,
    pub(super) now_ms: NowMs,
    pub(super) budgets: Arc<Budgets>,
    /// By provider name.
    pub(super) lanes: BTreeMap<String, Lane>,
    /// Keys from being taken until being settled.
    pub(super) asked: Arc<Mutex<HashSet<CallKey>>>,
    open: JoinSet<Finished>,
    /// Cancels the open questions of a batch.
    batches: BTreeMap<String, CancellationToken>,
    out: mpsc::Sender<Outcome>,
    wake: Arc<Notify>,
    stop: CancellationToken,
    /// The queue had nothing more when last looked at.
    is_exhausted: bool,
    /// The calls of the last look all belonged to given-up batches.
    is_draining: bool,
}

struct Finished {
    work: Work,
    provider: Arc<Provider>,
    pass: Pass,
    took: Duration,
    /// Absent: cancelled.
    result: Option<Result<Reply, AskError>>,
}

impl Runner {
    async fn run(mut self) {
        let mut cancel_tick = tokio::time::interval(limits::CANCEL_TICK);
        cancel_tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if self.take_more().await && !self.stop.is_cancelled() {
                self.start_ready().await;
                continue;
            }
            let look_again = self.start_ready().await;
            tokio::select! {
                () = self.stop.cancelled() => break,
                Some(finished) = self.open.join_next(), if !self.open.is_empty() => {
                    // The question's own panics are caught, so a join error cannot carry work away.
                    if let Ok(finished) = finished {
                        self.finished(finished).await;
                    }
                    while let Some(Ok(finished)) = self.open.try_join_next() {
                        self.finished(finished).await;
                    }
                }
                () = self.wake.notified() => self.is_exhausted = false,
                () = tokio::time::sleep_until(look_again) => self.is_exhausted = false,
                _ = cancel_tick.tick(), if self.has_work() => self.drop_cancelled().await,
            }
        }
        self.wind_down().await;
    }

    fn has_work(&self) -> bool {
        !self.open.is_empty() || self.lanes.values().any(|lane| lane.n_held() > 0)
    }

    /// How many calls to take now: enough that no place stays free, not so many that they lie around.
    fn n_wanted(&self) -> usize {
        let n_held: usize = self.lanes.values().map(Lane::n_held).sum();
        if self.is_exhausted || n_held >= limits::CALLS_AHEAD {
            return 0;
        }
        if self.is_draining {
            return limits::CALLS_PER_DRAIN;
        }
        let now = Instant::now();
        let (mut n_ready, mut width) = (0, 0);
        for (name, lane) in &self.lanes {
            let Some(provider) = self.providers.find(name) else {
                continue;
            };
            let gate = provider.gate.lock();
            if gate.paused_until(now).is_none() {
                n_ready += lane.n_ready();
                width += gate.width() as usize;
            }
        }
        // Taken calls are marked as on their way: few enough that a crash leaves few of them in doubt.
        let wanted = width / 2 + limits::CALLS_IN_HAND;
        if n_ready * 2 > wanted {
            return 0;
        }
        (wanted - n_ready).min(limits::CALLS_AHEAD - n_held)
    }

    /// True if anything was taken.
    async fn take_more(&mut self) -> bool {
        let n = self.n_wanted();
        if n == 0 {
            return false;
        }
        let source = self.source.clone();
        let taken = tokio::task::spawn_blocking(move || source.take(n)).await;
        let taken = taken.unwrap_or_default();
        self.is_exhausted = taken.len() < n;
        let n_taken = taken.len();
        if !self.mark(&taken).await {
            return false;
        }
        let mut n_refused = 0;
        for one in taken {
            if !self.admit(one).await {
                n_refused += 1;
            }
        }
        self.is_draining = n_taken > 0 && n_refused == n_taken;
        n_taken > 0
    }

    /// Into the lane of its provider; false if it was settled as a failure instead.
    async fn admit(&mut self, taken: TakenCall) -> bool {
        let key = taken.call.key;
        if !self.asked.lock().insert(key) {
            // The same question is under way; its answer serves all cells that wait for the key.
            return true;
        }
        if let Some(cap) = taken.cap_micros {
            self.budgets.set_cap(&taken.batch, cap);
        }
        if let Some(code) = self.limit_reached(&taken) {
            let batch = taken.batch.clone();
            self.pause(&batch, code, Some(Work::new(taken))).await;
            return true;
        }
        let provider = self.providers.find(&taken.call.model);
        let code = match &provider {
            None => reason::NO_PROVIDER,
            Some(provider) => {
                let lane = self.lanes.entry(provider.name.clone()).or_default();
                match lane.halted(&taken.batch, Instant::now()) {
                    Some(code) => code,
                    None => {
                        lane.push(Work::new(taken));
                        return true;
                    }
                }
            }
        };
        self.fail(key, code).await;
        false
    }

    /// Asks whatever may be asked now; says when to look again at the latest.
    async fn start_ready(&mut self) -> Instant {
        let now = Instant::now();
        let mut look_again = now + IDLE_LOOK;
        let names: Vec<String> = self.lanes.keys().cloned().collect();
        for name in names {
            let Some(provider) = self.providers.find(&name) else {
                self.give_up_lane(&name, reason::NO_PROVIDER).await;
                continue;
            };
            let Some(lane) = self.lanes.get_mut(&name) else {
                continue;
            };
            lane.wake_due(now);
            look_again = look_again.min(lane.next_due().unwrap_or(look_again));
            let mut over = None;
            while let Some(work) = lane.peek() {
                let taken = &work.taken;
                if let Some(code) = self.budgets.reached(payer(taken), (self.now_ms)()) {
                    over = Some((taken.batch.clone(), code));
                    break;
                }
                let pass = match provider.gate.lock().enter(now) {
                    Ok(pass) => pass,
                    Err(Some(until)) => {
                        look_again = look_again.min(until);
                        break;
                    }
                    Err(None) => {
                        if self.open.is_empty() {
                            look_again = look_again.min(now + SHARED_GATE_LOOK);
                        }
                        break;
                    }
                };
                if let Some(work) = lane.pop() {
                    let token = self.batches.entry(work.taken.batch.clone()).or_default();
                    let question = question(
                        self.source.clone(),
                        work,
                        provider.clone(),
                        pass,
                        token.clone(),
                    );
                    self.open.spawn(question);
                }
            }
            if let Some((batch, code)) = over {
                self.pause(&batch, code, None).await;
                look_again = now;
            }
        }
        look_again
    }

    async fn finished(&mut self, finished: Finished) {
        let Finished {
            mut work,
            provider,
            pass,
            took,
            result,
        } = finished;
        work.n_calls += 1;
        self.record(&mut work, &provider, took, &result).await;
        match result {
            None => {
                provider.gate.lock().ended(pass);
                self.asked.lock().remove(&work.taken.call.key);
            }
            Some(Ok(reply)) => {
                provider.gate.lock().succeeded(pass);
                self.answered(work, &provider, reply).await;
            }
            Some(Err(error)) => self.not_answered(work, &provider, pass, &error).await,
        }
    }

    /// The ledger's line, and the sums for provenance and budget.
    async fn record(
        &self,
        work: &mut Work,
        provider: &Provider,
        took: Duration,
        result: &Option<Result<Reply, AskError>>,
    ) {
        let call = &work.taken.call;
        let (mut tokens_in, mut tokens_out, mut tokens_cached) = (0, 0, 0);
        let mut is_maybe_charged = result.is_none();
        let outcome = match result {
            None => "cancelled",
            Some(Ok(reply)) => {
                (tokens_in, tokens_out) = estimate::tokens_of(call, reply);
                tokens_cached = reply.tokens_cached;
                "ok"
            }
            Some(Err(error)) => {
                if let AskError::Truncated {
                    tokens_in: n_in,
                    tokens_out: n_out,
                } = error
                {
                    (tokens_in, tokens_out) = (*n_in, *n_out);
                }
                is_maybe_charged = error.maybe_charged();
                error.code()
            }
        };
        let picture = asking::picture_micros(call, provider);
        if provider.offline_trial || picture.is_some() {
            (tokens_in, tokens_out) = (0, 0);
        }
        let unknown_outcome = is_maybe_charged && tokens_in == 0 && !provider.offline_trial;
        if unknown_outcome && picture.is_none() {
            // Nobody knows; the ledger reckons with the likely.
            tokens_in = estimate::prompt_tokens(call);
        }
        let prices = &provider.prices;
        let cost_micros = match picture {
            Some(price) if unknown_outcome || outcome == "ok" => price,
            Some(_) => 0,
            None => prices.cost_micros(tokens_in, tokens_out, tokens_cached),
        };
        let at_ms = (self.now_ms)();
        self.budgets.spend(payer(&work.taken), at_ms, cost_micros);
        let attempt = Attempt {
            key: call.key,
            batch: work.taken.batch.clone(),
            provider: provider.name.clone(),
            model: provider.model.clone(),
            at_ms,
            took_ms: took.as_millis() as u64,
            tokens_in,
            tokens_out,
            cost_micros,
            currency: provider.prices.currency.clone(),
            outcome: outcome.to_owned(),
            unknown_outcome,
        };
        work.tokens_in += tokens_in;
        work.tokens_out += tokens_out;
        work.cost_micros += cost_micros;
        self.send(Outcome::Attempt(attempt)).await;
    }

    async fn not_answered(
        &mut self,
        mut work: Work,
        provider: &Provider,
        pass: Pass,
        error: &AskError,
    ) {
        let now = Instant::now();
        let jitter: f64 = rand::random();
        let verdict = {
            let mut gate = provider.gate.lock();
            match (error.class(), error) {
                (AskClass::PauseAll, _) => {
                    gate.halted(pass);
                    Verdict::GiveUp
                }
                (AskClass::Wait, _) => gate.refused(pass, error.retry_after_ms(), now, jitter),
                (AskClass::Retry, _) | (_, AskError::BadRequest { .. }) => gate.failed(pass),
                (AskClass::FailRow, _) => {
                    // The provider did its work; this row is the matter.
                    gate.succeeded(pass);
                    Verdict::GoOn
                }
            }
        };
        let key = work.taken.call.key;
        if verdict == Verdict::GiveUp {
            let batch = work.taken.batch.clone();
            if let AskError::BalanceExhausted { .. } = error {
                self.pause(&batch, error.code(), Some(work)).await;
                return;
            }
            let rest = self.lane(&provider.name).halt(&batch, error.code(), now);
            self.is_draining = true;
            self.is_exhausted = false;
            self.fail(key, error.code()).await;
            for work in rest {
                self.fail(work.taken.call.key, error.code()).await;
            }
            return;
        }
        let is_given_up = self
            .lane(&provider.name)
            .halted(&work.taken.batch, now)
            .is_some();
        match error.class() {
            AskClass::Wait if !is_given_up => self.lane(&provider.name).push(work),
            AskClass::Retry if !is_given_up && work.n_tries + 1 < limits::MAX_TRIES => {
                work.n_tries += 1;
                let pause = Duration::from_millis(backoff_ms(work.n_tries, jitter));
                self.lane(&provider.name).push_later(now + pause, work);
            }
            _ => self.fail(key, error.code()).await,
        }
    }

    fn lane(&mut self, provider: &str) -> &mut Lane {
        self.lanes.entry(provider.to_owned()).or_default()
    }

    async fn give_up_lane(&mut self, name: &str, code: &str) {
        if let Some(mut lane) = self.lanes.remove(name) {
            for work in lane.drain() {
                self.fail(work.taken.call.key, code).await;
            }
        }
    }

    async fn fail(&self, key: CallKey, code: &str) {
        self.send(Outcome::Failure(key, code.to_owned())).await;
    }

    async fn send(&self, outcome: Outcome) {
        // The settler outlives the runner, so the channel is open.
        let _ = self.out.send(outcome).await;
    }

    /// Forgets the calls of cancelled batches and drops their open questions.
    async fn drop_cancelled(&mut self) {
        let source = self.source.clone();
        let cancelled = tokio::task::spawn_blocking(move || source.cancelled()).await;
        let cancelled: BTreeSet<String> = cancelled.unwrap_or_default().into_iter().collect();
        for batch in &cancelled {
            if let Some(token) = self.batches.remove(batch) {
                token.cancel();
            }
        }
        for lane in self.lanes.values_mut() {
            for work in lane.take_batches(&cancelled) {
                self.asked.lock().remove(&work.taken.call.key);
            }
        }
    }

    /// Gives back what was not asked, waits for what was.
    async fn wind_down(mut self) {
        let deadline = Instant::now() + STOP_GRACE;
        while let Ok(Some(finished)) =
            tokio::time::timeout_at(deadline, self.open.join_next()).await
        {
            if let Ok(finished) = finished {
                self.finished(finished).await;
            }
        }
        let mut keys = Vec::new();
        for lane in self.lanes.values_mut() {
            keys.extend(lane.drain().into_iter().map(|work| work.taken.call.key));
        }
        let source = self.source.clone();
        let _ = tokio::task::spawn_blocking(move || source.give_back(&keys)).await;
    }
}

/// One question, as a task: asks once and never panics.
async fn question(
    source: Arc<dyn CallSource>,
    work: Work,
    provider: Arc<Provider>,
    pass: Pass,
    cancelled: CancellationToken,
) -> Finished {
    let started = Instant::now();
    let asked = AssertUnwindSafe(asking::asked(source, &provider, &work)).catch_unwind();
    let result = tokio::select! {
        () = cancelled.cancelled() => None,
        answer = asked => Some(answer.unwrap_or_else(|_| Err(AskError::Garbage {
            detail: "the client failed in itself".into(),
        }))),
    };
    Finished {
        work,
        provider,
        pass,
        took: started.elapsed(),
        result,
    }
}
