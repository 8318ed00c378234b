//! Slow work: AI calls, imports and exports. Takes work from the engine, talks to connectors, returns commands.
//!
//! [`ai`] carries out AI calls. Law: nothing here makes a snapshot; everything enters the engine as a command.

pub mod ai;
pub mod limits;

pub use ai::{
    provider::{Provider, ProviderSet},
    runner::AiRunner,
};
