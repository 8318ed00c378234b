//! Answers in a form, pictures out and pictures in, through the runner. See also `runner.rs`.
#![allow(clippy::unwrap_used)]

use connectors::model::{Ask, AskError, ModelClient, Reply, profile::Prices};
use futures_util::future::BoxFuture;
use jobs::{
    AiRunner, Provider, ProviderSet,
    ai::call_source::{
        CallSource,
        fake::{FakeSource, call, key},
    },
};
use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};
use table::{
    ai::{AiCall, AiKind, CallPicture},
    expects::Expects,
    value::Attachment,
};

/// Says these texts in turn; draws one picture.
#[derive(Default)]
struct Model {
    says: Mutex<Vec<&'static str>>,
    picture: Vec<u8>,
    asked: Mutex<Vec<Ask>>,
}

impl ModelClient for Model {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Reply, AskError>> {
        self.asked.lock().push(ask);
        let text = self.says.lock().remove(0).to_owned();
        Box::pin(std::future::ready(Ok(Reply {
            text,
            tokens_in: 10,
            tokens_out: 2,
            tokens_cached: 0,
            model: "m-1".into(),
            finish_reason: "stop".into(),
        })))
    }

    fn draw(&self, ask: Ask) -> BoxFuture<'_, Result<(Vec<u8>, String), AskError>> {
        self.asked.lock().push(ask);
        Box::pin(std::future::ready(Ok((
            self.picture.clone(),
            "draw-1".into(),
        ))))
    }
}

fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb([9, 90, 200]));
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn typed(kind: AiKind, expects: Expects) -> AiCall {
    AiCall {
        kind,
        expects,
        ..call(1, "p", "question")
    }
}

/// The queue after one call was settled, and what the model was asked.
async fn run(source: Arc<FakeSource>, model: Model, one: AiCall) -> Vec<Ask> {
    let model = Arc::new(model);
    let providers = Arc::new(ProviderSet::new());
    let prices = Prices {
        currency: "CNY".into(),
        price_image: Some(0.25),
        price_in: 1.0,
        ..Prices::default()
    };
    providers.put(Provider::new("p", "m-1", model.clone(), prices));
    source.queue("b", [one]);
    let runner = AiRunner::start(source.clone(), providers, Arc::new(|| 0));
    while source.answers().len() + source.failures().len() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    runner.stop().await;
    model.asked.lock().clone()
}

fn options() -> Expects {
    Expects::OneOf {
        options: vec!["发饰".into(), "耳饰".into()],
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_sent_back_once_with_the_reason() {
    let source = Arc::new(FakeSource::default());
    let says = Model {
        says: vec!["帽子", "{\"value\": \"发饰\"}"].into(),
        ..Model::default()
    };
    let asked = run(source.clone(), says, typed(AiKind::Classify, options())).await;
    assert_eq!(source.answers()[&key(1)].text, "发饰");
    assert_eq!(asked.len(), 2);
    assert!(
        asked[1].user.contains("“帽子” is none of the options"),
        "{}",
        asked[1].user
    );
    assert_eq!(asked[1].expects, options());

    let source = Arc::new(FakeSource::default());
    let says = Model {
        says: vec!["帽子", "=HYPERLINK(\"http://evil.example\")"].into(),
        ..Model::default()
    };
    let asked = run(source.clone(), says, typed(AiKind::Classify, options())).await;
    assert_eq!(asked.len(), 2, "sent back once");
    // It never becomes an option: a person has to look.
    let kept = source
        .answers()
        .get(&key(1))
        .map(|answer| answer.text.clone());
    assert_ne!(kept.as_deref(), Some("发饰"));
    assert_eq!(source.attempts().len(), 2);
}

#[tokio::test]
async fn a_made_picture_is_kept_with_its_label_and_its_price() {
    for (visible_label, mime) in [(false, "image/png"), (true, "image/png")] {
        let source = Arc::new(FakeSource::default());
        let size = "300x200".to_owned();
        let wanted = Expects::Picture {
            size,
            visible_label,
        };
        let model = Model {
            picture: picture(300, 200),
            ..Model::default()
        };
        run(source.clone(), model, typed(AiKind::Image, wanted)).await;
        let answer = source.answers()[&key(1)].clone();
        let files = Attachment::from_answer(&answer.text).unwrap();
        assert_eq!(
            (files[0].width_px, files[0].height_px, &*files[0].mime),
            (300, 200, mime)
        );
        let bytes = source.blob(&files[0].digest).unwrap();
        assert_eq!(bytes.len() as u64, files[0].size_bytes);
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("AIGC") && text.contains("draw-1"));
        assert_eq!(answer.provenance.model, "draw-1");
        assert_eq!(answer.provenance.cost_micros, 250_000);
        assert_eq!(source.attempts()[0].cost_micros, 250_000);
    }
}

#[tokio::test]
async fn what_is_no_picture_is_a_named_failure_and_kept_nowhere() {
    let source = Arc::new(FakeSource::default());
    let model = Model {
        picture: b"<html>".to_vec(),
        ..Model::default()
    };
    let wanted = Expects::Picture {
        size: String::new(),
        visible_label: false,
    };
    run(source.clone(), model, typed(AiKind::Image, wanted)).await;
    assert_eq!(source.failures()[&key(1)], "bad_picture");
    assert!(source.answers().is_empty());
}

#[tokio::test]
async fn pictures_are_made_small_before_they_are_sent() {
    let source = Arc::new(FakeSource::default());
    let digest = source.put_blob(&picture(3000, 1500)).unwrap();
    let mut one = typed(AiKind::Review, Expects::Findings);
    one.pictures = vec![CallPicture {
        digest: digest.as_str().into(),
        mime: "image/png".into(),
    }];
    let says = Model {
        says: vec!["{\"findings\": []}"].into(),
        ..Model::default()
    };
    let asked = run(source.clone(), says, one.clone()).await;
    let sent = connectors::model::picture::of_data_uri(&asked[0].pictures[0]).unwrap();
    let sent = image::load_from_memory(&sent).unwrap();
    assert_eq!((sent.width(), sent.height()), (1024, 512));
    assert_eq!(source.answers()[&key(1)].text, "{\"findings\":[]}");

    let empty = Arc::new(FakeSource::default());
    run(empty.clone(), Model::default(), one).await;
    assert_eq!(
        empty.failures()[&key(1)],
        "bad_picture",
        "the attachment is gone"
    );
}
