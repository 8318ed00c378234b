//! The offline trial's answers to questions other than translation, copy and picture prompts; see `offline_trial`.
//!
//! Law: as there, deterministic and no fact invented; what it cannot do it says. Tests: at the end of this file.

use super::{
    Ask, AskError,
    glossary::Glossary,
    language::{Language, is_cjk},
    offline_trial::{Facts, copy, sentence, translation},
};
use image::{ImageEncoder, Rgb, RgbImage, codecs::png::PngEncoder};
use serde_json::{Map, Value, json};
use table::{
    ai::AiKind,
    expects::Expects,
    field::{FieldType, date, number::half_width},
};

/// As it is stored; none where there is nothing to work with.
pub(super) fn answer(kind: AiKind, ask: &Ask) -> Option<String> {
    let of = |name: &str| ask.inputs.get(name).map_or("", |text| text.trim());
    let text = match kind {
        AiKind::TranslateMany => {
            let mut members = Map::new();
            for language in of("languages").split(',') {
                let mut inputs = ask.inputs.clone();
                inputs.insert("language".into(), language.into());
                members.insert(language.into(), translation(&inputs).into());
            }
            Value::Object(members).to_string()
        }
        AiKind::Listing => listing(ask),
        AiKind::Classify => class(of("facts"), &ask.expects),
        AiKind::Extract => extracted(of("text"), of("what"), &ask.expects),
        AiKind::Ask => match ask.expects {
            Expects::Text => format!("[离线试用] {}", shortened(of("prompt"), 120)),
            _ => extracted(of("prompt"), "", &ask.expects),
        },
        AiKind::Summarize => {
            let values = of("facts").lines().map(|line| {
                line.split_once([':', '：'])
                    .map_or(line, |(_, value)| value)
                    .trim()
            });
            shortened(&values.collect::<Vec<_>>().join("；"), 60)
        }
        AiKind::Review => json!({"findings": [{
            "severity": "low",
            "problem": "离线试用看不了图片",
            "advice": "到“设置 → AI 模型”配置一个能看图的模型"
        }]})
        .to_string(),
        AiKind::Reply => match of("message").chars().any(is_cjk) {
            true => format!(
                "您好，您的留言“{}”已收到，我们核实后尽快回复您。",
                shortened(of("message"), 30)
            ),
            false => format!(
                "Hello, we have received your message \"{}\" and will get back to you shortly.",
                shortened(of("message"), 60)
            ),
        },
        AiKind::Translate | AiKind::Copy | AiKind::ImagePrompt | AiKind::Image => return None,
    };
    ask.expects.fitted(&text).ok()
}

