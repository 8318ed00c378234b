//! Live connections: a hub per base hands each patch to every session's bounded queue.
//!
//! Law: a slow session never slows the writer down; its queue fills, and it is told to fetch again.
//! Tests: `tests/socket.rs`.

mod hub;
mod message;
mod session;

pub use hub::{Hub, Seat};
pub use message::{FromClient, PresenceRow};
pub use session::run;
