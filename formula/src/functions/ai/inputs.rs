//! The arguments of AI functions: which are data, which say what to do, and what the answer must be.
//!
//! Law: a field is always data; a text in the formula says what to do where the signature has a place for it.

use crate::{
    check::coerce::{self, text},
    eval::{Context, vector::Cell},
    limits::{AI_INPUT_CHARS, AI_PICTURES},
    plan::Node,
};
use std::collections::BTreeMap;
use table::{
    ai::{AiKind, CallPicture},
    column::ColumnKind,
    expects::{Expects, Part},
    field::{FieldType, select::split_names},
    value::{CellError, CellState, CellValue},
};

/// One argument in one record.
pub(super) struct Given {
    /// The field's name; absent where the argument is no field of the record.
    pub field: Option<String>,
    /// Written in the formula itself.
    pub is_literal: bool,
    pub shown: String,
    pub pictures: Vec<CallPicture>,
    /// The texts of an array or of a whole column.
    pub many: Option<Vec<String>>,
    pub is_true: bool,
}

impl Given {
    fn is_field(&self) -> bool {
        self.field.is_some()
    }

    fn is_empty(&self) -> bool {
        self.shown.is_empty() && self.pictures.is_empty()
    }
}

/// What becomes of a record.
pub(super) enum Asked {
    /// Nothing to work on.
    Nothing,
    Wrong(CellError),
    Call(Box<Request>),
}

pub(super) struct Request {
    pub kind: AiKind,
    pub inputs: BTreeMap<String, String>,
    /// For free prompts: the parts in order, and whether each is data.
    pub pieces: Vec<(String, bool)>,
    pub pictures: Vec<CallPicture>,
    pub expects: Expects,
    /// Which part of the answer the cell shows.
    pub part: String,
}

/// A field as its column shows it, so that a date reads as a date; pictures of an attachment field.
pub(super) fn given(context: &Context, arg: &Node, cell: &Cell, at: usize) -> Given {
    let mut given = Given {
        field: None,
        is_literal: matches!(arg, Node::Const(_) | Node::Array(_)),
        shown: String::new(),
        pictures: Vec::new(),
        many: None,
        is_true: coerce::number(cell).is_ok_and(|x| x != 0.0),
    };
    if let Cell::Array(range) = cell {
        let texts = range.cells().iter().filter_map(|cell| text(cell).ok());
        let texts: Vec<String> = texts.map(|text| text.trim().to_owned()).collect();
        given.many = Some(texts.into_iter().filter(|text| !text.is_empty()).collect());
    }
    let shown = match arg {
        Node::Own(field) => {
            given.field = Some(field.name.clone());
            let column = context.segment.column(field.column);
            let state = column.map(|column| column.get(context.offset(at)));
            if field.field_type.kind() == ColumnKind::Attachments {
                given.pictures = state.map(pictures).unwrap_or_default();
                if given.pictures.is_empty() {
                    text(cell).map(|text| text.to_string()).unwrap_or_default()
                } else {
                    String::new()
                }
            } else if *cell == Cell::Blank {
                String::new()
            } else {
                state
                    .map(|state| field.field_type.display(&state))
                    .unwrap_or_default()
            }
        }
        _ => match &given.many {
            Some(texts) => texts.join("\n"),
            None => text(cell)
                .map(|text| text.to_string())
                .unwrap_or_else(|_| CellError::Value.to_string()),
        },
    };
    given.shown = shown.trim().chars().take(AI_INPUT_CHARS).collect();
    given
}

fn pictures(state: CellState) -> Vec<CallPicture> {
    let CellState::Value(CellValue::Attachments(files)) = state else {
        return Vec::new();
    };
    let images = files.iter().filter(|file| file.mime.starts_with("image/"));
    let picture = |file: &table::value::Attachment| CallPicture {
        digest: file.digest.clone(),
        mime: file.mime.clone(),
    };
    images.take(AI_PICTURES).map(picture).collect()
}

