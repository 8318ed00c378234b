//! The engine through its only door: scripted edits with their patches and recompute counts, undo, AI cells,
//! durability, queries against a naive oracle.
#![allow(clippy::unwrap_used)]

mod against_sqlite;
mod ai;
mod ai_kinds;
mod ai_plans;
mod damage;
mod desk;
mod durability;
mod edits;
mod finding;
mod given;
mod grouping;
mod history;
mod links;
mod queries;
mod recompute;
mod retention;
mod simulation;
mod undoing;
mod update_columns;
mod volatile;
