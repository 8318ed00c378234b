//! The one writer of a base: joins `table`, `formula` and `store`.
//!
//! A [`Submission`] enters at [`BaseHandle::submit`], is validated by `command/` against the snapshot, becomes
//! ops, is recomputed, logged, published as the next snapshot, and leaves as a [`Patch`].
//!
//! Law: durable before visible, and only the writer makes a snapshot. Tests: `engine/tests/`.

mod access;
mod ai;
pub mod command;
pub mod error;
pub mod handle;
pub mod history;
mod language;
pub mod limits;
pub mod patch;
pub mod query;
pub mod queue;
mod recompute;
pub mod trouble;
mod undo;
mod writer;

pub use command::{
    AiPlan, AiScope, AiVerdict, CellEdit, CellInput, ColumnEdit, Command, CommandResult,
    FormulaTag, NewField, NewFieldType, NewFormula, Receipt, RecordInput, Submission, TriedCell,
};
pub use error::{CommandError, OpenError, Text2};
pub use handle::{
    BaseHandle, BaseStatus, Clock, EngineOptions, Listener, QueueHandle, Subscription, Then,
};
pub use patch::{Patch, PatchColumn, UndoState};
pub use query::{
    AggregateValue, AiEstimate, Chars, FindQuery, FindStart, Found, GroupRow, Groups, Hit,
    RetypePreview, Window, WindowQuery,
};
pub use queue::{Attempt, BatchChange, BatchState, BatchStatus, TakenCall};
/// The ledger of AI attempts is read there too.
pub use store::{
    BatchEstimate, BatchRecord, LedgerLine, LedgerQuery, PastCalls, Sending, Spent, SpentInHour,
    StoredBatch,
};
/// Attachments and history are read through [`BaseHandle::reader`], whose errors callers tell apart.
pub use store::{BlobError, ReadLogError};
pub use trouble::FileTrouble;