fn shortened(text: &str, n_chars: usize) -> String {
    match text.char_indices().nth(n_chars) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn listing(ask: &Ask) -> String {
    let facts = Facts::of(&ask.inputs);
    let language = ask.inputs.get("language").map_or("中文", String::as_str);
    let is_chinese = Language::named(language) == Language::Chinese;
    let said = |text: &str| match is_chinese {
        true => text.to_owned(),
        false => Glossary::shipped().translate(text),
    };
    let named = [&facts.material, &facts.color, &facts.size]
        .into_iter()
        .flatten();
    let named: Vec<String> = named.map(|text| said(text)).collect();
    let product = said(&facts.product);
    let between = if is_chinese { "" } else { " " };
    let title: Vec<String> = named.iter().cloned().chain([product.clone()]).collect();
    let rest = facts.rest.iter().map(|(key, value)| match key.is_empty() {
        true => said(value),
        false => format!("{}: {}", said(key), said(value)),
    });
    let bullets: Vec<String> = named
        .iter()
        .cloned()
        .chain(rest)
        .map(|line| sentence(&line))
        .collect();
    let bullets = if bullets.is_empty() {
        vec![sentence(&product)]
    } else {
        bullets
    };
    let keywords: Vec<String> = [product].into_iter().chain(named).collect();
    json!({
        "title": sentence(&title.join(between)),
        "bullets": bullets,
        "description": copy(&ask.inputs),
        "keywords": keywords,
    })
    .to_string()
}

/// An option whose name stands in the facts.
fn class(facts: &str, expects: &Expects) -> String {
    let facts = facts.to_lowercase();
    let stands = |option: &&String| {
        !option.trim().is_empty() && facts.contains(&option.trim().to_lowercase())
    };
    match expects {
        Expects::OneOf { options } => {
            let found = options.iter().find(stands);
            // “发饰” fits “发夹” better than nothing does.
            let alike = || {
                let first = |option: &&String| {
                    option
                        .chars()
                        .next()
                        .is_some_and(|letter| is_cjk(letter) && facts.contains(letter))
                };
                options.iter().find(first)
            };
            found.or_else(alike).cloned().unwrap_or_default()
        }
        Expects::SomeOf { options } => {
            json!({"value": options.iter().filter(stands).collect::<Vec<_>>()}).to_string()
        }
        _ => String::new(),
    }
}

fn extracted(text: &str, what: &str, expects: &Expects) -> String {
    // What stands behind the name of the thing is looked at first.
    let behind = match text.find(what) {
        Some(at) if !what.is_empty() => &text[at + what.len()..],
        _ => text,
    };
    match expects {
        Expects::Number => first_number(behind)
            .or_else(|| first_number(text))
            .unwrap_or_default(),
        Expects::Date { .. } => first_date(behind)
            .or_else(|| first_date(text))
            .unwrap_or_default(),
        Expects::YesNo => if behind.contains(['是', '有', '要']) {
            "TRUE"
        } else {
            ""
        }
        .into(),
        Expects::OneOf { .. } | Expects::SomeOf { .. } => class(text, expects),
        _ => {
            let rest = behind.trim_start_matches([':', '：', '是', ' ']);
            let end = rest
                .find(['，', ',', '。', '；', ';', '\n'])
                .unwrap_or(rest.len());
            shortened(rest[..end].trim(), 60)
        }
    }
}

fn first_number(text: &str) -> Option<String> {
    let text = half_width(text);
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let rest = &text[start..];
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | ','));
    let found = rest[..end.unwrap_or(rest.len())].replace(',', "");
    Some(found.trim_end_matches('.').to_owned())
}

fn first_date(text: &str) -> Option<String> {
    let is_part = |letter: char| {
        letter.is_ascii_digit() || matches!(letter, '-' | '/' | '.' | '年' | '月' | '日')
    };
    text.split(|letter: char| !is_part(letter))
        .find_map(|part| match FieldType::Date.parse(part) {
            table::value::CellState::Value(table::value::CellValue::Date(day)) => {
                Some(date::date_text(day))
            }
            _ => None,
        })
}

