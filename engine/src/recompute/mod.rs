//! Keeping formula fields right: which cells an edit reaches, in which order they are computed, and where.
//!
//! `graph` compiles the formulas of a schema and orders them, `rows` are sets of records by segment, `dirty`
//! finds which records a change reaches, `run` computes them, `background` does the large ones on a
//! thread of their own, `glimpse` shows rows that these have not reached yet. Law: after every published command each formula cell shown equals what a computation
//! from nothing would give, but for fields named in the status as being filled. Tests: `tests/recompute.rs`.

pub(crate) mod background;
mod dirty;
pub(crate) mod glimpse;
pub(crate) mod graph;
pub(crate) mod rows;
pub(crate) mod run;

pub(crate) use graph::{Graph, Node};
pub(crate) use rows::{Changed, Rows};
