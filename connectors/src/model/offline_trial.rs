//! “离线试用”: answers without any AI, so that the whole way can be tried without a key.
//!
//! [`OfflineTrial`] works from [`Ask::inputs`] only: translation by the trade glossary, copy and picture
//! prompts by sentence patterns. Law: deterministic, free, and it invents no fact; who shows its answers
//! marks them as a trial. Tests: at the end of this file.

use super::{
    Ask, AskError, ModelClient, Reply, glossary::Glossary, language::Language, offline_kinds,
};
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use table::ai::AiKind;

/// The name of the model, in AI fields and in provenance.
pub const NAME: &str = "offline-trial";

/// Stands before answers in a language that it does not know.
pub const ENGLISH_ONLY: &str = "[离线试用只会英文 · offline trial knows English only]";

/// See the module.
#[derive(Debug, Clone, Copy, Default)]
pub struct OfflineTrial;

impl ModelClient for OfflineTrial {
    fn ask(&self, ask: Ask) -> BoxFuture<'_, Result<Reply, AskError>> {
        Box::pin(async move {
            let text = match ask.kind {
                Some(kind)
                    if !matches!(kind, AiKind::Translate | AiKind::Copy | AiKind::ImagePrompt) =>
                {
                    offline_kinds::answer(kind, &ask)
                }
                kind => Some(answer(kind, &ask.inputs)).filter(|text| !text.trim().is_empty()),
            };
            let Some(text) = text else {
                return Err(AskError::BadRequest {
                    detail: "there is nothing to work with".into(),
                });
            };
            Ok(Reply {
                text,
                tokens_in: 0,
                tokens_out: 0,
                tokens_cached: 0,
                model: NAME.into(),
                finish_reason: "stop".into(),
            })
        })
    }

    fn draw(&self, ask: Ask) -> BoxFuture<'_, Result<(Vec<u8>, String), AskError>> {
        Box::pin(async move { Ok((offline_kinds::drawn(&ask)?, NAME.to_owned())) })
    }
}

/// The answer to a call with these inputs; empty where there is nothing to work with.
pub fn answer(kind: Option<AiKind>, inputs: &BTreeMap<String, String>) -> String {
    match kind {
        None => "ok".into(),
        Some(AiKind::Translate) => translation(inputs),
        Some(AiKind::Copy) => copy(inputs),
        Some(AiKind::ImagePrompt) => image_prompt(inputs),
        Some(_) => String::new(),
    }
}

pub(super) fn translation(inputs: &BTreeMap<String, String>) -> String {
    let source = inputs.get("text").map_or("", String::as_str);
    let language = inputs.get("language").map_or("en", String::as_str);
    if source.trim().is_empty() {
        return String::new();
    }
    let english = Glossary::shipped().translate(source);
    match Language::named(language) {
        Language::Chinese => source.to_owned(),
        Language::English => sentence(&english),
        _ => format!("{ENGLISH_ONLY} {}", sentence(&english)),
    }
}

/// Inputs that steer the work; all others are facts.
const CONTROLS: &[&str] = &[
    "text",
    "facts",
    "language",
    "style",
    "tone",
    "platform",
    "length",
    "instruction",
    "requirement",
    "scene",
    "kind",
    "audience",
    "max_chars",
];
const PRODUCT_KEYS: &[&str] = &[
    "品名",
    "产品名称",
    "商品名称",
    "名称",
    "产品",
    "商品",
    "标题",
    "name",
    "product",
    "title",
];
const COLOR_KEYS: &[&str] = &["颜色", "color", "colour"];
const MATERIAL_KEYS: &[&str] = &["材质", "材料", "material"];
const SIZE_KEYS: &[&str] = &["规格", "尺寸", "尺码", "型号", "size", "specification"];

/// What is known of a product, in the order given.
pub(super) struct Facts {
    pub product: String,
    pub color: Option<String>,
    pub material: Option<String>,
    pub size: Option<String>,
    pub rest: Vec<(String, String)>,
}

impl Facts {
    pub(super) fn of(inputs: &BTreeMap<String, String>) -> Facts {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut product = String::new();
        let blocks = ["facts", "text"]
            .iter()
            .filter_map(|name| inputs.get(*name));
        for line in blocks.flat_map(|block| block.lines()) {
            match line.split_once([':', '：']) {
                Some((key, value)) if !key.trim().is_empty() => {
                    pairs.push((key.trim().into(), value.trim().into()))
                }
                _ if product.is_empty() => product = line.trim().into(),
                _ => pairs.push((String::new(), line.trim().into())),
            }
        }
        for (name, value) in inputs {
            if !CONTROLS.contains(&name.as_str()) {
                pairs.push((name.clone(), value.trim().into()));
            }
        }
        pairs.retain(|(_, value)| !value.is_empty());
        let mut take = |keys: &[&str]| {
            let at = pairs
                .iter()
                .position(|(key, _)| keys.contains(&key.to_lowercase().as_str()))?;
            Some(pairs.remove(at).1)
        };
        let named = take(PRODUCT_KEYS);
        let (color, material, size) = (take(COLOR_KEYS), take(MATERIAL_KEYS), take(SIZE_KEYS));
        if let Some(named) = named {
            product = named;
        } else if product.is_empty() && !pairs.is_empty() {
            product = pairs.remove(0).1;
        }
        Facts {
            product,
            color,
            material,
            size,
            rest: pairs,
        }
    }
}

