//! Slow work: AI calls, imports and exports. Takes work from the engine, talks to connectors, returns commands.
//!
//! [`ai`] carries out AI calls, [`import`] fills bases from staged files, [`export`] writes files, [`board`]
//! shows all of it. Law: nothing here makes a snapshot; everything enters the engine as a command.

pub mod ai;
pub mod board;
pub mod export;
pub mod fill_in;
pub mod import;
pub mod limits;

pub use ai::{
    provider::{Provider, ProviderSet},
    runner::AiRunner,
};
pub use board::{JobBoard, JobError, JobKind, JobRow, JobState, Ticket};
