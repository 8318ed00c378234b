//! The outside, one file per outsider: a pure codec and a thin transport each.
//!
<<<<<<< HEAD
//! [`export`] writes tables to files, [`model`] asks language models, [`http`] is the only egress,
//! [`secret`] seals keys.

pub mod export;
=======
//! [`file`] reads spreadsheets and text files, [`model`] asks language models, [`http`] is the only egress, [`secret`] seals keys.

pub mod file;
>>>>>>> main
pub mod http;
pub mod model;
pub mod secret;
