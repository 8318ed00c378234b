//! Version 1 of the bytes; described in docs/format.md.

pub mod bytes;
pub mod column;
pub mod op;
