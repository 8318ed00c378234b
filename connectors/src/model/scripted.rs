//! A model that answers from a script: the fake beside the trait, for tests of everything that asks.
//!
//! [`ScriptedModel`] answers each question with the first matching line of its script, else by echo; it
//! counts questions per text. Tests: at the end of this file.

use super::{Ask, AskError, ModelClient, Reply};
use futures_util::future::BoxFuture;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What a scripted call does.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    Say(String),
    Fail(AskError),
    /// Takes this long (in the runtime's time, which tests may pause), then says it.
    SayAfter(Duration, String),
    /// Never answers; dropping the question is the only end.
    Hang,
}

#[derive(Debug, Default)]
struct Script {
    next: VecDeque<Turn>,
    by_text: BTreeMap<String, VecDeque<Turn>>,
    otherwise: Option<Turn>,
    asked: Vec<String>,
    n_running: usize,
    most_running: usize,
}

/// See the module.
#[derive(Debug, Default)]
pub struct ScriptedModel(Mutex<Script>);

impl ScriptedModel {
    pub fn new() -> ScriptedModel {
        ScriptedModel::default()
    }

    /// Queues turns for the next questions, whatever they are.
    pub fn then(self, turns: impl IntoIterator<Item = Turn>) -> ScriptedModel {
        self.script().next.extend(turns);
        self
    }

    /// Queues turns for questions whose user part is this text; they go before those of [`Self::then`].
    pub fn when(self, user: &str, turns: impl IntoIterator<Item = Turn>) -> ScriptedModel {
        self.script()
            .by_text
            .entry(user.to_owned())
            .or_default()
            .extend(turns);
        self
    }

    /// What to do when the script has no line left; without it, questions are echoed as `<text>!`.
    pub fn otherwise(self, turn: Turn) -> ScriptedModel {
        self.script().otherwise = Some(turn);
        self
    }

    /// The user parts of all questions so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.script().asked.clone()
    }

    pub fn n_asked(&self) -> usize {
        self.script().asked.len()
    }

    /// The largest number of questions that were open at one time.
    pub fn most_running(&self) -> usize {
        self.script().most_running
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        // A script stays usable after a failed assertion elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, user: &str) -> Turn {
        let mut script = self.script();
        script.asked.push(user.to_owned());
        let own = script.by_text.get_mut(user).and_then(VecDeque::pop_front);
        own.or_else(|| script.next.pop_front())
            .or_else(|| script.otherwise.clone())
            .unwrap_or_else(|| Turn::Say(format!("{user}!")))
    }
}

/// Counts a question as open until it is answered or dropped.
struct Open<'a>(&'a ScriptedModel);

impl<'a> Open<'a> {
    fn new(model: &'a ScriptedModel) -> Open<'a> {
        let mut script = model.script();
        script.n_running += 1;
        script.most_running = script.most_running.max(script.n_running);
        Open(model)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.script().n_running -= 1;
    }
}

impl ModelClient for ScriptedModel {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Reply, AskError>> {
        Box::pin(async move {
            let _open = Open::new(self);
            let text = match self.turn(&ask.user) {
                Turn::Say(text) => text,
                Turn::Fail(error) => return Err(error),
                Turn::SayAfter(wait, text) => {
                    tokio::time::sleep(wait).await;
                    text
                }
                Turn::Hang => std::future::pending().await,
            };
            Ok(Reply {
                tokens_in: ask.user.chars().count() as u64,
                tokens_out: text.chars().count() as u64,
                tokens_cached: 0,
                text,
                model: "scripted".into(),
                finish_reason: "stop".into(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn the_script_is_followed_then_echoed() {
        let model = ScriptedModel::new()
            .then([Turn::Say("one".into())])
            .when("b", [Turn::Fail(AskError::Timeout { limit_ms: 1 })]);
        assert_eq!(
            model.ask(Ask::new("", "b")).await.unwrap_err().code(),
            "timeout"
        );
        assert_eq!(model.ask(Ask::new("", "b")).await.unwrap().text, "one");
        assert_eq!(model.ask(Ask::new("", "b")).await.unwrap().text, "b!");
        assert_eq!((model.n_asked(), model.most_running()), (3, 1));
    }
}
