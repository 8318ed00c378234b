//! The files in a workbook's zip: read with limits, changed by name, written again.
//!
//! Types: [`Package`], [`Relation`]. Law: parts that nobody changes are written back byte for byte, in their order.
//! Tests: `connectors/tests/document.rs`.

use super::{
    error::TemplateError,
    limits::{PACKAGE_BYTES, PACKAGE_PARTS},
    xml::{Element, Part},
};
use std::{
    collections::HashMap,
    io::{Cursor, Read, Write},
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

#[derive(Debug, Clone, Default)]
pub struct Package {
    order: Vec<String>,
    parts: HashMap<String, Vec<u8>>,
}

#[derive(Debug, Clone)]
pub struct Relation {
    pub id: String,
    /// The last word of the type's address.
    pub kind: String,
    /// A part's name, or an address outside.
    pub target: String,
}

impl Package {
    pub fn read(bytes: &[u8]) -> Result<Package, TemplateError> {
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            // An encrypted xlsx is an OLE file with these two streams; their names are UTF-16.
            let name: Vec<u8> = "EncryptedPackage"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            return Err(match memchr::memmem::find(bytes, &name) {
                Some(_) => TemplateError::Encrypted,
                None => TemplateError::NotAWorkbook,
            });
        }
        let zip = ZipArchive::new(Cursor::new(bytes));
        let mut zip = zip.map_err(|_| TemplateError::NotAWorkbook)?;
        if zip.len() > PACKAGE_PARTS {
            return Err(too_large());
        }
        let mut package = Package::default();
        let mut left = PACKAGE_BYTES;
        for index in 0..zip.len() {
            let file = zip.by_index(index).map_err(damaged)?;
            if file.is_dir() {
                continue;
            }
            let name = file.name().map_err(damaged)?;
            let name = name.trim_start_matches('/').replace('\\', "/");
            let mut part = Vec::new();
            file.take(left + 1)
                .read_to_end(&mut part)
                .map_err(damaged)?;
            let n_bytes = part.len() as u64;
            left = left.checked_sub(n_bytes).ok_or_else(too_large)?;
            package.put(&name, part);
        }
        Ok(package)
    }

    pub fn bytes(&self) -> Result<Vec<u8>, TemplateError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        for name in &self.order {
            let Some(bytes) = self.parts.get(name) else {
                continue;
            };
            zip.start_file(name.as_str(), options).map_err(damaged)?;
            zip.write_all(bytes).map_err(damaged)?;
        }
        Ok(zip.finish().map_err(damaged)?.into_inner())
    }

    /// A part by its name, whatever its case.
    fn key(&self, name: &str) -> Option<&String> {
        let wanted = name.trim_start_matches('/');
        match self.parts.get_key_value(wanted) {
            Some((known, _)) => Some(known),
            None => self
                .order
                .iter()
                .find(|known| known.eq_ignore_ascii_case(wanted)),
        }
    }

    pub fn part(&self, name: &str) -> Option<&[u8]> {
        let key = self.key(name)?;
        self.parts.get(key).map(Vec::as_slice)
    }

    pub fn xml(&self, name: &str) -> Result<Part, TemplateError> {
        let bytes = self.part(name).ok_or_else(|| damaged(name))?;
        Part::read(bytes)
    }

    pub fn put(&mut self, name: &str, bytes: Vec<u8>) {
        let key = match self.key(name) {
            Some(known) => known.clone(),
            None => {
                self.order.push(name.to_string());
                name.to_string()
            }
        };
        self.parts.insert(key, bytes);
    }

    pub fn remove(&mut self, name: &str) {
        if let Some(key) = self.key(name).cloned() {
            self.parts.remove(&key);
            self.order.retain(|known| *known != key);
        }
    }

    /// A name that no part has, e.g. `xl/media/picture7.png`.
    pub fn free_name(&self, before: &str, after: &str) -> String {
        let mut n = 1;
        loop {
            let name = format!("{before}{n}{after}");
            if self.key(&name).is_none() {
                return name;
            }
            n += 1;
        }
    }

    /// The relations of a part; of the package for `""`.
    pub fn relations(&self, part: &str) -> Result<Vec<Relation>, TemplateError> {
        let Some(bytes) = self.part(&relations_of(part)) else {
            return Ok(Vec::new());
        };
        let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
        let root = Part::read(bytes)?.root;
        let read = |element: &Element| {
            let get = |name: &str| element.attribute(name).unwrap_or_default().to_string();
            let target = get("Target");
            let is_outside = get("TargetMode").eq_ignore_ascii_case("external");
            Relation {
                id: get("Id"),
                kind: get("Type").rsplit('/').next().unwrap_or_default().into(),
                target: if is_outside {
                    target
                } else {
                    resolve(folder, &target)
                },
            }
        };
        Ok(root.elements().map(read).collect())
    }

    pub fn related(&self, part: &str, kind: &str) -> Result<Option<String>, TemplateError> {
        let relations = self.relations(part)?;
        let found = relations.into_iter().find(|one| one.kind == kind);
        Ok(found.map(|one| one.target))
    }

    /// Adds a relation; its id.
    pub fn relate(&mut self, part: &str, kind: &str, to: &str) -> Result<String, TemplateError> {
        let known = self.relations(part)?;
        let mut n = known.len() + 1;
        while known.iter().any(|one| one.id == format!("rId{n}")) {
            n += 1;
        }
        let id = format!("rId{n}");
        let name = relations_of(part);
        let mut list = match self.part(&name) {
            Some(bytes) => Part::read(bytes)?,
            None => Part::new(Element::new("Relationships").with("xmlns", RELATIONS)),
        };
        let made = Element::new(&format!("{}Relationship", list.root.prefix()))
            .with("Id", &id)
            .with("Type", format!("{KINDS}/{kind}"))
            .with("Target", format!("/{to}"));
        list.root = list.root.holding(made);
        self.put(&name, list.bytes());
        Ok(id)
    }

    /// Says what a part is: `Some(part name)` for one part, or by extension.
    pub fn declare(
        &mut self,
        part: Option<&str>,
        extension: &str,
        mime: &str,
    ) -> Result<(), TemplateError> {
        let mut types = self.xml("[Content_Types].xml")?;
        let prefix = types.root.prefix().to_string();
        let (name, key, value) = match part {
            Some(part) => ("Override", "PartName", format!("/{part}")),
            None => ("Default", "Extension", extension.to_string()),
        };
        let is_known = types.root.elements().any(|element| {
            element.local() == name
                && element
                    .attribute(key)
                    .is_some_and(|known| known.eq_ignore_ascii_case(&value))
        });
        if !is_known {
            let made = Element::new(&format!("{prefix}{name}"))
                .with(key, value)
                .with("ContentType", mime);
            types.root = types.root.holding(made);
            self.put("[Content_Types].xml", types.bytes());
        }
        Ok(())
    }

    /// Takes a part out together with what says that it is there.
    pub fn drop_part(&mut self, owner: &str, part: &str) -> Result<(), TemplateError> {
        self.remove(part);
        let mut types = self.xml("[Content_Types].xml")?;
        let named = format!("/{part}");
        types.root.children.retain(|node| match node {
            super::xml::Node::Element(element) => !element
                .attribute("PartName")
                .is_some_and(|name| name.eq_ignore_ascii_case(&named)),
            _ => true,
        });
        self.put("[Content_Types].xml", types.bytes());
        let folder = owner
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder)
            .to_string();
        let name = relations_of(owner);
        let mut list = self.xml(&name)?;
        list.root.children.retain(|node| match node {
            super::xml::Node::Element(element) => {
                let target = element.attribute("Target").unwrap_or_default();
                !resolve(&folder, target).eq_ignore_ascii_case(part)
            }
            _ => true,
        });
        self.put(&name, list.bytes());
        Ok(())
    }
}

fn relations_of(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/_rels/{name}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// A target relative to a folder of the package.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.into();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(parts.pop()),
            step => parts.push(step),
        }
    }
    parts.join("/")
}

fn damaged(error: impl std::fmt::Display) -> TemplateError {
    TemplateError::Damaged(error.to_string())
}

fn too_large() -> TemplateError {
    TemplateError::TooLarge {
        limit_bytes: PACKAGE_BYTES,
    }
}
