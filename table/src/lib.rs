//! The ground floor: what a table is and how it changes.
//!
//! Pure and synchronous: this crate knows no files, clocks, threads or network.
//! A [`snapshot::Snapshot`] holds a [`schema::Schema`] and, per table, immutable
//! [`segment::Segment`]s of typed [`column::Column`]s. A [`op::Transaction`] of
//! [`op::Op`]s applied to a snapshot gives the next snapshot; every op can be inverted.
//!
//! Law: `apply` then `invert` is the identity on everything a reader can see.
//! Tests: beside each module, and `tests/`.

pub mod ai;
pub mod bilingual;
pub mod column;
pub mod expects;
pub mod field;
pub mod fixture;
pub mod id;
pub mod infer;
pub mod limits;
pub mod mask;
pub mod op;
pub mod purge;
pub mod raw;
pub mod rule;
pub mod schema;
pub mod segment;
pub mod snapshot;
pub mod sum;
pub mod value;
pub mod view;
