//! The child process in which strangers' files are read, and the parent that watches it.
//!
//! Functions: [`run`] (parent: starts `suanpan stage`, kills it when time is over or a person cancels),
//! [`serve`] (child: limits itself, stages, reports). Law: whatever a file does to the child, the parent
//! gets a [`StageError`] with a clear code. Tests: `connectors/tests/child.rs`.

use super::{
    limits::StageLimits,
    manifest::Manifest,
    stage_error::{StageError, StageErrorCode},
    staged::Staged,
};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

const ERROR_FILE: &str = "error.json";
/// How often the cancel flag is looked at.
const LOOK_EVERY_MS: u64 = 50;
/// Bytes of the child's complaints that are kept.
const COMPLAINT_BYTES: u64 = 16 << 10;
const LIMITS_BYTES: u64 = 64 << 10;

/// What the child is told over its standard input, where nobody else can read it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StageOrder {
    pub limits: StageLimits,
    /// Of an encrypted workbook.
    pub password: Option<String>,
}

/// Runs `exe stage <input> --name <file_name> --into <into>` and waits; blocking.
pub fn run(
    exe: &Path,
    input: &Path,
    file_name: &str,
    into: &Path,
    order: &StageOrder,
    cancel: &AtomicBool,
) -> Result<Manifest, StageError> {
    fs::create_dir_all(into)?;
    let mut child = Command::new(exe)
        .arg("stage")
        .arg(input)
        .arg("--name")
        .arg(file_name)
        .arg("--into")
        .arg(into)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let outcome = watch(&mut child, order, cancel);
    // Already gone in the good case; else this ends and reaps it.
    let _ = child.kill();
    let status = child.wait()?;
    let complaint = outcome?;
    judge(status, &complaint, into)?;
    let staged =
        Staged::open(into).map_err(|error| StageErrorCode::ReaderCrashed.because(error))?;
    Ok(staged.manifest().clone())
}

/// Waits until the child closes its output, which it does when it ends; gives what it complained.
fn watch(child: &mut Child, order: &StageOrder, cancel: &AtomicBool) -> Result<String, StageError> {
    let started = Instant::now();
    if let Some(mut stdin) = child.stdin.take() {
        let json =
            serde_json::to_vec(order).map_err(|error| StageErrorCode::Disk.because(error))?;
        // A child that died at once shows in its exit status, not here.
        let _ = stdin.write_all(&json);
    }
    let (Some(mut stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(StageErrorCode::Disk.because("no pipes to the reader"));
    };
    let (send, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let mut complaint = Vec::new();
        let _ = stderr.take(COMPLAINT_BYTES).read_to_end(&mut complaint);
        let _ = std::io::copy(&mut stdout, &mut std::io::sink());
        let _ = send.send(String::from_utf8_lossy(&complaint).into_owned());
    });
    loop {
        match ended.recv_timeout(Duration::from_millis(LOOK_EVERY_MS)) {
            Ok(complaint) => return Ok(complaint),
            Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(String::new()),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
        }
        if cancel.load(Ordering::Relaxed) {
            return Err(StageErrorCode::Cancelled.because("cancelled"));
        }
        if started.elapsed() > Duration::from_millis(order.limits.wall_ms) {
            return Err(
                StageErrorCode::TooSlow.because(format_args!("{} ms", order.limits.wall_ms))
            );
        }
    }
}

fn judge(status: ExitStatus, complaint: &str, into: &Path) -> Result<(), StageError> {
    if status.success() {
        return Ok(());
    }
    let out_of_memory =
        complaint.contains("memory allocation of") || complaint.contains("out of memory");
    if out_of_memory || was_killed(status) {
        return Err(
            StageErrorCode::TooLargeForMemory.because(format_args!("{status}: {complaint}"))
        );
    }
    let mut told = Vec::new();
    if let Ok(file) = fs::File::open(into.join(ERROR_FILE)) {
        file.take(LIMITS_BYTES).read_to_end(&mut told)?;
    }
    Err(serde_json::from_slice(&told).unwrap_or_else(|_| {
        StageErrorCode::ReaderCrashed.because(format_args!("{status}: {complaint}"))
    }))
}

/// Killed from outside: only the system does that, when memory is short.
#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9)
}

#[cfg(not(unix))]
fn was_killed(_: ExitStatus) -> bool {
    false
}

/// The child's whole life: `suanpan stage` calls this and exits with what it gives.
pub fn serve(input: &Path, file_name: &str, into: &Path) -> ExitCode {
    let mut json = Vec::new();
    let _ = std::io::stdin().take(LIMITS_BYTES).read_to_end(&mut json);
    let StageOrder { limits, password } = serde_json::from_slice(&json).unwrap_or_default();
    let outcome = std::panic::catch_unwind(|| {
        limit_memory(&limits)?;
        super::stage::stage_with(input, file_name, into, &limits, password.as_deref())
    });
    let error = match outcome {
        Ok(Ok(_)) => return ExitCode::SUCCESS,
        Ok(Err(error)) => error,
        Err(panic) => {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            let said = said.unwrap_or_default();
            // Threads get their stacks from the same memory.
            let code = if said.contains("failed to spawn thread") {
                StageErrorCode::TooLargeForMemory
            } else {
                StageErrorCode::ReaderCrashed
            };
            code.because(said)
        }
    };
    if let Ok(json) = serde_json::to_vec(&error) {
        let _ = fs::write(into.join(ERROR_FILE), json);
    }
    ExitCode::from(3)
}

#[cfg(unix)]
fn limit_memory(limits: &StageLimits) -> Result<(), StageError> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    if limits.memory_bytes == 0 {
        return Ok(());
    }
    let hard = getrlimit(Resource::As).maximum;
    let bytes = hard.map_or(limits.memory_bytes, |hard| hard.min(limits.memory_bytes));
    let limit = Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    setrlimit(Resource::As, limit).map_err(|error| StageErrorCode::Disk.because(error))?;
    // No memory image of a customer's file on the disk.
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(|error| StageErrorCode::Disk.because(error))
}

#[cfg(not(unix))]
fn limit_memory(_: &StageLimits) -> Result<(), StageError> {
    Ok(())
}
