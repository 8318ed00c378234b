//! The calls that wait for one provider: in line, or resting until their next try.
//!
//! Pure: time comes in as an argument. [`Lane`] holds [`Work`]. Law: the calls of a given-up batch never wait
//! here. Tests: at the end of this file.

use crate::limits;
use connectors::model::Ask;
use engine::TakenCall;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tokio::time::Instant;

/// A call with what happened to it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    pub taken: TakenCall,
    /// Questions asked for it in this run.
    pub n_calls: u32,
    /// Of these, the ones that failed by themselves.
    pub n_tries: u32,
    /// What to add to the question because the last answer broke a rule.
    pub repair: Option<String>,
    pub tokens_in: u64,
    pub tokens_out: u64,
    pub cost_micros: u64,
}

impl Work {
    pub fn new(taken: TakenCall) -> Work {
        Work {
            taken,
            n_calls: 0,
            n_tries: 0,
            repair: None,
            tokens_in: 0,
            tokens_out: 0,
            cost_micros: 0,
        }
    }

    /// The question as it goes out.
    pub fn ask(&self) -> Ask {
        let call = &self.taken.call;
        let mut user = call.user.clone();
        if let Some(request) = &self.repair {
            user.push_str("\n\n");
            user.push_str(request);
        }
        Ask {
            kind: Some(call.kind),
            inputs: call.inputs.clone(),
            expects: call.expects.clone(),
            max_tokens: limits::ANSWER_TOKENS,
            ..Ask::new(call.system.clone(), user)
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Lane {
    ready: VecDeque<Work>,
    resting: Vec<(Instant, Work)>,
    /// Given-up batches: why and since when.
    halted: BTreeMap<String, (&'static str, Instant)>,
}

impl Lane {
    /// Calls waiting, resting ones included.
    pub fn n_held(&self) -> usize {
        self.ready.len() + self.resting.len()
    }

    pub fn n_ready(&self) -> usize {
        self.ready.len()
    }

    pub fn push(&mut self, work: Work) {
        self.ready.push_back(work);
    }

    pub fn push_first(&mut self, work: Work) {
        self.ready.push_front(work);
    }

    pub fn push_later(&mut self, due: Instant, work: Work) {
        self.resting.push((due, work));
    }

    pub fn peek(&self) -> Option<&Work> {
        self.ready.front()
    }

    pub fn pop(&mut self) -> Option<Work> {
        self.ready.pop_front()
    }

    /// Puts rested calls back in line, before those that were never asked.
    pub fn wake_due(&mut self, now: Instant) {
        let (mut due, resting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.resting)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.resting = resting;
        due.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        for (_, work) in due {
            self.ready.push_front(work);
        }
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.resting.iter().map(|(due, _)| *due).min()
    }

    /// Why the batch was given up; forgotten after [`limits::GIVEN_UP`], so that a batch that lives long
    /// (calls queued by edits) is tried again, with one question.
    pub fn halted(&self, batch: &str, now: Instant) -> Option<&'static str> {
        let (code, since) = self.halted.get(batch)?;
        (now < *since + limits::GIVEN_UP).then_some(*code)
    }

    /// Gives a batch up; its waiting calls come out.
    pub fn halt(&mut self, batch: &str, code: &'static str, now: Instant) -> Vec<Work> {
        self.halted
            .retain(|_, (_, since)| now < *since + limits::GIVEN_UP);
        self.halted.insert(batch.to_owned(), (code, now));
        self.take_batches(&BTreeSet::from([batch.to_owned()]))
    }

    pub fn take_batches(&mut self, batches: &BTreeSet<String>) -> Vec<Work> {
        let (out, stay): (Vec<Work>, VecDeque<Work>) = {
            let mut out = Vec::new();
            let mut stay = VecDeque::new();
            for work in std::mem::take(&mut self.ready) {
                if batches.contains(&work.taken.batch) {
                    out.push(work);
                } else {
                    stay.push_back(work);
                }
            }
            (out, stay)
        };
        self.ready = stay;
        let (rested, resting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.resting)
            .into_iter()
            .partition(|(_, work)| batches.contains(&work.taken.batch));
        self.resting = resting;
        out.into_iter()
            .chain(rested.into_iter().map(|(_, work)| work))
            .collect()
    }

    pub fn drain(&mut self) -> Vec<Work> {
        let resting = std::mem::take(&mut self.resting);
        self.ready
            .drain(..)
            .chain(resting.into_iter().map(|(_, work)| work))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ai::call_source::fake;
    use std::{sync::Arc, time::Duration};

    fn work(n: u32, batch: &str) -> Work {
        Work::new(TakenCall {
            call: Arc::new(fake::call(n, "m", &format!("text {n}"))),
            batch: batch.into(),
            n_attempts: 0,
            actor: String::new(),
            field: None,
            cap_micros: None,
        })
    }

    fn order(lane: &mut Lane) -> Vec<String> {
        std::iter::from_fn(|| lane.pop())
            .map(|work| work.taken.call.user.clone())
            .collect()
    }

    #[test]
    fn rested_calls_come_before_new_ones_in_the_order_of_their_time() {
        let now = Instant::now();
        let mut lane = Lane::default();
        lane.push(work(1, "a"));
        lane.push_later(now + Duration::from_secs(2), work(2, "a"));
        lane.push_later(now + Duration::from_secs(1), work(3, "a"));
        lane.push_later(now + Duration::from_secs(9), work(4, "a"));
        assert_eq!(lane.next_due(), Some(now + Duration::from_secs(1)));
        lane.wake_due(now + Duration::from_secs(3));
        assert_eq!(order(&mut lane), ["text 3", "text 2", "text 1"]);
        assert_eq!(lane.n_held(), 1);
    }

    #[test]
    fn a_given_up_batch_leaves_and_others_stay() {
        let mut lane = Lane::default();
        lane.push(work(1, "a"));
        lane.push(work(2, "b"));
        lane.push_later(Instant::now(), work(3, "a"));
        let now = Instant::now();
        let out = lane.halt("a", "wrong_key", now);
        assert_eq!(out.len(), 2);
        assert_eq!(lane.halted("a", now), Some("wrong_key"));
        assert_eq!(lane.halted("a", now + limits::GIVEN_UP), None);
        assert_eq!(lane.halted("b", now), None);
        assert_eq!(order(&mut lane), ["text 2"]);
    }

    #[test]
    fn a_repair_is_added_to_the_question() {
        let mut work = work(1, "a");
        assert_eq!(work.ask().user, "text 1");
        work.repair = Some("No Chinese.".into());
        assert_eq!(work.ask().user, "text 1\n\nNo Chinese.");
        assert_eq!(work.ask().inputs["language"], "en");
    }
}