/// `wanted`: the type of the field, where the answer is the field's value as it is.
pub(super) fn asked(kind: AiKind, wanted: Option<&FieldType>, given: &[Given]) -> Asked {
    let mut made = Making::new(kind);
    let found = match kind {
        AiKind::Translate | AiKind::TranslateMany => made.translate(given),
        AiKind::Copy | AiKind::ImagePrompt => made.copy(given),
        AiKind::Listing => made.listing(given),
        AiKind::Classify => made.classify(wanted, given),
        AiKind::Extract => made.extract(wanted, given),
        AiKind::Summarize | AiKind::Reply => made.with_note(given),
        AiKind::Review => made.review(given),
        AiKind::Ask => made.ask(wanted, given),
        AiKind::Image => made.image(given),
    };
    match found {
        Err(error) => Asked::Wrong(error),
        Ok(false) => Asked::Nothing,
        Ok(true) => {
            made.0.pictures.truncate(AI_PICTURES);
            Asked::Call(Box::new(made.0))
        }
    }
}

struct Making(Request);

/// False: there is nothing to work on.
type Made = Result<bool, CellError>;

impl Making {
    fn new(kind: AiKind) -> Making {
        Making(Request {
            kind,
            inputs: BTreeMap::new(),
            pieces: Vec::new(),
            pictures: Vec::new(),
            expects: Expects::Text,
            part: String::new(),
        })
    }

    fn put(&mut self, name: &str, value: &str) {
        self.0.inputs.insert(name.to_owned(), value.to_owned());
    }

    /// Under `facts`, each with its field's name.
    fn facts(&mut self, given: &[Given]) -> bool {
        let named = |one: &Given| match &one.field {
            Some(name) => format!("{name}: {}", one.shown),
            None => one.shown.clone(),
        };
        let facts = given.iter().filter(|one| !one.shown.is_empty()).map(named);
        let facts: Vec<String> = facts.collect();
        self.put("facts", &facts.join("\n"));
        let pictures = given.iter().flat_map(|one| one.pictures.iter().cloned());
        self.0.pictures.extend(pictures);
        given.iter().any(|one| !one.is_empty())
    }

    fn translate(&mut self, given: &[Given]) -> Made {
        let languages: Vec<&str> = match &given[1].many {
            Some(many) => many.iter().map(String::as_str).collect(),
            None => split_names(&given[1].shown),
        };
        self.put("text", &given[0].shown);
        self.put("note", given.get(2).map_or("", |one| &one.shown));
        if languages.len() < 2 {
            self.put("language", &given[1].shown);
            self.put("language_code", language_code(&given[1].shown));
            return Ok(!given[0].shown.is_empty());
        }
        let codes: Vec<&str> = languages.iter().map(|one| language_code(one)).collect();
        self.0.kind = AiKind::TranslateMany;
        self.put("languages", &codes.join(","));
        let part = |code: &&str| Part {
            name: (*code).to_owned(),
            list: false,
        };
        self.0.expects = Expects::Parts {
            parts: codes.iter().map(part).collect(),
        };
        let which = given.get(3).map_or("", |one| &one.shown);
        self.0.part = language_code(which).to_owned();
        if !which.is_empty() && !codes.contains(&self.0.part.as_str()) {
            return Err(CellError::Na);
        }
        Ok(!given[0].shown.is_empty())
    }

    fn copy(&mut self, given: &[Given]) -> Made {
        let is_copy = self.0.kind == AiKind::Copy;
        // A language that we know may follow the task of a copy; a field there is always the task.
        let last = given.len() - 1;
        let has_language = is_copy
            && given.len() > 2
            && !given[last].is_field()
            && language_code(&given[last].shown) != given[last].shown;
        let language = if has_language { &given[last].shown } else { "" };
        // The last argument before it is the task, unless it is a field.
        let task_at = last - usize::from(has_language);
        let has_task = is_copy || (given.len() > 1 && !given[task_at].is_field());
        let n_facts = if has_task { task_at } else { given.len() };
        let task = if has_task { &given[task_at].shown } else { "" };
        let found = self.facts(&given[..n_facts]);
        if is_copy {
            self.put("instruction", task);
            self.put("language", language);
        } else {
            self.put("style", task);
        }
        Ok(found)
    }

