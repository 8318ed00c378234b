//! Every bound of this crate, by name and unit.

use std::time::Duration;

/// Questions open at a time to a provider that has just proven itself.
pub const START_PARALLEL: u32 = 4;
/// Questions open at a time to one provider of which nothing else is known.
pub const MAX_PARALLEL: u32 = 32;
/// The most that its settings may allow.
pub const PARALLEL_AT_MOST: u32 = 256;
/// Tries of one call that fail by themselves (not because the provider wants us to wait).
pub const MAX_TRIES: u32 = 5;
/// Refusals in a row, over all calls of a provider, after which its batches are given up.
pub const WAITS_IN_A_ROW: u32 = 12;
/// Failures in a row, over all calls of a provider and without one success, after which its batches are given up.
pub const FAILURES_IN_A_ROW: u32 = 40;
/// How long the calls of a given-up batch fail without being asked.
pub const GIVEN_UP: Duration = Duration::from_secs(60);
/// The first pause after a failure; doubled each time.
pub const BACKOFF_MS: u64 = 1_000;
pub const BACKOFF_MAX_MS: u64 = 60_000;
/// Calls taken ahead of free places while few are open.
pub const CALLS_IN_HAND: usize = 8;
/// Calls taken ahead of free places, over all providers.
pub const CALLS_AHEAD: usize = 512;
/// Calls taken at once while a given-up batch is being emptied.
pub const CALLS_PER_DRAIN: usize = 512;
/// Answers that share one commit.
pub const ANSWERS_PER_COMMIT: usize = 64;
/// Failures that share one commit.
pub const FAILURES_PER_COMMIT: usize = 1_024;
/// The longest time that an answer waits for others to share its commit.
pub const COMMIT_DELAY: Duration = Duration::from_millis(100);
/// Outcomes waiting for the commit; questions wait when it is full.
pub const WAITING_OUTCOMES: usize = 256;
/// Between looks at which batches were cancelled.
pub const CANCEL_TICK: Duration = Duration::from_millis(500);
/// Between tries to store answers while the base takes none.
pub const STORE_RETRY: Duration = Duration::from_secs(1);
/// Such tries once the program is to end.
pub const STORES_AT_STOP: u32 = 10;
/// What an answer may have, in tokens.
pub const ANSWER_TOKENS: u32 = 1_024;
/// Finished jobs that the board keeps.
pub const KEPT_JOBS: usize = 100;
/// Lines of one kind that a comparison keeps: rows added, records changed, records missing, problems.
pub const KEPT_LINES: usize = 20_000;
/// Cells that one command of an import changes.
pub const CELLS_PER_UPDATE: usize = 400_000;
/// Cells shown of a row that would be added.
pub const CELLS_PER_LINE: usize = 12;
