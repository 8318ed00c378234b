//! A part of a workbook as a tree, so that a few places can be changed and everything else stays as it was.
//!
//! Types: [`Part`], [`Element`], [`Node`]. Law: names keep their prefixes, attributes their order, texts their
//! spaces; what is not understood is written back as it was read. Tests: here.

use super::error::TemplateError;
use quick_xml::{
    Reader, XmlVersion,
    escape::partial_escape,
    events::{BytesStart, Event},
};

/// Elements within each other.
const DEPTH: usize = 200;

/// One XML file.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// What stands before the root: the declaration, comments.
    head: String,
    pub root: Element,
}

#[derive(Debug, Clone, Default)]
pub struct Element {
    /// With its prefix.
    pub name: String,
    /// Names with their prefixes, values unescaped.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
}

#[derive(Debug, Clone)]
pub enum Node {
    Element(Element),
    Text(String),
    /// Comments and processing instructions.
    Raw(String),
}

fn damaged(error: impl std::fmt::Display) -> TemplateError {
    TemplateError::Damaged(error.to_string())
}

impl Part {
    pub fn read(bytes: &[u8]) -> Result<Part, TemplateError> {
        let text = std::str::from_utf8(bytes).map_err(damaged)?;
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        let mut head = String::new();
        let mut open: Vec<Element> = Vec::new();
        loop {
            let event = reader.read_event().map_err(damaged)?;
            match event {
                Event::Start(start) => {
                    if open.len() >= DEPTH {
                        return Err(damaged("elements too deep"));
                    }
                    open.push(element(&start)?);
                }
                Event::Empty(start) => {
                    let made = element(&start)?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(Node::Element(made)),
                        None => return Ok(Part { head, root: made }),
                    }
                }
                Event::End(_) => {
                    let made = open
                        .pop()
                        .ok_or_else(|| damaged("an end without a start"))?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(Node::Element(made)),
                        None => return Ok(Part { head, root: made }),
                    }
                }
                Event::Eof => return Err(damaged("the part ends too early")),
                other => add(&other, &mut head, open.last_mut()),
            }
        }
    }

    /// A part that is not there yet.
    pub fn new(root: Element) -> Part {
        Part {
            head: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".into(),
            root,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.head.clone();
        self.root.write(&mut out);
        out.into_bytes()
    }
}

fn element(start: &BytesStart) -> Result<Element, TemplateError> {
    let mut made = Element::new(start.name().as_ref());
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(damaged)?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(damaged)?;
        made.attributes
            .push((attribute.key.as_ref().to_string(), value.into_owned()));
    }
    Ok(made)
}

fn add(event: &Event, head: &mut String, parent: Option<&mut Element>) {
    let raw = match event {
        Event::Decl(text) => Some(format!("<?{}?>\n", &**text)),
        Event::PI(text) => Some(format!("<?{}?>", &**text)),
        Event::Comment(text) => Some(format!("<!--{}-->", &**text)),
        _ => None,
    };
    match (raw, parent) {
        (Some(raw), Some(parent)) => parent.children.push(Node::Raw(raw)),
        (Some(raw), None) => head.push_str(&raw),
        (None, Some(parent)) => {
            let mut text = String::new();
            add_text(&mut text, event);
            if let Some(Node::Text(before)) = parent.children.last_mut() {
                before.push_str(&text);
            } else if !text.is_empty() {
                parent.children.push(Node::Text(text));
            }
        }
        // White space outside the root; document types are not kept.
        (None, None) => {}
    }
}

fn add_text(out: &mut String, event: &Event) {
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

impl Element {
    pub fn new(name: &str) -> Element {
        Element {
            name: name.into(),
            ..Element::default()
        }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Element {
        self.set(name, value);
        self
    }

    pub fn holding(mut self, child: Element) -> Element {
        self.children.push(Node::Element(child));
        self
    }

    pub fn saying(mut self, text: impl Into<String>) -> Element {
        self.children.push(Node::Text(text.into()));
        self
    }

    /// The name without its prefix.
    pub fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    /// `x:` of `x:row`, for new elements beside this one.
    pub fn prefix(&self) -> &str {
        self.name.rfind(':').map_or("", |at| &self.name[..=at])
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// An attribute whatever its prefix, e.g. `r:id`.
    pub fn any_attribute(&self, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known.rsplit(':').next() == Some(local))
            .map(|(_, value)| value.as_str())
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.attribute(name)?.trim().parse().ok()
    }

    pub fn is_true(&self, name: &str) -> bool {
        matches!(self.attribute(name), Some("1" | "true" | "on"))
    }

    pub fn set(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        match self.attributes.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.into(), value)),
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.attributes.retain(|(known, _)| known != name);
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Element> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    pub fn child(&self, local: &str) -> Option<&Element> {
        self.elements().find(|element| element.local() == local)
    }

    pub fn child_mut(&mut self, local: &str) -> Option<&mut Element> {
        self.elements_mut().find(|element| element.local() == local)
    }

    /// Below this element, whatever stands between.
    pub fn descendant(&self, local: &str) -> Option<&Element> {
        self.elements().find_map(|element| match element.local() {
            name if name == local => Some(element),
            _ => element.descendant(local),
        })
    }

    /// The text directly in this element.
    pub fn text(&self) -> String {
        let texts = self.children.iter().map(|node| match node {
            Node::Text(text) => text.as_str(),
            _ => "",
        });
        texts.collect()
    }

    pub fn set_text(&mut self, text: impl Into<String>) {
        self.children = vec![Node::Text(text.into())];
    }

    /// Calls `change` for this element and all below.
    pub fn each_mut(&mut self, change: &mut dyn FnMut(&mut Element)) {
        change(self);
        for child in self.elements_mut() {
            child.each_mut(change);
        }
    }

    pub fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            let plain = partial_escape(value.as_str()).replace('"', "&quot;");
            // A reader would make spaces of them.
            out.push_str(&plain.replace('\n', "&#10;").replace('\t', "&#9;"));
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(out),
                Node::Text(text) => {
                    out.push_str(&partial_escape(text.as_str()).replace('\r', "&#13;"))
                }
                Node::Raw(raw) => out.push_str(raw),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_changed_stays() {
        let text = "<?xml version=\"1.0\"?>\n<x:a b=\"1 &amp; 2&#10;3\" r:id=\"q\"><!-- c --><x:t xml:space=\"preserve\"> a &lt; b&#13; </x:t><e/></x:a>";
        let part = Part::read(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(part.bytes()).unwrap(), text);
        assert_eq!(part.root.prefix(), "x:");
        assert_eq!(part.root.any_attribute("id"), Some("q"));
        assert_eq!(part.root.child("t").unwrap().text(), " a < b\r ");
    }

    #[test]
    fn broken_parts_are_told() {
        for bad in ["", "<a>", "<a><b></a>", "</a>"] {
            assert!(Part::read(bad.as_bytes()).is_err(), "{bad}");
        }
        let deep = "<a>".repeat(300) + &"</a>".repeat(300);
        assert!(Part::read(deep.as_bytes()).is_err());
    }
}
