//! The true router without a socket, over a temporary data folder; one file per resource.
#![allow(clippy::unwrap_used)]

mod ai;
mod bad_input;
mod bases;
mod documents;
mod errors;
mod field_types;
mod files;
mod formula;
mod history;
mod import_into;
mod openapi;
mod origin;
mod providers;
mod records;
mod workbook;
mod world;
