//! Pictures placed in cells by Excel 365: cell `vm` → metadata → rich value → relationship → bytes.
//!
//! Function: [`rich_value_pictures`]. Law: only `_localImage` values are pictures; `IMAGE(url)` is a link and
//! is not fetched. Tests: `connectors/tests/staging.rs`.

use super::PictureStore;
use crate::file::{
    stage_error::StageError,
    xlsx::{
        package::{Package, for_each_event},
        xml,
    },
};
use quick_xml::events::Event;
use std::collections::HashMap;
use table::value::Attachment;

/// By `vm` (from 1).
pub fn rich_value_pictures(
    package: &mut Package,
    workbook: &str,
    store: &mut PictureStore,
) -> Result<HashMap<u32, Attachment>, StageError> {
    let mut pictures = HashMap::new();
    let mut parts = [const { None }; 4];
    for (part, kind) in parts.iter_mut().zip([
        "sheetmetadata",
        "rdrichvalue",
        "rdrichvaluestructure",
        "richvaluerel",
    ]) {
        *part = package.related(workbook, kind)?;
    }
    let [
        Some(metadata),
        Some(values),
        Some(structures),
        Some(relations),
    ] = parts
    else {
        return Ok(pictures);
    };
    let read =
        |package: &mut Package, part: &str| package.read(part).map(Option::unwrap_or_default);
    let by_vm = metadata_indexes(&read(package, &metadata)?)?;
    let places = picture_places(&read(package, &structures)?)?;
    let values = picture_values(&read(package, &values)?, &places)?;
    let mut ids = Vec::new();
    xml::each_start(&read(package, &relations)?, |element| {
        if element.local_name().as_ref() == "rel" {
            ids.push(xml::attribute(element, "id").unwrap_or_default());
        }
    })?;
    let media = package.relations(&relations)?;
    for (at, rich_value) in by_vm.iter().enumerate() {
        let value = rich_value
            .and_then(|at| values.get(at))
            .and_then(Option::as_ref);
        let Some((relation, name)) = value else {
            continue;
        };
        let Some(id) = ids.get(*relation) else {
            continue;
        };
        let target = media
            .iter()
            .find(|one| &one.id == id && !one.outside && one.kind == "image");
        let Some(target) = target else { continue };
        if let Some(picture) = store.take(package, &target.target, name)? {
            pictures.insert(at as u32 + 1, picture);
        }
    }
    Ok(pictures)
}

/// For each `vm` the index of its rich value.
fn metadata_indexes(bytes: &[u8]) -> Result<Vec<Option<usize>>, StageError> {
    let mut types: Vec<String> = Vec::new();
    let mut future: Vec<Option<usize>> = Vec::new();
    let mut cells: Vec<Option<(usize, usize)>> = Vec::new();
    let (mut in_future, mut in_values) = (false, false);
    for_each_event(bytes, |event| match event {
        Event::Start(element) => match element.local_name().as_ref() {
            "metadataType" => types.push(xml::attribute(element, "name").unwrap_or_default()),
            "futureMetadata" => {
                in_future = xml::attribute(element, "name").as_deref() == Some("XLRICHVALUE")
            }
            "valueMetadata" => in_values = true,
            "bk" if in_future => future.push(None),
            "bk" if in_values => cells.push(None),
            "rvb" if in_future => {
                if let Some(last) = future.last_mut() {
                    *last = xml::number(element, "i").map(|i| i as usize);
                }
            }
            "rc" if in_values => {
                if let (Some(last), Some(kind), Some(value)) = (
                    cells.last_mut(),
                    xml::number(element, "t"),
                    xml::number(element, "v"),
                ) {
                    *last = Some((kind as usize, value as usize));
                }
            }
            _ => {}
        },
        Event::End(element) => match element.local_name().as_ref() {
            "futureMetadata" => in_future = false,
            "valueMetadata" => in_values = false,
            _ => {}
        },
        _ => {}
    })?;
    let rich = |kind: usize| {
        kind.checked_sub(1)
            .and_then(|at| types.get(at))
            .is_some_and(|name| name == "XLRICHVALUE")
    };
    let index = |cell: Option<(usize, usize)>| {
        let (_, value) = cell.filter(|(kind, _)| rich(*kind))?;
        future.get(value).copied().flatten()
    };
    Ok(cells.into_iter().map(index).collect())
}

/// Where in a rich value its relation stands, and its text.
type Places = (usize, Option<usize>);

/// For each structure where the picture's relation and its text stand, if it is a stored picture.
fn picture_places(bytes: &[u8]) -> Result<Vec<Option<Places>>, StageError> {
    let mut places: Vec<Option<Places>> = Vec::new();
    let mut is_local = false;
    let mut key = 0;
    xml::each_start(bytes, |element| match element.local_name().as_ref() {
        "s" => {
            is_local = xml::attribute(element, "t").as_deref() == Some("_localImage");
            key = 0;
            places.push(None);
        }
        "k" => {
            let name = xml::attribute(element, "n").unwrap_or_default();
            if let Some(last) = places.last_mut().filter(|_| is_local) {
                if name.starts_with("_rvRel:") {
                    *last = Some((key, None));
                } else if let (Some((_, text)), "Text") = (last, name.as_str()) {
                    *text = Some(key);
                }
            }
            key += 1;
        }
        _ => {}
    })?;
    Ok(places)
}

/// For each rich value the place of its relation and its text, if it is a stored picture.
fn picture_values(
    bytes: &[u8],
    places: &[Option<Places>],
) -> Result<Vec<Option<(usize, String)>>, StageError> {
    let mut values = Vec::new();
    let mut structure = 0;
    let mut parts: Vec<String> = Vec::new();
    let mut in_value = false;
    for_each_event(bytes, |event| match event {
        Event::Start(element) => match element.local_name().as_ref() {
            "rv" => {
                structure = xml::number(element, "s").map_or(usize::MAX, |s| s as usize);
                parts.clear();
            }
            "v" => {
                in_value = true;
                parts.push(String::new());
            }
            _ => {}
        },
        Event::End(element) => match element.local_name().as_ref() {
            "v" => in_value = false,
            "rv" => {
                let place = places.get(structure).copied().flatten();
                values.push(place.and_then(|(relation, text)| {
                    let relation = parts.get(relation)?.trim().parse().ok()?;
                    let text = text.and_then(|text| parts.get(text)).cloned();
                    Some((relation, text.unwrap_or_default()))
                }));
            }
            _ => {}
        },
        event if in_value => {
            if let Some(part) = parts.last_mut() {
                xml::add_text(part, event);
            }
        }
        _ => {}
    })?;
    Ok(values)
}
