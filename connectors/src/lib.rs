//! The outside, one file per outsider: a pure codec and a thin transport each.
//!
//! [`model`] asks language models, [`http`] is the only egress, [`secret`] seals keys.

pub mod http;
pub mod model;
pub mod secret;
