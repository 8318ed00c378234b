//! AI calls: from the durable queue of a base through a provider's gate to stored answers.
//!
//! [`runner::AiRunner`] runs them; [`provider::ProviderSet`] knows who can be asked; [`call_source`] is the
//! queue's door. Each part stands alone: [`gate`] (how many at a time), [`lane`] (who is next), [`clean`]
//! (wrappings and rules), [`reason`] (why a cell failed, in words), [`budget`], [`estimate`], [`settle`].

mod asking;
pub mod budget;
pub mod call_source;
pub mod clean;
pub mod estimate;
pub mod gate;
mod hold;
pub mod lane;
pub mod provider;
pub mod reason;
pub mod runner;
pub mod settle;
