//! Cell styles that a filled cell needs and the template does not have: the same look with a number format.
//!
//! Type: [`Styles`]. Law: existing styles keep their numbers; new ones stand after them. Tests:
//! `connectors/tests/document.rs`.

use super::{
    error::TemplateError,
    package::Package,
    xml::{Element, Node, Part},
};
use std::collections::HashMap;

/// Format numbers from here on are free for workbooks.
const OWN_FORMATS: u32 = 164;

pub struct Styles {
    part: Option<String>,
    xml: Part,
    made: HashMap<(usize, String), usize>,
}

impl Styles {
    pub fn read(package: &Package, workbook: &str) -> Result<Styles, TemplateError> {
        let part = package.related(workbook, "styles")?;
        let xml = match &part {
            Some(part) => package.xml(part)?,
            None => Part::default(),
        };
        Ok(Styles {
            part,
            xml,
            made: HashMap::new(),
        })
    }

    fn xfs(&self) -> Option<&Element> {
        self.xml.root.child("cellXfs")
    }

    /// The style with this number format where `style` has none (General); else `style` itself.
    pub fn with_format(&mut self, style: usize, format: &str) -> usize {
        let key = (style, format.to_string());
        if let Some(known) = self.made.get(&key) {
            return *known;
        }
        let Some(xf) = self
            .xfs()
            .and_then(|xfs| xfs.elements().nth(style))
            .cloned()
        else {
            return style;
        };
        if xf.number("numFmtId").unwrap_or_default() != 0.0 {
            return style;
        }
        let id = self.format_id(format);
        let made = xf.with("numFmtId", id).with("applyNumberFormat", 1);
        let Some(xfs) = self.xml.root.child_mut("cellXfs") else {
            return style;
        };
        let index = xfs.elements().count();
        xfs.children.push(Node::Element(made));
        xfs.set("count", index + 1);
        self.made.insert(key, index);
        index
    }

    fn format_id(&mut self, code: &str) -> u32 {
        let root = &mut self.xml.root;
        if root.child("numFmts").is_none() {
            let list = Element::new(&format!("{}numFmts", root.prefix()));
            root.children.insert(0, Node::Element(list));
        }
        let Some(list) = root.child_mut("numFmts") else {
            return 0;
        };
        let known = list
            .elements()
            .find(|one| one.attribute("formatCode") == Some(code));
        if let Some(id) = known.and_then(|known| known.number("numFmtId")) {
            return id as u32;
        }
        let ids = list.elements().filter_map(|one| one.number("numFmtId"));
        let id = ids.map(|id| id as u32 + 1).fold(OWN_FORMATS, u32::max);
        let made = Element::new(&format!("{}numFmt", list.prefix()))
            .with("numFmtId", id)
            .with("formatCode", code);
        list.children.push(Node::Element(made));
        let n = list.elements().count();
        list.set("count", n);
        id
    }

    /// True where the style breaks long texts into lines.
    pub fn wraps(&self, style: usize) -> bool {
        let xf = self.xfs().and_then(|xfs| xfs.elements().nth(style));
        xf.and_then(|xf| xf.child("alignment"))
            .is_some_and(|alignment| alignment.is_true("wrapText"))
    }

    pub fn write(self, package: &mut Package) {
        if let Some(part) = self.part.filter(|_| !self.made.is_empty()) {
            package.put(&part, self.xml.bytes());
        }
    }
}
