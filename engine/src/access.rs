//! Who may do what: a pure function that every submission passes through.
//!
//! Today every actor may do everything but settle AI calls, which only jobs may.

use crate::{command::Command, error::CommandError};
use table::id::ActorId;

pub(crate) fn allow(actor: &ActorId, command: &Command) -> Result<(), CommandError> {
    match command {
        Command::SettleCalls { .. } if !actor.0.starts_with("job:") => Err(CommandError::new(
            "not_allowed",
            "只有后台任务可以写入 AI 结果。",
            "Only jobs may settle AI calls.",
        )),
        _ => Ok(()),
    }
}
