//! Version 2 of the bytes of parts; described in docs/format.md. The log's rows stay in version 1.

pub mod column;
mod planes;
pub mod records;