/// A plain picture in a colour of its own per prompt, so that the whole way can be tried.
pub(super) fn drawn(ask: &Ask) -> Result<Vec<u8>, AskError> {
    let size = match &ask.expects {
        Expects::Picture { size, .. } => size.split_once('x'),
        _ => None,
    };
    let side = |text: &str| text.parse::<u32>().map_or(512, |side| side.clamp(64, 1024));
    let (width, height) = size.map_or((512, 512), |(width, height)| (side(width), side(height)));
    let hash = blake3::hash(ask.user.as_bytes());
    let [r, g, b] = [0, 1, 2].map(|at| f32::from(96 + hash.as_bytes()[at] / 2));
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    let radius = width.min(height) as f32 * 0.32;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let far = dx.hypot(dy) / radius;
        let shade = |colour: f32| match far {
            far if far < 1.0 => {
                colour * (1.15 - 0.5 * ((dx + dy) / radius * 0.35 + 0.5).clamp(0.0, 1.0))
            }
            _ => 250.0 - 60.0 * (1.0 - (dx.hypot((dy - radius) * 4.0) / radius).min(1.0)),
        };
        Rgb([r, g, b].map(|colour| shade(colour).clamp(0.0, 255.0) as u8))
    });
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(&picture, width, height, image::ExtendedColorType::Rgb8)
        .map_err(|error| AskError::BadPicture {
            detail: error.to_string(),
        })?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use table::expects::Part;

    fn ask(expects: Expects, inputs: &[(&str, &str)]) -> Ask {
        Ask {
            expects,
            inputs: inputs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Ask::new("", "prompt")
        }
    }

    fn part(name: &str, list: bool) -> Part {
        Part {
            name: name.into(),
            list,
        }
    }

    #[test]
    fn every_kind_has_an_answer_that_fits() {
        let one_of = |options: &[&str]| Expects::OneOf {
            options: options.iter().map(|one| (*one).to_owned()).collect(),
        };
        let parts = |parts: Vec<Part>| Expects::Parts { parts };
        let message = "订单 A12，数量：200 个，请在2026-12-05前发货";
        let cases = [
            (
                AiKind::TranslateMany,
                ask(
                    parts(vec![part("en", false), part("zh", false)]),
                    &[("text", "玫瑰金鲨鱼夹"), ("languages", "en,zh")],
                ),
                "Rose gold claw clip",
            ),
            (
                AiKind::Listing,
                ask(
                    parts(vec![
                        part("title", false),
                        part("bullets", true),
                        part("description", false),
                        part("keywords", true),
                    ]),
                    &[
                        ("facts", "品名: 鲨鱼夹\n颜色: 玫瑰金\n起订量: 12个"),
                        ("language", "英语"),
                    ],
                ),
                "Rose gold claw clip",
            ),
            (
                AiKind::Classify,
                ask(one_of(&["发饰", "耳饰"]), &[("facts", "品名: 珍珠耳饰")]),
                "耳饰",
            ),
            (
                AiKind::Classify,
                ask(one_of(&["发饰", "耳饰"]), &[("facts", "品名: 锅")]),
                "",
            ),
            (
                AiKind::Extract,
                ask(Expects::Number, &[("text", message), ("what", "数量")]),
                "200",
            ),
            (
                AiKind::Extract,
                ask(
                    Expects::Date { time: false },
                    &[("text", message), ("what", "交期")],
                ),
                "2026-12-05",
            ),
            (
                AiKind::Extract,
                ask(Expects::Text, &[("text", message), ("what", "订单")]),
                "A12",
            ),
            (
                AiKind::Summarize,
                ask(Expects::Text, &[("facts", "留言: 要货")]),
                "要货",
            ),
            (
                AiKind::Review,
                ask(Expects::Findings, &[]),
                "离线试用看不了图片",
            ),
            (
                AiKind::Ask,
                ask(Expects::Text, &[("prompt", "给杯子起名")]),
                "[离线试用] 给杯子起名",
            ),
            (
                AiKind::Ask,
                ask(Expects::Number, &[("prompt", "杯子 12.5 元")]),
                "12.5",
            ),
            (
                AiKind::Reply,
                ask(Expects::Text, &[("message", "where is my parcel?")]),
                "where is my parcel?",
            ),
        ];
        for (kind, ask, expected) in cases {
            let text = answer(kind, &ask).unwrap();
            assert!(
                text.contains(expected) && expected.is_empty() == text.is_empty(),
                "{kind:?}: {text}"
            );
            assert_eq!(ask.expects.fitted(&text).unwrap(), text, "{kind:?}");
        }
    }

    #[test]
    fn its_picture_opens_and_is_the_same_each_time() {
        let wanted = Expects::Picture {
            size: "320x200".into(),
            visible_label: false,
        };
        let png = drawn(&ask(wanted.clone(), &[])).unwrap();
        assert_eq!(png, drawn(&ask(wanted, &[])).unwrap());
        let picture = image::load_from_memory(&png).unwrap();
        assert_eq!((picture.width(), picture.height()), (320, 200));
    }
}