    fn listing(&mut self, given: &[Given]) -> Made {
        let Some(part) = listing_part(&given[0].shown) else {
            return Err(CellError::Na);
        };
        self.0.part = part.to_owned();
        self.put("language", &given[1].shown);
        self.put("instruction", &given[2].shown);
        let member = |(name, list): (&str, bool)| Part {
            name: name.to_owned(),
            list,
        };
        self.0.expects = Expects::Parts {
            parts: LISTING.into_iter().map(member).collect(),
        };
        Ok(self.facts(&given[3..]))
    }

    fn classify(&mut self, wanted: Option<&FieldType>, given: &[Given]) -> Made {
        let (last, rest) = given.split_last().ok_or(CellError::Value)?;
        let own = matches!(
            wanted,
            Some(FieldType::Select { .. } | FieldType::MultiSelect { .. })
        );
        let (options, facts) = match rest.is_empty() || last.is_field() {
            true => (None, given),
            false => (Some(options(last)), rest),
        };
        let wanted = wanted.filter(|_| own).map(Expects::of);
        self.0.expects = match (options, wanted) {
            // A multi-select takes several of the options that the formula gives.
            (Some(options), Some(Expects::SomeOf { .. })) => Expects::SomeOf { options },
            (Some(options), _) => Expects::OneOf { options },
            (None, Some(expects)) => expects,
            (None, None) => return Err(CellError::Value),
        };
        if let Expects::OneOf { options } | Expects::SomeOf { options } = &self.0.expects {
            if options.is_empty() {
                return Err(CellError::Value);
            }
            let listed = options.join("\n");
            self.put("options", &listed);
        }
        Ok(self.facts(facts))
    }

    fn extract(&mut self, wanted: Option<&FieldType>, given: &[Given]) -> Made {
        self.put("text", &given[0].shown);
        self.put("what", &given[1].shown);
        self.0.pictures.clone_from(&given[0].pictures);
        self.0.expects = match given.get(2).filter(|one| !one.is_empty()) {
            None => wanted.map(Expects::of).unwrap_or_default(),
            Some(one) => match sought(&one.shown) {
                Some(kind) => Expects::of(&kind),
                None => Expects::OneOf {
                    options: options(one),
                },
            },
        };
        if let Expects::OneOf { options } | Expects::SomeOf { options } = &self.0.expects {
            let listed = options.join("\n");
            self.put("options", &listed);
        }
        Ok(!given[0].is_empty())
    }

    /// What comes first is worked on; a text at the end says how.
    fn with_note(&mut self, given: &[Given]) -> Made {
        let last = given.len() - 1;
        let has_note = last > 0 && !given[last].is_field();
        let facts = if has_note { &given[..last] } else { given };
        self.put("note", if has_note { &given[last].shown } else { "" });
        if self.0.kind == AiKind::Reply {
            self.put("message", &facts[0].shown);
            self.0.pictures.clone_from(&facts[0].pictures);
            self.facts(&facts[1..]);
            return Ok(!facts[0].is_empty());
        }
        Ok(self.facts(facts))
    }

    fn review(&mut self, given: &[Given]) -> Made {
        self.0.pictures.clone_from(&given[0].pictures);
        self.put("note", given.get(1).map_or("", |one| &one.shown));
        self.0.expects = Expects::Findings;
        self.0.part = match given.get(2).map_or("", |one| one.shown.as_str()) {
            "" => String::new(),
            "严重程度" | "severity" => "severity".into(),
            "数量" | "count" => "count".into(),
            _ => return Err(CellError::Na),
        };
        match (self.0.pictures.is_empty(), given[0].shown.is_empty()) {
            (true, false) => Err(CellError::Value),
            (none, _) => Ok(!none),
        }
    }

