//! Every bound of this crate, by name and unit.

/// Submissions waiting for the writer; senders wait when it is full.
pub const WAITING_EVENTS: usize = 1_024;
/// Submissions that share one fsync.
pub const COMMANDS_PER_COMMIT: usize = 256;
/// Records that one command may make, remove or edit (imports come in columns and have their own bound).
pub const RECORDS_PER_COMMAND: usize = 100_000;
/// Cells that one command may set.
pub const CELLS_PER_COMMAND: usize = 1_000_000;
/// Records in one append from which on its texts are said with the table's words.
pub const SHARED_FROM_RECORDS: u64 = 4_096;
/// Records in one `AppendColumns`.
pub const RECORDS_PER_APPEND: u64 = 262_144;
/// Rows of a view that are put in order before all of them are.
pub const HEAD_ROWS: usize = 512;
/// Rows that an edit may move within a kept order; where it moves more, the order is made anew.
pub const FOLLOWED_ROWS: usize = 1_000;
/// Rows of one window.
pub const WINDOW_ROWS: u32 = 2_000;
/// Cells per column that a patch carries; beyond, clients fetch the window again.
pub const PATCH_CELLS: usize = 5_000;
/// Records × [`formula::Formula::weight`] above which a recompute goes to the background.
pub const FOREGROUND_WORK: u64 = 2_000_000;
/// Records below which a recompute stays on the thread of the writer.
pub const ALONE_RECORDS: u64 = 50_000;
/// Segments below which a recompute stays on the thread of the writer, if it is not many records either.
pub const ALONE_SEGMENTS: usize = 6;
/// Changed records whose keys are looked for in the tables that look them up; beyond, every record there counts as
/// reached.
pub const REACHING_RECORDS: u64 = 10_000;
/// Segments that a background computation gives to the other cores at a time; between two such steps a
/// recompute of the writer gets its turn.
pub const BACKGROUND_SEGMENTS: usize = 16;
/// Steps kept for undo, per actor.
pub const UNDO_STEPS: usize = 200;
/// Transactions read back from the log to find an actor's undo steps after a start.
pub const UNDO_LOOKBACK: u64 = 1_000;
/// Receipts kept in memory for repeated submissions; older ones are looked up in the log.
pub const RECENT_RECEIPTS: usize = 4_096;
/// View orders kept in memory.
pub const CACHED_ORDERS: usize = 32;
/// Groups of a view, all levels together; the rows after them stay without a head.
pub const GROUPS: usize = 10_000;
/// Searches kept in memory.
pub const CACHED_FINDS: usize = 8;
/// Records that a search counts hits in.
pub const FIND_ROWS: usize = 1_000_000;
/// Hits listed in one answer.
pub const FIND_HITS: u32 = 1_000;
/// Rows of an order that a search looks at in one step.
pub const FIND_STEP_ROWS: u64 = 65_536;
/// Cells that the policy “auto” queues per command; the rest stays stale or empty for a click on “run”.
pub const AUTO_CELLS_PER_COMMAND: usize = 200;
/// Transactions after which a checkpoint is written; as many are replayed at most when a base is opened.
pub const CHECKPOINT_TRANSACTIONS: u64 = 10_000;
/// Cells changed after which a checkpoint is written.
pub const CHECKPOINT_CELLS: u64 = 4_000_000;
/// Milliseconds between attempts to leave the read-only state by itself.
pub const RECOVER_EVERY_MS: u64 = 2_000;
/// Milliseconds between looks at what is older than the owner wants history to be.
pub const FORGET_EVERY_MS: i64 = 6 * 3_600_000;
/// Days that history is kept at least, as long as the trash.
pub const RETENTION_LEAST_DAYS: u32 = 30;
/// Changes of later that a preview of taking back shows.
pub const KEPT_SHOWN: usize = 50;
/// Cells that bringing a table back to a moment may change.
pub const CELLS_PER_RESTORE: usize = 20_000_000;
/// Bytes of cells that one command may write to the log, those before and after together; the file holds at most 1 GiB in one place.
pub const LOGGED_BYTES: usize = 800 << 20;
/// Segments that are made anew in one step of purging the trash.
pub const PURGE_SEGMENTS: usize = 4;
/// Milliseconds between looks at the calendar for formulas with TODAY().
pub const TICK_MS: u64 = 30_000;
/// Samples of misfits in a retype preview.
pub const PREVIEW_SAMPLES: usize = 20;
/// New options that a retype or paste may make in one go.
pub const NEW_OPTIONS: usize = 500;
/// Finished batches whose progress is kept.
pub const KEPT_BATCHES: usize = 100;
/// How far above its highest option a field takes over ids that a caller gives; above it they are numbered anew.
pub const GIVEN_OPTION_IDS: u32 = 1 << 20;
/// Records that one edit may link in one cell; a mirror may hold more.
pub const LINKS_PER_EDIT: usize = 1_000;
/// Records of an AI trial.
pub const AI_SAMPLE: usize = 20;
/// Formulas that are tried side by side.
pub const AI_TRIED_FORMULAS: usize = 4;
/// Failed calls whose reason is kept in memory, for trials.
pub const KEPT_FAILURES: usize = 256;
