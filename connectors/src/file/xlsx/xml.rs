//! Small tools over quick-xml that all parts of a workbook need: attributes, texts, start tags.
//!
//! Law: names are compared without their prefix; only the five predefined entities exist, so nothing can
//! expand. Tests: `connectors/tests/staging.rs`.

use super::package::corrupt;
use crate::file::stage_error::StageError;
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use std::io::BufRead;

/// A reader for whole parts and for pieces cut out of one.
pub fn fragment_reader<R: BufRead>(source: R) -> Reader<R> {
    let mut reader = Reader::from_reader(source);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    reader
}

/// An attribute by its name without prefix.
pub fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .and_then(|attribute| {
            attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .ok()
                .map(Into::into)
        })
}

pub fn number(element: &BytesStart, name: &str) -> Option<f64> {
    attribute(element, name)?.trim().parse().ok()
}

pub fn is_true(element: &BytesStart, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"))
}

/// Appends what an event holds as text.
pub fn add_text(out: &mut String, event: &Event) {
    match event {
        Event::Text(text) => out.push_str(&text.xml10_content()),
        Event::CData(text) => out.push_str(&text.xml10_content()),
        Event::GeneralRef(entity) => {
            if let Ok(Some(c)) = entity.resolve_char_ref() {
                out.push(c);
            } else if let Some(text) = quick_xml::escape::resolve_predefined_entity(entity) {
                out.push_str(text);
            }
        }
        _ => {}
    }
}

/// Calls `take` for every start tag.
pub fn each_start(bytes: &[u8], mut take: impl FnMut(&BytesStart)) -> Result<(), StageError> {
    let mut reader = fragment_reader(bytes);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(corrupt)? {
            Event::Eof => return Ok(()),
            Event::Start(element) => take(&element),
            _ => {}
        }
    }
}

/// Excel writes characters that XML cannot hold as `_x000D_`.
pub fn unescape_x(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let code = rest
            .get(at + 2..at + 7)
            .and_then(|code| code.strip_suffix('_'))
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|code| u32::from_str_radix(code, 16).ok())
            .and_then(char::from_u32);
        match code {
            Some(c) => {
                out.push(c);
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str("_x");
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    out.replace("\r\n", "\n").into()
}
