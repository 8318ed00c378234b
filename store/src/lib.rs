//! Durability of one base: one SQLite file with an op log, checkpoints, a queue of AI calls, and blobs.
//!
//! Knows disk, not meaning. [`Base`] is the writer's handle, exclusive per file; [`Reader`] is cheap and shared.
//! Laws: what `append` accepted is there after any crash; what is read back was checked against its checksum;
//! acknowledged ⊆ recovered ⊆ attempted. The bytes are described in docs/format.md. Tests: `store/tests/`.

mod backup;
mod base;
mod blob;
mod call_queue;
mod checkpoint;
pub mod codec;
mod create;
mod damage;
mod error;
pub mod fault;
mod history;
mod ledger;
pub mod limits;
mod log;
mod migrate;
mod note;
mod pack;
mod parts;
mod reader;
mod retention;
mod verify;

pub use base::{Base, BrokenLog, Entry, Recovered};
pub use blob::BlobId;
pub use call_queue::{Answers, CallStatus, QueuedCall, StoredCall};
pub use damage::Damage;
pub use error::{
    AppendError, BackupError, BlobError, CheckpointError, CloseError, CreateBaseError,
    OpenBaseError, ReadLogError, Trouble,
};
pub use history::{LogLine, Undoing};
pub use ledger::{
    Attempt, BatchEstimate, BatchRecord, LedgerLine, LedgerQuery, PastCalls, Sending, Spent,
    SpentInHour, StoredBatch,
};
pub use migrate::FORMAT;
pub use pack::{Packed, Packer};
pub use reader::Reader;
pub use retention::Needs;
