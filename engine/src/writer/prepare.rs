//! From a submission to a candidate: checked, applied to a private snapshot, recomputed. Nothing is visible yet.

use super::{
    Shared,
    commit::{Group, Prepared},
    state::Writer,
};
use crate::{
    access::allow,
    ai::Waiting,
    command::{
        Command, CommandResult, Draft, Preview, Receipt, Stamp, Submission, World, carry_out,
        settle_given, settle_links,
    },
    error::CommandError,
    handle::Then,
    recompute::run::run,
    undo::UndoBook,
};
use std::{collections::BTreeSet, sync::Arc};
use table::{
    id::{ActorId, Revision},
    op::Transaction,
    snapshot::Snapshot,
};

impl Shared {
    /// What a command of the log would do, found out where the caller is: reading much of the log and building the
    /// change keeps no edit waiting. Nothing is computed that only a patch would show.
    pub fn previewed(&self, actor: &ActorId, command: &Command) -> Result<Preview, CommandError> {
        allow(actor, command)?;
        let before = self.snapshot.read().clone();
        let graph = self.graph_of(&before.schema);
        let (model, reader) = ((self.options.default_model)(), self.reader.read().clone());
        let now = (self.options.clock)();
        let world = World {
            now,
            model: &model,
            actor,
            answers: &self.answers,
            waiting: &Waiting::default(),
            queue: &self.queue,
            kept: &self.kept,
            filling: &BTreeSet::new(),
            undo: &UndoBook::default(),
            reader: &reader,
        };
        let mut draft = Draft::new(before, command.label(), None);
        let actor = actor.clone();
        draft.stamp = Some(Stamp { now, actor });
        carry_out(&mut draft, command, &world, &graph)?;
        settle_links(&mut draft, command)?;
        settle_given(&mut draft, &world, command)?;
        draft.expect_loggable()?;
        Ok(Preview::of(draft))
    }
}

impl Writer {
    /// Puts the candidate into the group, or answers at once: refused, or applied before.
    pub fn prepare(&mut self, submission: Submission, then: Then, group: &mut Group) {
        if self.is_read_only() {
            then(Err(CommandError::read_only(&self.read_only_reason())));
            return;
        }
        match self.repeated(&submission) {
            Ok(None) => {}
            Ok(Some(receipt)) => return then(Ok(receipt)),
            Err(error) => return then(Err(error)),
        }
        let before = group.candidate().unwrap_or(&self.snapshot).clone();
        match self.candidate(
            &submission.actor,
            submission.group.clone(),
            &submission.command,
            before,
        ) {
            Err(error) => then(Err(error)),
            Ok(draft) => {
                let prepared = self.sealed(draft, submission, then);
                group.push(prepared);
            }
        }
    }

    /// The receipt of an earlier submission with the same client id.
    fn repeated(&self, submission: &Submission) -> Result<Option<Receipt>, CommandError> {
        let Some(id) = &submission.client_id else {
            return Ok(None);
        };
        if let Some(receipt) = self.receipts.get(id) {
            return Ok(Some(Receipt {
                repeated: true,
                ..receipt.clone()
            }));
        }
        let reader = self.shared.reader.read().clone();
        let found = reader.find_client_id(id);
        let found = found.map_err(|error| CommandError::log_unread(&error))?;
        Ok(found.map(|revision| Receipt {
            revision,
            result: CommandResult::default(),
            repeated: true,
        }))
    }

    /// Carries out a command on a private snapshot.
    pub fn candidate(
        &mut self,
        actor: &ActorId,
        group: Option<String>,
        command: &Command,
        before: Arc<Snapshot>,
    ) -> Result<Draft, CommandError> {
        allow(actor, command)?;
        if command.is_of_history() {
            self.load_undo()?;
        }
        let graph = self.graph_of(&before.schema);
        let mut draft = Draft::new(before, command.label(), group);
        self.with_world(actor, |world| {
            draft.stamp = Some(Stamp {
                now: world.now,
                actor: actor.clone(),
            });
            carry_out(&mut draft, command, world, &graph)?;
            settle_links(&mut draft, command)?;
            settle_given(&mut draft, world, command)
        })?;
        draft.expect_loggable()?;
        self.recompute(&mut draft, actor)?;
        Ok(draft)
    }

    /// Computes what the draft's ops reach.
    pub fn recompute(&mut self, draft: &mut Draft, actor: &ActorId) -> Result<(), CommandError> {
        let graph = self.graph_of(&draft.snapshot.schema);
        self.with_world(actor, |world| run(draft, &graph, world.env()))
    }

    pub fn with_world<T>(&self, actor: &ActorId, act: impl FnOnce(&World) -> T) -> T {
        let model = (self.shared.options.default_model)();
        let reader = self.shared.reader.read().clone();
        let none = BTreeSet::new();
        act(&World {
            now: (self.shared.options.clock)(),
            model: &model,
            actor,
            answers: &self.shared.answers,
            waiting: &self.waiting,
            queue: &self.shared.queue,
            kept: &self.shared.kept,
            filling: self
                .filling
                .as_ref()
                .map_or(&none, |filling| &filling.fields),
            undo: &self.undo,
            reader: &reader,
        })
    }

    /// The draft as a transaction of the next revision; without anything to log it keeps the old one.
    fn sealed(&self, draft: Draft, submission: Submission, then: Then) -> Prepared {
        self.seal(draft, submission.actor, submission.client_id, Some(then))
    }

    pub fn seal(
        &self,
        mut draft: Draft,
        actor: ActorId,
        client_id: Option<String>,
        then: Option<Then>,
    ) -> Prepared {
        let logged = !draft.is_empty();
        let revision = match logged {
            true => Revision(draft.before.revision.0 + 1),
            false => draft.before.revision,
        };
        draft.snapshot.revision = revision;
        let transaction = Transaction {
            revision,
            actor,
            at_ms: (self.shared.options.clock)().now_ms,
            client_id,
            label: draft.label.to_owned(),
            group: draft.group.take(),
            undoes: draft.undoes,
            ops: std::mem::take(&mut draft.ops),
        };
        let snapshot = Arc::new(draft.snapshot.clone());
        Prepared {
            draft,
            transaction: Arc::new(transaction),
            snapshot,
            logged,
            then,
        }
    }
}
