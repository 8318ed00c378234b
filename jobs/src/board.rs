//! The job panel: what is going on, how far it is, and a way to stop it.
//!
//! [`JobBoard`] holds a [`JobRow`] per job; whoever does the work holds its [`Ticket`]. Law: `done` never
//! goes back, and a ticket that is dropped without a result says so instead of running for ever.
//! Tests: at the end of this file.

use crate::{ai::reason, limits};
use connectors::model::Text2;
use engine::{BatchState, BatchStatus};
use parking_lot::Mutex;
use serde::Serialize;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    Import,
    Export,
    Ai,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// A file is being read.
    Staging,
    /// Waits for a person to confirm.
    Previewed,
    Running,
    /// Stands still until somebody lets it go on.
    Paused,
    Done,
    Failed,
    Cancelled,
}

impl JobState {
    pub fn is_over(self) -> bool {
        matches!(
            self,
            JobState::Done | JobState::Failed | JobState::Cancelled
        )
    }
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobError {
    /// Stable.
    pub code: String,
    pub message: Text2,
    /// What it is about, e.g. `sheet!row`.
    pub at: Option<String>,
}

/// One line of the job panel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobRow {
    pub id: String,
    pub kind: JobKind,
    /// Id of the base, once there is one.
    pub base: Option<String>,
    /// File or field name.
    pub label: String,
    pub state: JobState,
    pub done: u64,
    /// 0 while unknown.
    pub of: u64,
    pub message: Option<Text2>,
    pub error: Option<JobError>,
}

/// Hears every change of a row, in order; must be quick.
pub type BoardListener = Box<dyn Fn(&JobRow) + Send + Sync>;

#[derive(Default)]
struct Inner {
    rows: Mutex<Vec<(JobRow, CancellationToken)>>,
    listeners: Mutex<Vec<BoardListener>>,
    next: AtomicU64,
}

/// See the module. Cheap to clone.
#[derive(Clone, Default)]
pub struct JobBoard(Arc<Inner>);

/// The right to report on one job.
pub struct Ticket {
    board: JobBoard,
    id: String,
    token: CancellationToken,
}

impl JobBoard {
    pub fn new() -> JobBoard {
        JobBoard::default()
    }

    /// A new line; `seed` makes ids unique over restarts, e.g. the time of the start.
    pub fn add(
        &self,
        seed: &str,
        kind: JobKind,
        base: Option<String>,
        label: &str,
        state: JobState,
    ) -> Ticket {
        let n = self.0.next.fetch_add(1, Ordering::Relaxed);
        let row = JobRow {
            id: format!("j{seed}-{n}"),
            kind,
            base,
            label: label.to_owned(),
            state,
            done: 0,
            of: 0,
            message: None,
            error: None,
        };
        let ticket = Ticket {
            board: self.clone(),
            id: row.id.clone(),
            token: CancellationToken::new(),
        };
        {
            let mut rows = self.0.rows.lock();
            rows.push((row.clone(), ticket.token.clone()));
            let n_over = rows.iter().filter(|(row, _)| row.state.is_over()).count();
            if n_over > limits::KEPT_JOBS
                && let Some(oldest) = rows.iter().position(|(row, _)| row.state.is_over())
            {
                rows.remove(oldest);
            }
        }
        self.tell(&row);
        ticket
    }

    /// Newest first.
    pub fn list(&self) -> Vec<JobRow> {
        self.0
            .rows
            .lock()
            .iter()
            .rev()
            .map(|(row, _)| row.clone())
            .collect()
    }

    pub fn find(&self, id: &str) -> Option<JobRow> {
        let rows = self.0.rows.lock();
        rows.iter()
            .find(|(row, _)| row.id == id)
            .map(|(row, _)| row.clone())
    }

    pub fn subscribe(&self, listener: BoardListener) {
        self.0.listeners.lock().push(listener);
    }

    /// Asks a job to stop; false if there is none of that id or it is over.
    pub fn cancel(&self, id: &str) -> bool {
        let rows = self.0.rows.lock();
        match rows
            .iter()
            .find(|(row, _)| row.id == id && !row.state.is_over())
        {
            Some((_, token)) => {
                token.cancel();
                true
            }
            None => false,
        }
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut JobRow)) {
        let changed = {
            let mut rows = self.0.rows.lock();
            let Some((row, _)) = rows.iter_mut().find(|(row, _)| row.id == id) else {
                return;
            };
            if row.state.is_over() {
                return;
            }
            change(row);
            row.clone()
        };
        self.tell(&changed);
    }

    fn tell(&self, row: &JobRow) {
        for listener in self.0.listeners.lock().iter() {
            listener(row);
        }
    }
}

impl Ticket {
    pub fn id(&self) -> &str {
        &self.id
    }

    /// True once somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Ends when somebody asks to stop.
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    pub fn state(&self, state: JobState) {
        self.board.change(&self.id, |row| row.state = state);
    }

    pub fn base(&self, base: &str) {
        self.board
            .change(&self.id, |row| row.base = Some(base.to_owned()));
    }

    /// Progress never goes back.
    pub fn progress(&self, done: u64, of: u64) {
        self.board.change(&self.id, |row| {
            row.done = row.done.max(done);
            row.of = of.max(row.done);
        });
    }

