//! Pictures placed in cells by WPS: `=DISPIMG("ID_…",1)` and the part cellimages.xml.
//!
//! Functions: [`wps_pictures`] for xlsx, [`wps_pictures_of_root`] for the small package inside xls and et.
//! Tests: `connectors/tests/staging.rs`.

use super::PictureStore;
use crate::file::{
    stage_error::StageError,
    xlsx::{package::Package, xml},
};
use std::collections::HashMap;
use table::value::Attachment;

/// By the id that DISPIMG names.
pub fn wps_pictures(
    package: &mut Package,
    workbook: &str,
    store: &mut PictureStore,
) -> Result<HashMap<String, Attachment>, StageError> {
    match package.related(workbook, "cellimage")? {
        Some(part) => read(package, &part, store),
        None => Ok(HashMap::new()),
    }
}

/// The same where the part hangs on the package itself (`ETCellImageData`).
pub fn wps_pictures_of_root(
    package: &mut Package,
    store: &mut PictureStore,
) -> Result<HashMap<String, Attachment>, StageError> {
    wps_pictures(package, "", store)
}

fn read(
    package: &mut Package,
    part: &str,
    store: &mut PictureStore,
) -> Result<HashMap<String, Attachment>, StageError> {
    let bytes = package.read(part)?.unwrap_or_default();
    let mut found: Vec<(String, String, String)> = Vec::new();
    let (mut id, mut description) = (String::new(), String::new());
    xml::each_start(&bytes, |element| match element.local_name().as_ref() {
        "cNvPr" => {
            id = xml::attribute(element, "name").unwrap_or_default();
            description = xml::attribute(element, "descr").unwrap_or_default();
        }
        "blip" => {
            if let Some(relation) = xml::attribute(element, "embed") {
                found.push((id.clone(), relation, description.clone()));
            }
        }
        _ => {}
    })?;
    let relations = package.relations(part)?;
    let mut pictures = HashMap::new();
    for (id, relation, description) in found {
        let target = relations
            .iter()
            .find(|one| one.id == relation && !one.outside);
        let Some(target) = target else { continue };
        if let Some(picture) = store.take(package, &target.target, &description)? {
            pictures.insert(id, picture);
        }
    }
    Ok(pictures)
}