pub(super) fn copy(inputs: &BTreeMap<String, String>) -> String {
    let facts = Facts::of(inputs);
    if facts.product.is_empty() {
        return String::new();
    }
    match Language::named(inputs.get("language").map_or("中文", String::as_str)) {
        Language::Chinese => chinese_copy(&facts),
        Language::English => english_copy(&facts),
        _ => format!("{ENGLISH_ONLY} {}", english_copy(&facts)),
    }
}

fn chinese_copy(facts: &Facts) -> String {
    let mut text = facts.product.clone();
    for part in [
        facts.color.clone(),
        facts
            .material
            .as_ref()
            .map(|material| format!("{material}材质")),
        facts.size.as_ref().map(|size| format!("规格 {size}")),
    ]
    .into_iter()
    .flatten()
    {
        text.push('，');
        text.push_str(&part);
    }
    text.push('。');
    for (key, value) in &facts.rest {
        if key.is_empty() {
            text.push_str(&format!("{value}。"));
        } else {
            text.push_str(&format!("{key}：{value}。"));
        }
    }
    text
}

fn english_copy(facts: &Facts) -> String {
    let english = |text: &str| Glossary::shipped().translate(text);
    let mut text = sentence(&english(&facts.product));
    if let Some(color) = &facts.color {
        text.push_str(&format!(" in {}", english(color)));
    }
    if let Some(material) = &facts.material {
        text.push_str(&format!(", made of {}", english(material)));
    }
    if let Some(size) = &facts.size {
        text.push_str(&format!(", size {}", english(size)));
    }
    text.push('.');
    for (key, value) in &facts.rest {
        let value = english(value);
        if key.is_empty() {
            text.push_str(&format!(" {}.", sentence(&value)));
        } else {
            text.push_str(&format!(" {}: {value}.", sentence(&english(key))));
        }
    }
    text
}

fn image_prompt(inputs: &BTreeMap<String, String>) -> String {
    let facts = Facts::of(inputs);
    if facts.product.is_empty() {
        return String::new();
    }
    let english = |text: &str| Glossary::shipped().translate(text);
    let mut parts = vec![format!("Product photo of {}", english(&facts.product))];
    parts.extend(facts.color.as_deref().map(english));
    parts.extend(
        facts
            .material
            .as_deref()
            .map(|material| format!("made of {}", english(material))),
    );
    parts.extend(
        facts
            .size
            .as_deref()
            .map(|size| format!("size {}", english(size))),
    );
    let wish = ["scene", "style", "requirement", "instruction"]
        .iter()
        .filter_map(|name| inputs.get(*name))
        .find(|wish| !wish.trim().is_empty());
    match wish {
        Some(wish) => parts.push(english(wish)),
        None => parts.push("pure white background, no text, no props".into()),
    }
    parts.push("soft studio lighting, sharp focus, centered, 1:1".into());
    parts.join(", ")
}

/// With a capital at the beginning.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn inputs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn patterns_use_the_facts_and_nothing_else() {
        let facts = "品名: 鲨鱼夹\n颜色: 玫瑰金\n材质：亚克力\n规格: 11cm\n起订量: 12个";
        let cases = [
            (
                AiKind::Translate,
                inputs(&[("text", "玫瑰金鲨鱼夹"), ("language", "英语")]),
                "Rose gold claw clip",
            ),
            (
                AiKind::Translate,
                inputs(&[("text", "红色"), ("language", "西班牙语")]),
                "[离线试用只会英文 · offline trial knows English only] Red",
            ),
            (
                AiKind::Translate,
                inputs(&[("text", "红色"), ("language", "中文")]),
                "红色",
            ),
            (
                AiKind::Copy,
                inputs(&[("facts", facts)]),
                "鲨鱼夹，玫瑰金，亚克力材质，规格 11cm。起订量：12个。",
            ),
            (
                AiKind::Copy,
                inputs(&[("facts", facts), ("language", "en")]),
                "Claw clip in rose gold, made of acrylic, size 11cm. MOQ: 12 pcs.",
            ),
            (
                AiKind::Copy,
                inputs(&[("facts", "玫瑰金鲨鱼夹"), ("language", "en")]),
                "Rose gold claw clip.",
            ),
            (
                AiKind::Copy,
                inputs(&[("品名", "发圈"), ("颜色", "黑色"), ("language", "en")]),
                "Hair tie in black.",
            ),
            (
                AiKind::ImagePrompt,
                inputs(&[("facts", facts)]),
                "Product photo of claw clip, rose gold, made of acrylic, size 11cm, pure white background, no text, no props, soft studio lighting, sharp focus, centered, 1:1",
            ),
        ];
        for (kind, inputs, expected) in cases {
            assert_eq!(answer(Some(kind), &inputs), expected, "{inputs:?}");
            assert_eq!(answer(Some(kind), &inputs), expected, "twice the same");
        }
    }

    #[tokio::test]
    async fn nothing_to_work_with_is_an_error_and_not_an_empty_answer() {
        for kind in [AiKind::Translate, AiKind::Copy, AiKind::ImagePrompt] {
            let ask = Ask {
                kind: Some(kind),
                ..Ask::new("", "")
            };
            assert_eq!(
                OfflineTrial.ask(ask).await.unwrap_err().code(),
                "bad_request"
            );
        }
    }
}
