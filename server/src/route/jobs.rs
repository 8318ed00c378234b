//! `/jobs`: the job panel: imports, exports and AI batches.

use crate::{
    app::{App, off_loop},
    auth::Client,
    error::{ApiError, Locale},
    wire::{ErrorBody, Json, Path, job::JobView},
};
use axum::{extract::State, http::StatusCode};
use engine::{Command, Submission};

/// Everything that is going on or was lately, the newest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", responses((status = 200, body = Vec<JobView>)))]
pub async fn list(State(app): State<App>, locale: Locale) -> Result<Json<Vec<JobView>>, ApiError> {
    off_loop(move || {
        let mut rows = app.board.list();
        for base in app.bases.open_ones() {
            rows.extend(base.batch_rows());
        }
        Json(
            rows.into_iter()
                .map(|row| JobView::new(row, locale))
                .collect(),
        )
    })
    .await
}

/// Stops a job; what it has done is taken back, except answers of an AI batch that are there already.
#[utoipa::path(post, path = "/jobs/{job}/cancel", tag = "jobs", params(("job" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn cancel(
    State(app): State<App>,
    Path(job): Path<String>,
    client: Client,
) -> Result<StatusCode, ApiError> {
    let missing = || ApiError::not_found("no_job", ("任务", "job"), &job);
    let Some(batch) = job.strip_prefix("ai-").map(str::to_string) else {
        return match app.board.cancel(&job) {
            true => Ok(StatusCode::NO_CONTENT),
            false => Err(missing()),
        };
    };
    let owner = app.bases.open_ones().into_iter().find(|base| {
        let batches = base.handle.queue().batches();
        batches.iter().any(|known| known.batch == batch)
    });
    let base = owner.ok_or_else(missing)?;
    let submission = Submission {
        actor: client.actor(),
        client_id: None,
        group: None,
        command: Command::CancelAi { batch },
    };
    off_loop(move || base.handle.submit(submission)).await??;
    Ok(StatusCode::NO_CONTENT)
}
