//! `GET /bases/{base}/socket`: the live connection (docs/design/002-wire.md).

use crate::{app::App, error::ApiError, limits::SOCKET_MESSAGE_BYTES, wire::Path, ws};
use axum::{
    extract::{State, WebSocketUpgrade},
    response::Response,
};

pub async fn connect(
    State(app): State<App>,
    Path(base): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let base = app.base(&base).await?;
    Ok(upgrade
        .max_message_size(SOCKET_MESSAGE_BYTES)
        .on_upgrade(move |socket| ws::run(socket, base)))
}
