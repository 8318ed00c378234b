//! How many questions a provider gets at a time, and when.
//!
//! [`Gate`] is one provider's state: it begins with a single question, opens to a few once that one
//! succeeds, grows by one per window of successes, halves when the provider says "slow down" and then tries
//! with a single question again. Law: while nothing is proven at most one question is open, so a wrong key or
//! an empty account costs one call. Time comes in as an argument. Tests: at the end of this file.

use crate::limits;
use std::time::Duration;
use tokio::time::Instant;

/// See the module. Shared by the runners of all bases.
#[derive(Debug)]
pub struct Gate {
    /// Questions allowed at a time once proven.
    limit: u32,
    max_parallel: u32,
    /// No success since the start or the last "slow down".
    is_probing: bool,
    n_open: u32,
    n_successes: u32,
    /// Counts "slow down" periods, so that late refusals of one burst halve only once.
    epoch: u64,
    paused_until: Option<Instant>,
    waits_in_a_row: u32,
    failures_in_a_row: u32,
    /// Between starts, from the provider's requests per minute.
    interval: Option<Duration>,
    next_start: Option<Instant>,
}

/// Proof of an open question; goes back to the gate with its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    epoch: u64,
}

/// What the provider's state means for its batches after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    GoOn,
    /// Nothing has worked for long: give up.
    GiveUp,
}

impl Gate {
    /// `rpm` and `max_parallel`: 0 where nothing is known.
    pub fn new(rpm: u32, max_parallel: u32) -> Gate {
        let max_parallel = match max_parallel {
            0 => limits::MAX_PARALLEL,
            n => n.min(limits::PARALLEL_AT_MOST),
        };
        Gate {
            limit: limits::START_PARALLEL.min(max_parallel),
            max_parallel,
            is_probing: true,
            n_open: 0,
            n_successes: 0,
            epoch: 0,
            paused_until: None,
            waits_in_a_row: 0,
            failures_in_a_row: 0,
            interval: (rpm > 0).then(|| Duration::from_secs(60) / rpm),
            next_start: None,
        }
    }

    /// Requests per minute that the settings allow; absent where nothing is known.
    pub fn per_minute(&self) -> Option<f64> {
        self.interval.map(|interval| 60.0 / interval.as_secs_f64())
    }

    /// The most questions that may ever be open.
    pub fn max_parallel(&self) -> u32 {
        self.max_parallel
    }

    /// Questions that may be open now.
    pub fn width(&self) -> u32 {
        if self.is_probing { 1 } else { self.limit }
    }

    /// Until when nobody may ask.
    pub fn paused_until(&self, now: Instant) -> Option<Instant> {
        self.paused_until.filter(|until| *until > now)
    }

    /// A place for one more question; or when to look again, absent: when a question ends.
    pub fn enter(&mut self, now: Instant) -> Result<Pass, Option<Instant>> {
        if let Some(until) = self.paused_until(now) {
            return Err(Some(until));
        }
        if self.n_open >= self.width() {
            return Err(None);
        }
        if let Some(interval) = self.interval {
            let due = self.next_start.unwrap_or(now);
            // A few may start together, so that many short questions are not slowed to single file.
            let burst = interval * limits::START_PARALLEL;
            if due > now + burst {
                return Err(Some(due - burst));
            }
            self.next_start = Some(due.max(now) + interval);
        }
        self.n_open += 1;
        Ok(Pass { epoch: self.epoch })
    }

    /// The question was answered.
    pub fn succeeded(&mut self, _pass: Pass) {
        self.n_open = self.n_open.saturating_sub(1);
        self.waits_in_a_row = 0;
        self.failures_in_a_row = 0;
        if self.is_probing {
            self.is_probing = false;
            self.n_successes = 0;
            return;
        }
        self.n_successes += 1;
        if self.n_successes >= self.limit && self.limit < self.max_parallel {
            self.limit += 1;
            self.n_successes = 0;
        }
    }

    /// The question failed for reasons of its own, or was dropped.
    pub fn ended(&mut self, _pass: Pass) {
        self.n_open = self.n_open.saturating_sub(1);
    }

    /// The question failed in a way that may concern the provider.
    pub fn failed(&mut self, _pass: Pass) -> Verdict {
        self.n_open = self.n_open.saturating_sub(1);
        self.failures_in_a_row += 1;
        if self.failures_in_a_row >= limits::FAILURES_IN_A_ROW {
            self.reset();
            return Verdict::GiveUp;
        }
        Verdict::GoOn
    }

