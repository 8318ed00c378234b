//! Suanpan's server and command line: users, URLs and our own JSON are known here and nowhere else.
//!
//! A request descends `route/` (or `ws/`) → [`instance`] → `engine`, `jobs`, `connectors`, and returns
//! through [`wire`]. [`app::router`] joins the routes; `cli/` is the other way in. Law: nothing here decides
//! what a table means, and every error leaves as `{code, message, hint, at}`.
//! Tests: `tests/route/` mirrors the URLs, `tests/socket.rs` the live connection.

pub mod app;
pub mod assets;
pub mod auth;
pub mod cli;
pub mod config;
pub mod error;
pub mod instance;
pub mod limits;
pub mod route;
pub mod serve;
pub mod template;
pub mod wire;
pub mod ws;