    fn ask(&mut self, wanted: Option<&FieldType>, given: &[Given]) -> Made {
        let mut prompt = String::new();
        let mut has_data = false;
        let mut has_field = false;
        for one in given {
            self.0.pictures.extend(one.pictures.iter().cloned());
            has_field |= !one.is_literal;
            has_data |= !one.is_literal && !one.is_empty();
            if !one.shown.is_empty() {
                prompt.push_str(&one.shown);
                self.0.pieces.push((one.shown.clone(), !one.is_literal));
            }
        }
        self.put("prompt", &prompt);
        self.0.expects = wanted.map(Expects::of).unwrap_or_default();
        if let Expects::OneOf { options } | Expects::SomeOf { options } = &self.0.expects {
            let listed = options.join("\n");
            self.put("options", &listed);
        }
        Ok(!prompt.is_empty() && (has_data || !has_field))
    }

    fn image(&mut self, given: &[Given]) -> Made {
        self.put("prompt", &given[0].shown);
        if let Some(reference) = given.get(1) {
            self.0.pictures.clone_from(&reference.pictures);
        }
        let size = given.get(2).map_or("", |one| &one.shown);
        let size = size.to_lowercase().replace(['×', '*', ' '], "x");
        let is_size = size.split('x').all(|side| side.parse::<u16>().is_ok()) && size.contains('x');
        if !size.is_empty() && !is_size {
            return Err(CellError::Value);
        }
        self.put("size", &size);
        self.0.expects = Expects::Picture {
            size,
            visible_label: given.get(3).is_some_and(|one| one.is_true),
        };
        Ok(!given[0].shown.is_empty())
    }
}

/// The members of a listing, and which are lists.
const LISTING: [(&str, bool); 4] = [
    ("title", false),
    ("bullets", true),
    ("description", false),
    ("keywords", true),
];

/// The member that people mean; all of them for an empty word.
pub(super) fn listing_part(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "" => "",
        "标题" | "title" => "title",
        "卖点" | "五点" | "bullets" => "bullets",
        "描述" | "详情" | "description" => "description",
        "关键词" | "keywords" => "keywords",
        _ => return None,
    })
}

fn options(given: &Given) -> Vec<String> {
    let listed = match &given.many {
        Some(many) => many.clone(),
        None => split_names(&given.shown)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    };
    let mut seen = std::collections::BTreeSet::new();
    let fresh = |name: &String| seen.insert(name.clone());
    listed.into_iter().filter(fresh).collect()
}

/// The type that a word names.
pub(crate) fn sought(word: &str) -> Option<FieldType> {
    Some(match word.trim().to_lowercase().as_str() {
        "文本" | "文字" | "text" => FieldType::Text,
        "数字" | "数量" | "number" => crate::check::infer::number(),
        "金额" | "价格" | "currency" | "money" => FieldType::Currency {
            code: "CNY".into(),
            decimals: 2,
        },
        "日期" | "date" => FieldType::Date,
        "时间" | "日期时间" | "datetime" => FieldType::DateTime,
        "是否" | "勾选" | "yesno" | "checkbox" => FieldType::Checkbox,
        _ => return None,
    })
}

pub(super) fn language_code(language: &str) -> &str {
    match language.to_lowercase().as_str() {
        "英语" | "英文" | "english" => "en",
        "中文" | "汉语" | "chinese" => "zh",
        "西班牙语" | "西班牙文" | "spanish" => "es",
        "法语" | "法文" | "french" => "fr",
        "德语" | "德文" | "german" => "de",
        "俄语" | "俄文" | "russian" => "ru",
        "阿拉伯语" | "arabic" => "ar",
        "葡萄牙语" | "portuguese" => "pt",
        "日语" | "日文" | "japanese" => "ja",
        "韩语" | "韩文" | "korean" => "ko",
        _ => language,
    }
}
