//! Workbooks in zip form: xlsx and xlsm read as streams; xlsb by calamine.
//!
//! Function: [`read`]. Law: a sheet is never held as a rectangle. Tests: `connectors/tests/staging.rs`.

mod cells;
mod frame;
mod own;
pub(super) mod package;
mod workbook;
pub(super) mod xml;

pub use cells::wps_picture_id;
pub use frame::{COLUMN_PX, Frame, ROW_PX};

use super::{
    formula_map,
    limits::{SHEETS, WHOLE_SHEET_BYTES},
    manifest::Note,
    package_extras::{self, PictureStore},
    sheet::{FinishedSheet, Merges, SheetFacts, SheetReading, StageRun},
    stage::Found,
    stage_error::StageError,
};
use cells::Lookups;
use package::Package;
use std::{
    fs::File,
    io::{BufReader, Seek},
};
use workbook::{Content, SheetEntry, Workbook};

pub fn read(mut file: File, run: &mut StageRun) -> Result<Found, StageError> {
    let mut package = Package::open(Box::new(BufReader::new(file.try_clone()?)), run.limits)?;
    let workbook = match workbook::open(&mut package)? {
        Content::Xlsx(workbook) => workbook,
        Content::Xlsb => {
            file.rewind()?;
            return super::xls::read_xlsb(file, run);
        }
        Content::Ods => return super::ods::read(&mut package, run),
    };
    let mut store = PictureStore::new(run.into);
    let (lookups, mut notes) = lookups(&mut package, &workbook, &mut store)?;
    let mut sheets = Vec::new();
    for entry in workbook.sheets.iter().take(SHEETS) {
        sheets.extend(sheet(&mut package, entry, &lookups, &mut store, run)?);
    }
    if workbook.sheets.len() > SHEETS {
        notes.push(Note::warning(
            "too_many_sheets",
            format!("工作表太多，只导入前 {SHEETS} 个。"),
            format!("Too many sheets: only the first {SHEETS} are imported."),
        ));
    }
    notes.extend(store.into_notes());
    own::propose(&mut package, &mut sheets);
    formula_map::propose(&mut sheets);
    Ok(Found {
        format: "xlsx",
        encoding: None,
        sheets,
        notes,
    })
}

/// Everything that cells point to. Pictures are a gift: where their parts are damaged the table still comes.
fn lookups(
    package: &mut Package,
    workbook: &Workbook,
    store: &mut PictureStore,
) -> Result<(Lookups, Vec<Note>), StageError> {
    let mut notes = Vec::new();
    let rich_values = package_extras::rich_value_pictures(package, &workbook.part, store);
    let wps_pictures = package_extras::wps_pictures(package, &workbook.part, store);
    if rich_values.is_err() || wps_pictures.is_err() {
        notes.push(Note::warning(
            "pictures_damaged",
            "文件里的单元格图片有损坏，有的没有导入。",
            "Pictures in cells are damaged in the file; some are left out.",
        ));
    }
    let lookups = Lookups {
        strings: workbook::shared_strings(package, &workbook.part)?,
        formats: workbook::styles(package, &workbook.part)?,
        is_1904: workbook.is_1904,
        rich_values: rich_values.unwrap_or_default(),
        wps_pictures: wps_pictures.unwrap_or_default(),
    };
    Ok((lookups, notes))
}

fn sheet(
    package: &mut Package,
    entry: &SheetEntry,
    lookups: &Lookups,
    store: &mut PictureStore,
    run: &mut StageRun,
) -> Result<Vec<FinishedSheet>, StageError> {
    // Unpacked once where it is not too large, else once for the frame and once for the cells.
    let whole = match package.size(&entry.part) <= WHOLE_SHEET_BYTES {
        true => package.read(&entry.part)?,
        false => None,
    };
    let mut frame = match &whole {
        Some(bytes) => frame::read(bytes.as_slice())?,
        None => frame::read(package.stream(&entry.part)?)?,
    };
    let table = table_first_row(package, entry, &frame)?;
    let merges = Merges::new(std::mem::take(&mut frame.merges));
    let pictures = package_extras::anchored_pictures(package, &entry.part, &frame, &merges, store);
    let facts = SheetFacts {
        name: entry.name.clone(),
        hidden: entry.hidden,
        header_hint: table.or(frame.filter.map(|filter| filter.first_row)),
        frozen_rows: frame.frozen_rows,
        merges,
        pictures: pictures.unwrap_or_default(),
        widths_px: frame.widths_px,
        hidden_columns: frame.hidden_columns,
        choices: frame.choices,
        formats: lookups.formats.clone(),
    };
    let mut reading = SheetReading::new(run, facts);
    if entry.hidden {
        reading.notes().add(Note::info(
            "hidden_sheet",
            format!("工作表“{}”在原文件里是隐藏的。", entry.name),
            format!("The sheet \"{}\" is hidden in the file.", entry.name),
        ));
    }
    match whole {
        Some(bytes) => cells::stream(bytes.as_slice(), lookups, &mut reading)?,
        None => package.streamed(&entry.part, |source| {
            cells::stream(source, lookups, &mut reading)
        })?,
    }
    reading.finish()
}

/// The header row of the sheet's first Excel table.
fn table_first_row(
    package: &mut Package,
    entry: &SheetEntry,
    frame: &Frame,
) -> Result<Option<u32>, StageError> {
    let relations = package.relations(&entry.part)?;
    let mut first = None;
    for id in &frame.tables {
        let Some(relation) = relations.iter().find(|relation| &relation.id == id) else {
            continue;
        };
        let Some(bytes) = package.read(&relation.target)? else {
            continue;
        };
        xml::each_start(&bytes, |element| {
            if element.local_name().as_ref() == "table"
                && xml::attribute(element, "headerRowCount").as_deref() != Some("0")
            {
                let region = xml::attribute(element, "ref")
                    .and_then(|text| super::sheet::Region::read(&text));
                if let Some(region) = region {
                    first =
                        Some(first.map_or(region.first_row, |row: u32| row.min(region.first_row)));
                }
            }
        })?;
    }
    Ok(first)
}
