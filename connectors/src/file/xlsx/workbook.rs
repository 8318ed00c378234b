//! The parts around the sheets: list of sheets, shared strings, number formats of styles.
//!
//! Functions: [`open`], [`shared_strings`], [`styles`]. Tests: `connectors/tests/staging.rs`.

use super::{
    package::{Package, corrupt, for_each_event},
    xml,
};
use crate::file::{
    sheet::NumberFormat,
    stage_error::{StageError, StageErrorCode},
};
use quick_xml::events::Event;
use std::{collections::HashMap, io::BufReader, sync::Arc};

#[derive(Debug, Default)]
pub struct Workbook {
    pub part: String,
    pub is_1904: bool,
    pub sheets: Vec<SheetEntry>,
}

#[derive(Debug)]
pub struct SheetEntry {
    pub name: String,
    pub hidden: bool,
    pub part: String,
}

/// What a zip holds.
pub enum Content {
    Xlsx(Workbook),
    Xlsb,
    Ods,
}

pub fn open(package: &mut Package) -> Result<Content, StageError> {
    let not_a_table = |what: &str| StageErrorCode::NotATable.because(what);
    if let Some(kind) = package.read("mimetype")? {
        let kind = String::from_utf8_lossy(&kind).into_owned();
        return if kind.contains("opendocument.spreadsheet") {
            Ok(Content::Ods)
        } else {
            Err(not_a_table(&kind.chars().take(100).collect::<String>()))
        };
    }
    // The first entry of an ods may have got lost on its way through another program.
    if package.has("content.xml") && package.has("META-INF/manifest.xml") {
        return Ok(Content::Ods);
    }
    let part = package
        .related("", "officedocument")?
        .or_else(|| {
            package
                .has("xl/workbook.xml")
                .then(|| "xl/workbook.xml".to_string())
        })
        .ok_or_else(|| not_a_table("a zip without a workbook"))?;
    if part.to_lowercase().ends_with(".bin") {
        return Ok(Content::Xlsb);
    }
    let Some(bytes) = package.read(&part)? else {
        return Err(corrupt("the workbook part is missing"));
    };
    let relations = package.relations(&part)?;
    let mut workbook = Workbook {
        part,
        ..Workbook::default()
    };
    let mut is_workbook = false;
    xml::each_start(&bytes, |element| match element.local_name().as_ref() {
        "workbook" => is_workbook = true,
        "workbookPr" => workbook.is_1904 = xml::is_true(element, "date1904"),
        "sheet" => {
            let id = xml::attribute(element, "id").unwrap_or_default();
            let found = relations
                .iter()
                .find(|relation| relation.id == id && !relation.outside);
            // Chart and dialog sheets hold no cells.
            let Some(relation) = found.filter(|relation| relation.kind == "worksheet") else {
                return;
            };
            workbook.sheets.push(SheetEntry {
                name: xml::attribute(element, "name").unwrap_or_default(),
                hidden: xml::attribute(element, "state").is_some_and(|state| state != "visible"),
                part: relation.target.clone(),
            });
        }
        _ => {}
    })?;
    if is_workbook {
        Ok(Content::Xlsx(workbook))
    } else {
        Err(not_a_table("no workbook"))
    }
}

/// All shared strings, rich text flattened, phonetic guides left out.
pub fn shared_strings(package: &mut Package, workbook: &str) -> Result<Vec<Arc<str>>, StageError> {
    let mut strings = Vec::new();
    let Some(part) = package
        .related(workbook, "sharedstrings")?
        .filter(|part| package.has(part))
    else {
        return Ok(strings);
    };
    let mut reader =
        xml::fragment_reader(BufReader::with_capacity(1 << 16, package.stream(&part)?));
    let mut buffer = Vec::new();
    let mut text = String::new();
    let (mut in_text, mut in_guide) = (false, 0u32);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(corrupt)? {
            Event::Eof => return Ok(strings),
            Event::Start(element) => match element.local_name().as_ref() {
                "si" => text.clear(),
                "rPh" => in_guide += 1,
                "t" => in_text = in_guide == 0,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                "si" => strings.push(xml::unescape_x(&text).as_ref().into()),
                "rPh" => in_guide = in_guide.saturating_sub(1),
                "t" => in_text = false,
                _ => {}
            },
            event if in_text => xml::add_text(&mut text, &event),
            _ => {}
        }
    }
}

/// The number format of every cell style, by the style's index.
pub fn styles(package: &mut Package, workbook: &str) -> Result<Arc<[NumberFormat]>, StageError> {
    let mut codes: HashMap<u32, String> = HashMap::new();
    let mut ids: Vec<u32> = Vec::new();
    let part = package.related(workbook, "styles")?;
    if let Some(bytes) = part.map_or(Ok(None), |part| package.read(&part))? {
        let mut in_cells = false;
        for_each_event(&bytes, |event| match event {
            Event::Start(element) => match element.local_name().as_ref() {
                "cellXfs" => in_cells = true,
                "numFmt" => {
                    if let (Some(id), Some(code)) = (
                        xml::number(element, "numFmtId"),
                        xml::attribute(element, "formatCode"),
                    ) {
                        codes.insert(id as u32, code);
                    }
                }
                "xf" if in_cells => {
                    ids.push(xml::number(element, "numFmtId").unwrap_or(0.0) as u32)
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => in_cells = false,
            _ => {}
        })?;
    }
    if ids.is_empty() {
        ids.push(0);
    }
    let formats = ids
        .iter()
        .map(|id| NumberFormat::new(*id, codes.get(id).map(String::as_str)));
    Ok(formats.collect())
}