    pub fn message(&self, message: Text2) {
        self.board
            .change(&self.id, |row| row.message = Some(message));
    }

    pub fn finish(self, message: Option<Text2>) {
        self.board.change(&self.id, |row| {
            row.state = JobState::Done;
            row.done = row.of.max(row.done);
            row.message = message;
        });
    }

    pub fn fail(self, error: JobError) {
        self.board.change(&self.id, |row| {
            row.state = JobState::Failed;
            row.error = Some(error);
        });
    }

    pub fn cancelled(self) {
        self.board
            .change(&self.id, |row| row.state = JobState::Cancelled);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // Without effect where a result was reported.
        self.board.change(&self.id, |row| {
            row.state = JobState::Failed;
            row.error = Some(JobError {
                code: "job_interrupted".into(),
                message: Text2::new(
                    "任务意外中断，没有改动数据。请重新开始。",
                    "The job was interrupted. Please start it again.",
                ),
                at: None,
            });
        });
    }
}

/// Money as people write it: a sign for the currencies of the presets, else the code.
fn money_text(micros: u64, currency: &str) -> String {
    let amount = micros as f64 / 1e6;
    match currency {
        "CNY" => format!("¥{amount:.4}"),
        "USD" => format!("${amount:.4}"),
        code => format!("{amount:.4} {code}"),
    }
}

/// An AI batch as a line of the panel; its id is `ai-<batch>`, and cancelling it is `CancelAi`.
pub fn batch_row(base: &str, label: &str, batch: &BatchStatus) -> JobRow {
    let money = money_text(batch.cost_micros, &batch.currency);
    let (done, failed, cached) = (batch.n_done, batch.n_failed, batch.n_cached);
    let mut message = Text2::new(
        format!("完成 {done}，失败 {failed}，花费 {money}"),
        format!("{done} done, {failed} failed, cost {money}"),
    );
    if batch.n_total == 0 && cached == 0 {
        message = Text2::new(
            "没有需要运行的格子，都已是最新",
            "Nothing had to be run: the cells are up to date",
        );
    } else if cached > 0 {
        message.zh += &format!("，另有 {cached} 格用了已有的答案，不花钱");
        message.en += &format!("; {cached} cells took answers that were there, at no cost");
    }
    let why = |code: &String| JobError {
        code: code.clone(),
        message: reason::words(code),
        at: None,
    };
    // Where nothing had to be asked, the cells that were filled are the work that was done.
    let (n_over, of) = match batch.n_total {
        0 => (cached, cached),
        n_total => (done + failed, n_total),
    };
    JobRow {
        id: format!("ai-{}", batch.batch),
        kind: JobKind::Ai,
        base: Some(base.to_owned()),
        label: label.to_owned(),
        state: match batch.state {
            BatchState::Running => JobState::Running,
            BatchState::Done => JobState::Done,
            BatchState::Failed => JobState::Failed,
            BatchState::Cancelled => JobState::Cancelled,
            BatchState::Paused => JobState::Paused,
        },
        done: n_over,
        of,
        message: Some(message),
        error: match batch.state {
            BatchState::Failed => batch.reason.as_ref().map(why),
            BatchState::Paused => batch.paused.as_ref().map(why),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_job_is_told_from_start_to_end_and_never_goes_back() {
        let board = JobBoard::new();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        board.subscribe(Box::new(move |row| {
            ears.lock().push((row.state, row.done, row.of))
        }));
        let ticket = board.add("1", JobKind::Import, None, "报价单.xlsx", JobState::Staging);
        ticket.state(JobState::Running);
        ticket.progress(50, 100);
        ticket.progress(20, 100);
        ticket.finish(None);
        assert_eq!(
            *heard.lock(),
            [
                (JobState::Staging, 0, 0),
                (JobState::Running, 0, 0),
                (JobState::Running, 50, 100),
                (JobState::Running, 50, 100),
                (JobState::Done, 100, 100),
            ]
        );
    }

    #[test]
    fn cancelling_reaches_the_worker_once() {
        let board = JobBoard::new();
        let ticket = board.add("1", JobKind::Export, None, "x", JobState::Running);
        let id = ticket.id().to_owned();
        assert!(board.cancel(&id) && ticket.is_cancelled());
        ticket.cancelled();
        assert_eq!(board.find(&id).unwrap().state, JobState::Cancelled);
        assert!(!board.cancel(&id), "it is over");
        assert!(!board.cancel("j9-9"));
    }

    #[test]
    fn a_dropped_ticket_is_a_failed_job() {
        let board = JobBoard::new();
        drop(board.add("1", JobKind::Import, None, "x", JobState::Running));
        let row = &board.list()[0];
        assert_eq!(
            (row.state, row.error.as_ref().unwrap().code.as_str()),
            (JobState::Failed, "job_interrupted")
        );
    }

    #[test]
    fn only_finished_jobs_are_forgotten() {
        let board = JobBoard::new();
        let open = board.add("1", JobKind::Import, None, "open", JobState::Running);
        for _ in 0..limits::KEPT_JOBS + 20 {
            board
                .add("1", JobKind::Export, None, "x", JobState::Running)
                .finish(None);
        }
        assert!(board.list().len() <= limits::KEPT_JOBS + 3);
        assert!(board.find(open.id()).is_some());
    }
}
