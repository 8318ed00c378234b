//! What becomes of an answer: kept, asked for again because it broke a rule, or kept for a person to look at.
//!
//! Law: an answer that was paid for is stored even where it breaks a rule, with the rule's name beside it.
//! Tests: `jobs/tests/runner.rs`.

use super::Runner;
use crate::ai::{
    clean::{self, Cleaned},
    lane::Work,
    provider::Provider,
    rules::Broken,
    settle::Outcome,
};
use connectors::model::Reply;
use table::ai::{Answer, Provenance};

impl Runner {
    pub(super) async fn answered(&mut self, mut work: Work, provider: &Provider, reply: Reply) {
        let call = work.taken.call.clone();
        let cleaned = if provider.offline_trial {
            // To keep what it does not know is no fault of its own; asked again it would say the same.
            clean::ruled(&call, reply.text.clone()).once()
        } else {
            clean::checked(&call, &reply.text)
        };
        match cleaned {
            Cleaned::Good(text) => self.keep(work, provider, reply.model, text, None).await,
            Cleaned::Unruly {
                text,
                broken,
                retries,
            } => {
                let first = broken.first().map(Broken::reason).unwrap_or_default();
                work.broken.push(first.clone());
                if work.broken.len() > usize::from(retries) {
                    // It was paid for, and a person may find it good enough.
                    self.keep(work, provider, reply.model, text, Some(first))
                        .await;
                    return;
                }
                let requests = broken.iter().map(|one| one.request.as_str());
                work.repair = Some(requests.collect::<Vec<_>>().join("\n"));
                self.lane(&provider.name).push_first(work);
            }
            Cleaned::Broken { code, .. } if work.repair.is_some() => {
                self.fail(call.key, code).await
            }
            Cleaned::Broken { request, .. } => {
                work.repair = Some(request);
                self.lane(&provider.name).push_first(work);
            }
        }
    }

    /// Stores an answer; `review` names the rule that it breaks.
    async fn keep(
        &self,
        work: Work,
        provider: &Provider,
        model: String,
        text: String,
        review: Option<String>,
    ) {
        let call = &work.taken.call;
        let provenance = Provenance {
            provider: provider.name.clone(),
            model: match model.is_empty() {
                true => provider.model.clone(),
                false => model,
            },
            prompt_version: call.prompt_version.clone(),
            at_ms: (self.now_ms)(),
            tokens_in: work.tokens_in,
            tokens_out: work.tokens_out,
            cost_micros: work.cost_micros,
            currency: provider.prices.currency.clone(),
            offline_trial: provider.offline_trial,
            n_attempts: work.taken.n_attempts + work.n_calls,
            broken: work.broken,
            review,
        };
        let key = call.key;
        self.send(Outcome::Answer(Answer {
            key,
            text,
            provenance,
        }))
        .await;
    }
}
