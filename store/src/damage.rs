//! What a check found wrong; each finding names its place, so that a person can act on it.

use table::id::TableId;

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Damage {
    /// Stable code: `log_checksum`, `log_part_checksum` (a part that the log names), `segment_checksum`, `manifest_checksum`, `blob_checksum`,
    /// `answer_checksum`, `call_checksum`, `sqlite`.
    pub what: String,
    /// The place: revision, table and segment, digest.
    pub at: String,
    pub table: Option<TableId>,
    /// Rebuilt from the log when the base was opened.
    pub repaired: bool,
}

impl Damage {
    pub(crate) fn new(what: &str, at: impl Into<String>) -> Damage {
        Damage {
            what: what.into(),
            at: at.into(),
            table: None,
            repaired: false,
        }
    }
}
