//! `/bases`, `/bases/{base}`

use crate::{
    app::{App, off_loop},
    auth::Client,
    error::{ApiError, Locale},
    instance::OpenBase,
    template,
    wire::{
        ErrorBody, Json, Path,
        patch::undo_json,
        schema::{BaseRow, BaseView, StatusView, table_view},
    },
};
use axum::{extract::State, http::StatusCode};
use engine::{
    command::{Command, Submission},
    handle::BaseStatus,
};
use serde::{Deserialize, Serialize};
use table::id::ActorId;
use utoipa::ToSchema;

/// All bases, the newest change first.
#[utoipa::path(get, path = "/bases", tag = "bases", responses((status = 200, body = Vec<BaseRow>)))]
pub async fn list(State(app): State<App>) -> Result<Json<Vec<BaseRow>>, ApiError> {
    Ok(Json(app.bases.list().await?))
}

#[derive(Deserialize, ToSchema)]
pub struct NewBase {
    pub name: String,
    /// Key of a template (`GET /templates`); absent: an empty base.
    #[serde(default)]
    pub template: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct BaseMade {
    pub id: String,
}

/// Makes a base, empty or from a template.
#[utoipa::path(post, path = "/bases", tag = "bases", request_body = NewBase,
    responses((status = 201, body = BaseMade), (status = 400, body = ErrorBody)))]
pub async fn create(
    State(app): State<App>,
    client: Client,
    Json(new): Json<NewBase>,
) -> Result<(StatusCode, Json<BaseMade>), ApiError> {
    let base = match new.template.as_deref().filter(|key| !key.is_empty()) {
        Some(key) => {
            let template = template::find(key)?;
            app.bases
                .create_from(&new.name, template, client.actor())
                .await?
        }
        None => app.bases.create(&new.name).await?,
    };
    let id = base.id.to_string();
    Ok((StatusCode::CREATED, Json(BaseMade { id })))
}

/// A base with its tables, fields and views.
#[utoipa::path(get, path = "/bases/{base}", tag = "bases", params(("base" = String, Path)),
    responses((status = 200, body = BaseView), (status = 404, body = ErrorBody)))]
pub async fn read(
    State(app): State<App>,
    Path(base): Path<String>,
    client: Client,
    locale: Locale,
) -> Result<Json<BaseView>, ApiError> {
    let base = app.base(&base).await?;
    let actor = client.actor();
    off_loop(move || Json(view(&base, &actor, locale))).await
}

/// The whole of a base but its records.
pub fn view(base: &OpenBase, actor: &ActorId, locale: Locale) -> BaseView {
    let snapshot = base.handle.snapshot();
    let tables = snapshot.schema.live_tables();
    BaseView {
        id: base.id.to_string(),
        name: snapshot.schema.name.clone(),
        revision: snapshot.revision.0,
        tables: tables.map(|table| table_view(&snapshot, table)).collect(),
        status: status_view(base.handle.status(), locale),
        undo: undo_json(&base.handle.undo_state(actor)),
    }
}

fn status_view(status: BaseStatus, locale: Locale) -> StatusView {
    match status {
        BaseStatus::Ok => StatusView::Ok,
        BaseStatus::Recomputing { done, of } => StatusView::Recomputing { done, of },
        BaseStatus::ReadOnly { reason } => StatusView::ReadOnly {
            code: reason.code.to_string(),
            reason: match locale {
                Locale::Zh => format!("{}。{}", reason.message.zh, reason.hint.zh),
                Locale::En => format!("{}. {}", reason.message.en, reason.hint.en),
            },
        },
    }
}

#[derive(Deserialize, ToSchema)]
pub struct BaseChange {
    pub name: String,
}

/// Renames a base.
#[utoipa::path(patch, path = "/bases/{base}", tag = "bases", params(("base" = String, Path)),
    request_body = BaseChange, responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn rename(
    State(app): State<App>,
    Path(base): Path<String>,
    client: Client,
    Json(change): Json<BaseChange>,
) -> Result<StatusCode, ApiError> {
    let base = app.base(&base).await?;
    let submission = Submission {
        actor: client.actor(),
        client_id: None,
        group: None,
        command: Command::RenameBase { name: change.name },
    };
    off_loop(move || base.handle.submit(submission)).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Moves a base to the trash folder.
#[utoipa::path(delete, path = "/bases/{base}", tag = "bases", params(("base" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn delete(
    State(app): State<App>,
    Path(base): Path<String>,
) -> Result<StatusCode, ApiError> {
    app.bases.delete(&base).await?;
    Ok(StatusCode::NO_CONTENT)
}
