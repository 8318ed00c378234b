//! Workbooks that we wrote ourselves: their columns are proposed as the fields that they were.

use super::{
    package::{Package, for_each_event},
    xml,
};
use crate::{file::sheet::FinishedSheet, own_types};
use quick_xml::events::Event;
use table::infer::Reason;

const PART: &str = "docProps/custom.xml";

/// Nothing of this is needed to read the file: what is missing or damaged is left out.
pub fn propose(package: &mut Package, sheets: &mut [FinishedSheet]) {
    let Ok(Some(bytes)) = package.read(PART) else {
        return;
    };
    let own = own_types::from_properties(properties(&bytes));
    for sheet in sheets {
        let manifest = &mut sheet.manifest;
        let Some(known) = own.iter().find(|known| known.name == manifest.name) else {
            continue;
        };
        for column in &mut manifest.columns {
            let told = known.columns.iter().find(|told| told.header == column.name);
            let Some(mut field_type) = told.and_then(own_types::OwnColumn::field_type) else {
                continue;
            };
            let proposal = &mut column.proposal;
            let seen = std::iter::once(&proposal.field_type).chain(&proposal.alternatives);
            let seen = seen.filter_map(|seen| seen.options()).next();
            own_types::add_options(
                &mut field_type,
                &seen.map(<[_]>::to_vec).unwrap_or_default(),
            );
            let before = std::mem::replace(&mut proposal.field_type, field_type);
            let key = proposal.field_type.key();
            proposal.alternatives.retain(|other| other.key() != key);
            if before.key() != key {
                proposal.alternatives.insert(0, before);
                proposal.n_misfits = 0;
            }
            proposal.reasons = vec![Reason {
                code: "own_export".into(),
                n_cells: manifest.n_rows - proposal.n_blank.min(manifest.n_rows),
            }];
        }
    }
}

/// Names and texts, as far as the part can be read.
fn properties(bytes: &[u8]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let read = for_each_event(bytes, |event| match event {
        Event::Start(element) if element.local_name().as_ref() == "property" => {
            let name = xml::attribute(element, "name").unwrap_or_default();
            found.push((name, String::new()));
        }
        other => {
            if let Some((_, text)) = found.last_mut() {
                xml::add_text(text, other);
            }
        }
    });
    match read {
        Ok(()) => found,
        Err(_) => Vec::new(),
    }
}
