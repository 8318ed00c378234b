//! Workbooks that we wrote ourselves: their columns are proposed as the fields that they were.

use super::{
    package::{Package, for_each_event},
    xml,
};
use crate::{
    file::{OwnTable, SheetManifest, sheet::FinishedSheet},
    own_types::{self, FillInSheet, OwnSheet},
};
use quick_xml::events::Event;
use table::infer::Reason;

const PART: &str = "docProps/custom.xml";

/// Nothing of this is needed to read the file: what is missing or damaged is left out.
pub fn propose(package: &mut Package, sheets: &mut Vec<FinishedSheet>) {
    let Ok(Some(bytes)) = package.read(PART) else {
        return;
    };
    let own = own_types::from_properties(properties(&bytes));
    forget_choices(&own, sheets);
    for sheet in sheets {
        let manifest = &mut sheet.manifest;
        let Some(known) = own.iter().find(|known| known.name == manifest.name) else {
            continue;
        };
        manifest.own = known
            .fill_in
            .as_ref()
            .and_then(|told| own_table(manifest, told));
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

/// The sheet of choices that we write behind one to be filled in is no table. It is the last, so that no other changes
/// its place.
fn forget_choices(own: &[OwnSheet], sheets: &mut Vec<FinishedSheet>) {
    let is_choices = |sheet: &FinishedSheet| {
        let named = own.iter().filter_map(|known| known.fill_in.as_ref());
        let mut named = named.filter_map(|told| told.choices_sheet.as_ref());
        sheet.manifest.hidden && named.any(|name| *name == sheet.manifest.name)
    };
    if sheets.len() > 1 && sheets.last().is_some_and(is_choices) {
        sheets.pop();
    }
}

/// Where the sheet comes from, if the column of the records' ids is still there.
fn own_table(manifest: &SheetManifest, told: &FillInSheet) -> Option<OwnTable> {
    let columns = &manifest.columns;
    let place = |header: &String| columns.iter().position(|column| column.name == *header);
    Some(OwnTable {
        base: told.base.clone(),
        table: told.table.clone(),
        records_column: place(&told.records_header)?,
        fill: told.fill.iter().filter_map(place).collect(),
        records: told.records.clone(),
    })
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
