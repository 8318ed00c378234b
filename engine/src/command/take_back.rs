//! Taking back any transaction of the kept history, with the group that it belongs to.
//!
//! Law: what is taken back is what undo would take back; the log tells what belongs together and what stands undone
//! already, so it does not matter how long ago, or by whom, it was done. Tests: `tests/engine/history.rs`.

use super::{
    Draft, World,
    undo::{self, too_long_ago},
};
use crate::{error::CommandError, history::TakenBack, undo::Step};
use table::id::Revision;

pub(crate) fn take_back(
    draft: &mut Draft,
    world: &World,
    revision: Revision,
    keep_later: bool,
) -> Result<(), CommandError> {
    let step = step_of(world, revision)?;
    let first = step.revisions.first().copied().unwrap_or(revision);
    let taken_back = TakenBack::read(world.reader, first);
    let taken_back = taken_back.map_err(|error| CommandError::log_unread(&error))?;
    if taken_back.of(revision, step.group.as_deref()).is_some() {
        return Err(CommandError::new(
            "nothing_to_undo",
            "这步操作已经撤销过了。",
            "This was taken back already.",
        )
        .at(revision.0));
    }
    draft.keeps_later = keep_later;
    undo::take_back(draft, world, &step)
}

/// The transaction, or all of its group.
fn step_of(world: &World, revision: Revision) -> Result<Step, CommandError> {
    let unread = |error| CommandError::log_unread(&error);
    let lines = world.reader.lines(revision, 1).map_err(unread)?;
    let line = lines.into_iter().find(|line| line.revision == revision);
    let line = line.ok_or_else(too_long_ago)?;
    let revisions = match &line.group {
        Some(group) => world.reader.group_revisions(group).map_err(unread)?,
        None => vec![revision],
    };
    Ok(Step {
        label: line.label,
        group: line.group,
        revisions,
    })
}
