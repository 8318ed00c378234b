//! The true router without a socket, over a temporary data folder; one file per resource.
#![allow(clippy::unwrap_used)]

mod errors;
mod openapi;
mod origin;
mod providers;
mod world;
