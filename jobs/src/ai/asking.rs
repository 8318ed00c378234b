//! One question with everything that goes with it: pictures of the base made small, a made picture kept in the base.
//!
//! [`asked`] is one request to the provider. Law: a picture is stored before its answer is; what a provider sent is
//! checked and labelled before it is stored. Tests: `jobs/tests/ai_kinds.rs`.

use super::{call_source::CallSource, lane::Work, provider::Provider};
use connectors::model::{
    Ask, AskError, Reply,
    picture::{self, Maker, Picture},
};
use std::sync::Arc;
use table::{ai::AiCall, expects::Expects, value::Attachment};

/// See the module.
pub async fn asked(
    source: Arc<dyn CallSource>,
    provider: &Provider,
    work: &Work,
) -> Result<Reply, AskError> {
    let call = work.taken.call.clone();
    let mut ask = work.ask();
    if !call.pictures.is_empty() {
        ask.pictures = pictures(source.clone(), call.clone()).await?;
    }
    match &call.expects {
        Expects::Picture { visible_label, .. } => {
            drawn(source, provider, ask, *visible_label).await
        }
        _ => provider.client.ask(ask).await,
    }
}

/// What a picture costs; none where the question is about words.
pub fn picture_micros(call: &AiCall, provider: &Provider) -> Option<u64> {
    let is_picture = matches!(call.expects, Expects::Picture { .. });
    is_picture.then(|| provider.prices.image_micros())
}

fn bad(detail: impl std::fmt::Display) -> AskError {
    AskError::BadPicture {
        detail: detail.to_string(),
    }
}

/// As they are sent.
async fn pictures(source: Arc<dyn CallSource>, call: Arc<AiCall>) -> Result<Vec<String>, AskError> {
    let prepared = tokio::task::spawn_blocking(move || {
        let one = |digest: &str| {
            let bytes = source.blob(digest);
            picture::for_asking(&bytes.ok_or_else(|| bad("the attachment is gone"))?)
        };
        call.pictures
            .iter()
            .map(|one_of| one(&one_of.digest))
            .collect()
    });
    prepared.await.map_err(bad)?
}

async fn drawn(
    source: Arc<dyn CallSource>,
    provider: &Provider,
    ask: Ask,
    is_visible: bool,
) -> Result<Reply, AskError> {
    let (bytes, model) = provider.client.draw(ask).await?;
    let (name, made_by) = (provider.name.clone(), model.clone());
    let kept = tokio::task::spawn_blocking(move || {
        let maker = Maker {
            provider: &name,
            model: &made_by,
            is_visible,
        };
        let picture = picture::finished(&bytes, maker)?;
        let digest = source.put_blob(&picture.bytes).map_err(bad)?;
        Ok::<_, AskError>(attachment(&picture, &digest))
    });
    let kept = kept.await.map_err(bad)??;
    Ok(Reply {
        text: kept.to_answer(),
        tokens_in: 0,
        tokens_out: 0,
        tokens_cached: 0,
        model,
        finish_reason: "stop".into(),
    })
}

fn attachment(picture: &Picture, digest: &str) -> Attachment {
    let extension = if picture.mime == "image/jpeg" {
        "jpg"
    } else {
        "png"
    };
    Attachment {
        digest: digest.into(),
        name: format!("AI-{}.{extension}", digest.get(..8).unwrap_or(digest)).into(),
        mime: picture.mime.into(),
        size_bytes: picture.bytes.len() as u64,
        width_px: picture.width_px,
        height_px: picture.height_px,
    }
}
