//! What names rows from outside the rows: merged cells, validations, print areas, drawings, comments, tables, charts.
//!
//! Functions: [`move_sheet`], [`move_related`], [`move_workbook`]. Law: everything that stood below a repeated row stands
//! below its copies; merged cells within it are merged in every copy. Tests: `connectors/tests/document.rs`.

use super::{
    error::TemplateError,
    package::Package,
    reference::{Range, parse_range},
    rows::{Home, RowMap, moved},
    sheet::{Book, Sheet},
    xml::{Element, Node, Part},
};
use std::collections::HashMap;

type Maps = HashMap<String, RowMap>;

/// A list of ranges, each covering all copies of what it covered.
fn moved_ranges(text: &str, map: &RowMap) -> String {
    let one = |text: &str| match parse_range(text) {
        Some(range) => Range {
            first_row: map.first(range.first_row),
            last_row: map.last(range.last_row),
            ..range
        }
        .name(),
        None => text.to_string(),
    };
    let all: Vec<String> = text.split_whitespace().map(one).collect();
    all.join(" ")
}

/// The sheet's own XML but its rows.
pub fn move_sheet(sheet: &mut Sheet, map: &RowMap, maps: &Maps) {
    let merges = moved_merges(sheet, map);
    let home = Home {
        sheet: &sheet.name,
        copy: None,
    };
    for child in sheet.xml.root.elements_mut() {
        match child.local() {
            "sheetData" => {}
            "mergeCells" => {
                let name = format!("{}mergeCell", child.prefix());
                let made = merges
                    .iter()
                    .map(|range| Element::new(&name).with("ref", range.name()));
                child.children = made.map(Node::Element).collect();
                child.set("count", merges.len());
            }
            "rowBreaks" => {
                for page in child.elements_mut() {
                    if let Some(row) = page.number("id") {
                        page.set("id", map.last(row as u32));
                    }
                }
            }
            _ => child.each_mut(&mut |element| move_element(element, map, home, maps)),
        }
    }
}

fn move_element(element: &mut Element, map: &RowMap, home: Home<'_>, maps: &Maps) {
    for name in ["ref", "sqref", "topLeftCell", "activeCell", "r"] {
        if let Some(text) = element.attribute(name)
            && parse_range(text.split_whitespace().next().unwrap_or_default()).is_some()
        {
            let text = moved_ranges(text, map);
            element.set(name, text);
        }
    }
    match element.local() {
        "formula" | "formula1" | "formula2" | "f" => {
            let text = moved(&element.text(), home, maps);
            element.set_text(text);
        }
        "sqref" => {
            let text = moved_ranges(&element.text(), map);
            element.set_text(text);
        }
        "hyperlink" => {
            if let Some(to) = element.attribute("location") {
                let to = moved(to, home, maps);
                element.set("location", to);
            }
        }
        _ => {}
    }
}

/// Merged cells after the move.
pub fn moved_merges(sheet: &Sheet, map: &RowMap) -> Vec<Range> {
    let mut all = Vec::new();
    for merge in sheet.merges() {
        match map
            .block(merge.first_row)
            .filter(|block| block.holds(merge.last_row))
        {
            Some(block) => all.extend((0..block.copies).map(|k| Range {
                first_row: map.copy(block, k, merge.first_row),
                last_row: map.copy(block, k, merge.last_row),
                ..merge
            })),
            None => all.push(Range {
                first_row: map.first(merge.first_row),
                last_row: map.last(merge.last_row),
                ..merge
            }),
        }
    }
    all
}