    /// The provider wants fewer questions. `jitter` in 0.0..1.0 spreads the pauses of several servers.
    pub fn refused(
        &mut self,
        pass: Pass,
        retry_after_ms: Option<u64>,
        now: Instant,
        jitter: f64,
    ) -> Verdict {
        self.n_open = self.n_open.saturating_sub(1);
        if pass.epoch != self.epoch {
            // Sent before the last refusal: that one has already slowed us down.
            return Verdict::GoOn;
        }
        self.epoch += 1;
        self.waits_in_a_row += 1;
        if self.waits_in_a_row >= limits::WAITS_IN_A_ROW {
            self.reset();
            return Verdict::GiveUp;
        }
        self.limit = (self.limit / 2).max(1);
        self.is_probing = true;
        self.n_successes = 0;
        let backoff = backoff_ms(self.waits_in_a_row, jitter);
        let wait = retry_after_ms.unwrap_or(0).max(backoff);
        self.paused_until = Some(now + Duration::from_millis(wait));
        Verdict::GoOn
    }

    /// No question to this provider can succeed; the next one, if anybody asks again, goes alone.
    pub fn halted(&mut self, pass: Pass) {
        self.ended(pass);
        self.reset();
    }

    fn reset(&mut self) {
        self.is_probing = true;
        self.n_successes = 0;
        self.waits_in_a_row = 0;
        self.failures_in_a_row = 0;
        self.paused_until = None;
    }
}

/// The pause before try `n + 1` (n from 1): doubled each time, capped, between half and whole.
pub fn backoff_ms(n: u32, jitter: f64) -> u64 {
    let whole = limits::BACKOFF_MS
        .saturating_mul(1 << n.saturating_sub(1).min(16))
        .min(limits::BACKOFF_MAX_MS);
    whole / 2 + (whole as f64 / 2.0 * jitter.clamp(0.0, 1.0)) as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn open_all(gate: &mut Gate, now: Instant) -> Vec<Pass> {
        let mut passes = Vec::new();
        while let Ok(pass) = gate.enter(now) {
            passes.push(pass);
        }
        passes
    }

    #[test]
    fn one_question_first_then_a_few_then_slowly_more() {
        let now = Instant::now();
        let mut gate = Gate::new(0, 0);
        let first = open_all(&mut gate, now);
        assert_eq!(first.len(), 1);
        gate.succeeded(first[0]);
        let mut widths = Vec::new();
        for _ in 0..40 {
            let passes = open_all(&mut gate, now);
            widths.push(passes.len());
            for pass in passes {
                gate.succeeded(pass);
            }
        }
        assert_eq!(&widths[..4], [4, 5, 6, 7]);
        assert_eq!(widths[39], limits::MAX_PARALLEL as usize);
    }

    #[test]
    fn a_burst_of_refusals_halves_once_and_tries_again_alone() {
        let now = Instant::now();
        let mut gate = Gate::new(0, 8);
        let first = gate.enter(now).unwrap();
        gate.succeeded(first);
        let passes = open_all(&mut gate, now);
        assert_eq!(passes.len(), 4);
        for pass in passes {
            assert_eq!(gate.refused(pass, Some(7_000), now, 1.0), Verdict::GoOn);
        }
        assert_eq!(gate.enter(now), Err(Some(now + Duration::from_secs(7))));
        let later = now + Duration::from_secs(7);
        let probe = open_all(&mut gate, later);
        assert_eq!(probe.len(), 1, "one probe per pause");
        gate.succeeded(probe[0]);
        assert_eq!(open_all(&mut gate, later).len(), 2);
    }

    #[test]
    fn endless_refusals_end() {
        let mut now = Instant::now();
        let mut gate = Gate::new(0, 0);
        let mut n = 0;
        loop {
            n += 1;
            let pass = gate.enter(now).unwrap();
            if gate.refused(pass, None, now, 1.0) == Verdict::GiveUp {
                break;
            }
            now = gate.paused_until(now).unwrap();
        }
        assert_eq!(n, limits::WAITS_IN_A_ROW);
    }

    #[test]
    fn requests_per_minute_are_kept() {
        let start = Instant::now();
        let mut gate = Gate::new(60, 0);
        let mut now = start;
        let mut n = 0;
        while now < start + Duration::from_secs(60) {
            match gate.enter(now) {
                Ok(pass) => {
                    n += 1;
                    gate.succeeded(pass);
                }
                Err(Some(until)) => now = until,
                Err(None) => unreachable!("nothing is open"),
            }
        }
        assert!((60..=66).contains(&n), "{n}");
    }

    #[test]
    fn pauses_double_within_bounds() {
        assert_eq!(
            [1, 2, 3, 7, 30].map(|n| backoff_ms(n, 1.0)),
            [1_000, 2_000, 4_000, 60_000, 60_000]
        );
        assert_eq!(backoff_ms(1, 0.0), 500);
    }
}
