//! Who can take back what: steps per actor, in the order of the log.
//!
//! Main type: [`UndoBook`]. It holds revisions only; the ops are read from the log when they are needed.
//! Law: [`UndoBook::note`] over a log gives the same book as the run that wrote the log.
//! Transactions of one group are one step, whoever sent them; actors `job:…` have no steps of their own.

use crate::{limits::UNDO_STEPS, patch::UndoState};
use std::collections::BTreeMap;
use store::LogLine;
use table::id::{ActorId, Revision};

/// The label of transactions that take back something of the history.
pub(crate) const TAKE_BACK: &str = "take_back";

/// What is taken back at once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub label: String,
    pub group: Option<String>,
    /// Ascending.
    pub revisions: Vec<Revision>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Stacks {
    undo: Vec<Step>,
    redo: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct UndoBook {
    by_actor: BTreeMap<ActorId, Stacks>,
}

impl UndoBook {
    /// Follows one committed transaction.
    pub fn note(&mut self, transaction: &LogLine) {
        let revision = transaction.revision;
        if let Some(taken_back) = transaction.undoes {
            match transaction.label == TAKE_BACK {
                true => self.note_take_back(transaction, taken_back),
                false => self.note_undo(transaction, taken_back),
            }
            return;
        }
        if let Some(group) = &transaction.group
            && let Some(step) = self
                .by_actor
                .values_mut()
                .flat_map(|stacks| &mut stacks.undo)
                .find(|step| step.group.as_ref() == Some(group))
        {
            step.revisions.push(revision);
            return;
        }
        if transaction.is_empty || transaction.actor.0.starts_with("job:") {
            return;
        }
        let stacks = self.by_actor.entry(transaction.actor.clone()).or_default();
        stacks.redo.clear();
        stacks.undo.push(Step {
            label: transaction.label.clone(),
            group: transaction.group.clone(),
            revisions: vec![revision],
        });
        if stacks.undo.len() > UNDO_STEPS {
            stacks.undo.remove(0);
        }
    }

    /// A deed of its own: who did it can undo it, and what it took back is nobody's step any more.
    fn note_take_back(&mut self, transaction: &LogLine, taken_back: Revision) {
        let holds = |step: &Step| step.revisions.contains(&taken_back);
        for stacks in self.by_actor.values_mut() {
            stacks.undo.retain(|step| !holds(step));
            stacks.redo.retain(|step| !holds(step));
        }
        let stacks = self.by_actor.entry(transaction.actor.clone()).or_default();
        stacks.redo.clear();
        stacks.undo.push(Step {
            label: transaction.label.clone(),
            group: None,
            revisions: vec![transaction.revision],
        });
    }

    fn note_undo(&mut self, transaction: &LogLine, taken_back: Revision) {
        let mut moved = None;
        for stacks in self.by_actor.values_mut() {
            let holds = |step: &Step| step.revisions.contains(&taken_back);
            if let Some(at) = stacks.undo.iter().position(holds) {
                moved = Some((stacks.undo.remove(at), true));
            } else if let Some(at) = stacks.redo.iter().position(holds) {
                moved = Some((stacks.redo.remove(at), false));
            }
        }
        let Some((step, was_undo)) = moved else {
            return;
        };
        let step = Step {
            revisions: vec![transaction.revision],
            ..step
        };
        let stacks = self.by_actor.entry(transaction.actor.clone()).or_default();
        match was_undo {
            true => stacks.redo.push(step),
            false => stacks.undo.push(step),
        }
    }

    /// Steps whose log is gone can't be taken back.
    pub fn forget(&mut self, until: Revision) {
        let is_kept = |step: &Step| step.revisions.first().is_some_and(|first| *first > until);
        for stacks in self.by_actor.values_mut() {
            stacks.undo.retain(is_kept);
            stacks.redo.retain(is_kept);
        }
    }

    pub fn newest(&self, actor: &ActorId, redo: bool) -> Option<&Step> {
        let stacks = self.by_actor.get(actor)?;
        if redo {
            stacks.redo.last()
        } else {
            stacks.undo.last()
        }
    }

    /// A group not yet undone, whoever began it.
    pub fn group(&self, group: &str) -> Option<&Step> {
        self.by_actor
            .values()
            .flat_map(|stacks| &stacks.undo)
            .find(|step| step.group.as_deref() == Some(group))
    }

    pub fn state(&self, actor: &ActorId) -> UndoState {
        let label = |redo| self.newest(actor, redo).map(|step| step.label.clone());
        let (undo_label, redo_label) = (label(false), label(true));
        UndoState {
            can_undo: undo_label.is_some(),
            can_redo: redo_label.is_some(),
            undo_label,
            redo_label,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    fn transaction(
        revision: u64,
        actor: &str,
        group: Option<&str>,
        undoes: Option<u64>,
    ) -> LogLine {
        LogLine {
            revision: Revision(revision),
            actor: ActorId(actor.into()),
            label: format!("l{revision}"),
            group: group.map(Into::into),
            undoes: undoes.map(Revision),
            is_empty: false,
        }
    }

    #[test]
    fn steps_follow_groups_undo_and_redo() {
        let mut book = UndoBook::default();
        let ann = ActorId("user:ann".into());
        for (revision, actor, group, undoes) in [
            (1, "user:ann", Some("g"), None),
            (2, "user:bob", None, None),
            (3, "job:ai", Some("g"), None),
            (4, "user:ann", None, None),
        ] {
            book.note(&transaction(revision, actor, group, undoes));
        }
        assert_eq!(
            book.group("g").unwrap().revisions,
            [Revision(1), Revision(3)]
        );
        assert_eq!(book.newest(&ann, false).unwrap().label, "l4");
        book.note(&transaction(5, "user:ann", None, Some(4)));
        assert_eq!(book.newest(&ann, false).unwrap().label, "l1");
        assert_eq!(book.newest(&ann, true).unwrap().revisions, [Revision(5)]);
        book.note(&transaction(6, "user:ann", None, Some(5)));
        assert_eq!(book.newest(&ann, false).unwrap().revisions, [Revision(6)]);
        assert_eq!(book.newest(&ann, false).unwrap().label, "l4");
        book.note(&transaction(7, "user:ann", None, Some(3)));
        assert!(book.group("g").is_none());
        book.note(&transaction(8, "user:ann", None, None));
        assert!(!book.state(&ann).can_redo);
        assert!(book.newest(&ActorId("job:ai".into()), false).is_none());
    }
}
