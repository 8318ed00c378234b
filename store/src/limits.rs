//! Every bound of this crate, by name and unit.

/// Bytes of one blob row; larger blobs take several.
pub const BLOB_CHUNK_BYTES: usize = 1 << 20;
/// Bytes of one blob.
pub const BLOB_BYTES: u64 = 1 << 30;
/// Payloads above this are compressed where that makes them smaller.
pub const COMPRESSED_FROM_BYTES: usize = 4 << 10;
/// Records of one append from which on its columns are parts, which the log and checkpoints name.
pub const PART_FROM_RECORDS: u64 = 4_096;
/// Bytes of packed columns that are put into the file at a time beside edits.
pub const PACKED_BYTES: usize = 256 << 10;
/// Parts that are removed at a time.
pub const SWEPT_PARTS: usize = 64;
/// Files up to this size have every part checked when they are opened; larger ones in the background.
pub const CHECKED_BYTES: u64 = 64 << 20;
/// Bytes that one stored payload may unpack to.
pub const UNPACKED_BYTES: u64 = 1 << 30;
/// How long a connection waits for another one's write, in milliseconds.
pub const BUSY_TIMEOUT_MS: u64 = 10_000;
/// Pages of 4 KiB in the write-ahead log before SQLite folds them into the file.
pub const WAL_PAGES: u32 = 4_000;
/// Damaged rows of one log that a check tells.
pub const TOLD_ROWS: usize = 100;
/// Bytes of one note.
pub const NOTE_BYTES: usize = 4 << 20;
/// Batches of AI calls that are looked up on opening.
pub const KEPT_BATCHES: u32 = 100;
