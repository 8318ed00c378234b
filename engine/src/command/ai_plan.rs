//! How a person wants an AI field to be run, and what they say of answers.

use serde::{Deserialize, Serialize};
use store::BatchEstimate;
use table::id::ViewId;

/// What narrows the scope of a run, and what was agreed before it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AiPlan {
    /// Only records that this view shows.
    pub view: Option<ViewId>,
    /// Only records of which this formula is true; the others are marked as left out.
    pub only_if: Option<String>,
    /// Only so many of them, as different from each other as possible.
    pub sample: Option<u32>,
    /// Cells edited by hand are asked for too: they keep what they show, the answer is offered beside it.
    pub with_locked: bool,
    /// The most that the batch may cost, in millionths of the provider's currency.
    pub cap_micros: Option<u64>,
    /// What the person was told.
    pub estimate: Option<BatchEstimate>,
}

/// What a person says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AiVerdict {
    /// It is right.
    Approve,
    /// The answer offered beside a cell edited by hand takes its place.
    Accept,
    /// The cell edited by hand stays, the offer goes.
    Keep,
    /// The cell edited by hand may be overwritten by the next run.
    Unlock,
}
