//! `POST /bases/{base}/commands`: everything that changes a base.

use crate::{
    app::{App, off_loop},
    auth::Client,
    error::{ApiError, Locale},
    instance::OpenBase,
    wire::{
        ErrorBody, Json, Path,
        command::{CommandDoc, ReceiptView, WireCommand, decode},
    },
};
use axum::extract::State;
use engine::{
    command::{Command, NewFieldType, Receipt, Submission},
    query::RetypePreview,
};
use serde::{Deserialize, Serialize};
use table::id::ActorId;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandRequest {
    /// Idempotency id: a second request with it is answered, not applied.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Parts of one user action share a group and are undone together.
    #[serde(default)]
    pub group: Option<String>,
    #[schema(value_type = CommandDoc)]
    #[serde(deserialize_with = "crate::wire::bulk::command")]
    pub command: WireCommand,
    /// Only says what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize, ToSchema)]
pub struct CommandAnswer {
    #[serde(flatten)]
    pub receipt: ReceiptView,
    /// For a dry run of a change of type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retype: Option<RetypeView>,
}

/// What a change of type would do.
#[derive(Serialize, ToSchema)]
pub struct RetypeView {
    /// Records with a value.
    pub n_values: u64,
    /// Of these, how many would not fit (kept as typed).
    pub n_misfits: u64,
    /// The first few that would not fit.
    pub samples: Vec<String>,
}

/// Carries out one command; answers when it is durable.
#[utoipa::path(post, path = "/bases/{base}/commands", tag = "commands", params(("base" = String, Path)),
    request_body = CommandRequest,
    responses((status = 200, body = CommandAnswer), (status = 422, body = ErrorBody)))]
pub async fn submit(
    State(app): State<App>,
    Path(base): Path<String>,
    client: Client,
    locale: Locale,
    Json(request): Json<CommandRequest>,
) -> Result<Json<CommandAnswer>, ApiError> {
    let base = app.base(&base).await?;
    let actor = client.actor();
    off_loop(move || {
        let command = decode(request.command, &base.handle.snapshot().schema)?;
        if request.dry_run {
            return dry_run(&base, &actor, &command, locale);
        }
        let receipt = base.handle.submit(Submission {
            actor,
            client_id: request.client_id,
            group: request.group,
            command,
        })?;
        Ok(Json(CommandAnswer {
            receipt: ReceiptView::new(receipt, locale),
            retype: None,
        }))
    })
    .await?
}

fn dry_run(
    base: &OpenBase,
    actor: &ActorId,
    command: &Command,
    locale: Locale,
) -> Result<Json<CommandAnswer>, ApiError> {
    base.handle.dry_run(actor, command)?;
    let retype = match command {
        Command::UpdateField {
            table,
            field,
            field_type: Some(NewFieldType::Plain(to)),
            ..
        } => Some(base.handle.preview_retype(*table, *field, to)?),
        _ => None,
    };
    let receipt = Receipt {
        revision: base.handle.snapshot().revision,
        result: Default::default(),
        repeated: false,
    };
    Ok(Json(CommandAnswer {
        receipt: ReceiptView::new(receipt, locale),
        retype: retype.map(RetypeView::from),
    }))
}

impl From<RetypePreview> for RetypeView {
    fn from(preview: RetypePreview) -> RetypeView {
        RetypeView {
            n_values: preview.n_values,
            n_misfits: preview.n_misfits,
            samples: preview.samples,
        }
    }
}
