//! The outside, one file per outsider: a pure codec and a thin transport each.
//!
//! [`document`] fills workbook templates,
//! [`file`] reads spreadsheets and text files, [`export`] writes them, [`model`] asks language models,
//! [`http`] is the only egress, [`secret`] seals keys.

pub mod document;
pub mod export;
pub mod file;
pub mod http;
pub mod model;
mod own_types;
pub mod secret;