/// Other parts that belong to a sheet.
pub fn move_related(
    package: &mut Package,
    sheet: &Sheet,
    map: &RowMap,
    maps: &Maps,
) -> Result<(), TemplateError> {
    for relation in package.relations(&sheet.part)? {
        let part = relation.target.as_str();
        let Some(bytes) = package.part(part) else {
            continue;
        };
        match relation.kind.as_str() {
            "comments" | "threadedComment" | "table" => {
                let mut xml = Part::read(bytes)?;
                xml.root.each_mut(&mut |element| {
                    if let Some(text) = element.attribute("ref").map(|text| moved_ranges(text, map))
                    {
                        element.set("ref", text);
                    }
                });
                package.put(part, xml.bytes());
            }
            "drawing" => {
                let mut xml = Part::read(bytes)?;
                for anchor in xml.root.elements_mut() {
                    move_anchor(anchor, map);
                }
                package.put(part, xml.bytes());
                move_charts(package, part, sheet, maps)?;
            }
            // Not XML in every file; where it can't be read, comments keep their place on the screen.
            "vmlDrawing" => {
                if let Ok(mut xml) = Part::read(bytes) {
                    xml.root.each_mut(&mut |element| move_note(element, map));
                    package.put(part, xml.bytes());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A drawing keeps its distance to the row in which it begins, and its height.
fn move_anchor(anchor: &mut Element, map: &RowMap) {
    let row_of = |anchor: &Element, end: &str| {
        let text = anchor.child(end)?.child("row")?.text();
        text.trim().parse::<u32>().ok()
    };
    let Some(from) = row_of(anchor, "from") else {
        return;
    };
    let by = map.first(from + 1) - (from + 1);
    for end in ["from", "to"] {
        if let Some(row) = row_of(anchor, end)
            && let Some(element) = anchor.child_mut(end).and_then(|end| end.child_mut("row"))
        {
            element.set_text((row + by).to_string());
        }
    }
}

fn move_note(element: &mut Element, map: &RowMap) {
    let by = |row: u32| map.first(row + 1) - (row + 1);
    match element.local() {
        "Row" => {
            if let Ok(row) = element.text().trim().parse::<u32>() {
                element.set_text((row + by(row)).to_string());
            }
        }
        "Anchor" => {
            let text = element.text();
            let mut numbers: Vec<String> = text.split(',').map(|part| part.trim().into()).collect();
            let first: Option<u32> = numbers.get(2).and_then(|row| row.parse().ok());
            for at in [2, 6] {
                if let (Some(first), Some(number)) = (first, numbers.get_mut(at))
                    && let Ok(row) = number.parse::<u32>()
                {
                    *number = (row + by(first)).to_string();
                }
            }
            element.set_text(numbers.join(", "));
        }
        _ => {}
    }
}

fn move_charts(
    package: &mut Package,
    drawing: &str,
    sheet: &Sheet,
    maps: &Maps,
) -> Result<(), TemplateError> {
    for relation in package.relations(drawing)? {
        if relation.kind != "chart" {
            continue;
        }
        let Ok(mut xml) = package.xml(&relation.target) else {
            continue;
        };
        let home = Home {
            sheet: &sheet.name,
            copy: None,
        };
        xml.root.each_mut(&mut |element| {
            if element.local() == "f" {
                let text = moved(&element.text(), home, maps);
                element.set_text(text);
            }
        });
        package.put(&relation.target, xml.bytes());
    }
    Ok(())
}

/// Names of the workbook; every formula is computed anew when the document is opened.
pub fn move_workbook(book: &mut Book, maps: &Maps) -> Result<(), TemplateError> {
    let mut xml = book.package.xml(&book.part)?;
    let first = book.sheets.first().map(|sheet| sheet.name.clone());
    let first = first.unwrap_or_default();
    let names = xml
        .root
        .child_mut("definedNames")
        .map(Element::elements_mut);
    for name in names.into_iter().flatten() {
        let home = Home {
            sheet: &first,
            copy: None,
        };
        let text = moved(&name.text(), home, maps);
        name.set_text(text);
    }
    match xml.root.child_mut("calcPr") {
        Some(settings) => settings.set("fullCalcOnLoad", 1),
        None => {
            let made =
                Element::new(&format!("{}calcPr", xml.root.prefix())).with("fullCalcOnLoad", 1);
            let at = xml.root.children.iter().position(|node| match node {
                Node::Element(element) => AFTER_SETTINGS.contains(&element.local()),
                _ => false,
            });
            let at = at.unwrap_or(xml.root.children.len());
            xml.root.children.insert(at, Node::Element(made));
        }
    }
    book.package.put(&book.part, xml.bytes());
    if let Some(chain) = book.package.related(&book.part, "calcChain")? {
        book.package.drop_part(&book.part, &chain)?;
    }
    Ok(())
}

/// What comes after `calcPr` in a workbook.
const AFTER_SETTINGS: [&str; 9] = [
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "smartTagPr",
    "smartTagTypes",
    "webPublishing",
    "fileRecoveryPr",
    "webPublishObjects",
    "extLst",
];
