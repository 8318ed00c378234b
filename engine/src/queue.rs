//! The durable queue of AI calls as the jobs see it.
//!
//! Main type: [`QueueHandle`]. Law: a call is marked running on disk before anyone may carry it out.

use serde::Serialize;
use std::sync::Arc;
use table::{
    ai::AiCall,
    id::{FieldId, TableId},
};

/// A call to carry out now.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenCall {
    pub call: Arc<AiCall>,
    pub batch: String,
    /// Attempts before this one, over restarts; above 0 after a crash in flight.
    pub n_attempts: u32,
}

/// One attempt at a call, for the ledger: written whatever came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub key: table::ai::CallKey,
    pub batch: String,
    pub provider: String,
    pub model: String,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub took_ms: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Millionths of `currency`.
    pub cost_micros: u64,
    pub currency: String,
    /// `ok`, or a stable reason code.
    pub outcome: String,
}

/// Progress of one click on “run”.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchStatus {
    pub batch: String,
    pub table: Option<TableId>,
    pub field: Option<FieldId>,
    pub state: BatchState,
    /// Distinct calls.
    pub n_total: u64,
    pub n_done: u64,
    pub n_failed: u64,
    pub n_running: u64,
    pub tokens_in: u64,
    pub tokens_out: u64,
    /// Millionths of `currency`.
    pub cost_micros: u64,
    pub currency: String,
    /// Milliseconds since 1970; 0 where it began before the last start.
    pub started_ms: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    Running,
    Done,
    Cancelled,
}
