//! Older and rarer workbooks, read by calamine: xls and et (BIFF), xlsb.
//!
//! Functions: [`read`], [`read_xlsb`]. Law: these readers hold a sheet as a rectangle, so they
//! run only inside the limited child process. Tests: `connectors/tests/staging.rs`.

use super::{
    limits::SHEETS,
    manifest::Note,
    package_extras::{PictureStore, wps_pictures_of_root},
    sheet::{
        Cell, FinishedSheet, Merges, NumberFormat, Region, Row, SheetFacts, SheetReading, StageRun,
    },
    stage::Found,
    stage_error::{StageError, StageErrorCode},
    stored::{digits_lost, number_cell},
    xlsx::{package::Package, wps_picture_id},
};
use calamine::{CellErrorType, Data, Range, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsb};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Cursor, Read, Seek},
};
use table::{
    field::date,
    raw::RawCell,
    value::{Attachment, CellError},
};

pub fn read(mut file: File, run: &mut StageRun) -> Result<Found, StageError> {
    let mut store = PictureStore::new(run.into);
    let pictures = cell_images(&mut file, &mut store, run).unwrap_or_default();
    file.rewind()?;
    let mut book = Xls::new(BufReader::new(file)).map_err(|error| match error {
        XlsError::Password => StageErrorCode::Encrypted.because("xls password"),
        error => StageErrorCode::Corrupt.because(error),
    })?;
    let merges = |book: &Xls<BufReader<File>>, name: &str| {
        let list = book.merge_cells_by_sheet_name(name).unwrap_or_default();
        let regions = list.iter().map(|area| Region {
            first_row: area.start.0 + 1,
            last_row: area.end.0 + 1,
            first_column: area.start.1,
            last_column: area.end.1,
        });
        Merges::new(regions.collect())
    };
    let is_1904 = book.has_1904_epoch();
    let mut found = sheets(&mut book, "xls", is_1904, merges, &pictures, run)?;
    found.notes.push(Note::info(
        "old_format",
        "这是旧的 xls 格式：浮在表格上的图片和公式读不出来，只导入数值。需要的话请另存为 xlsx 再导入。",
        "This is the old xls format: floating pictures and formulas cannot be read, only values. Save it as xlsx to keep them.",
    ));
    found.notes.extend(store.into_notes());
    Ok(found)
}

pub fn read_xlsb(file: File, run: &mut StageRun) -> Result<Found, StageError> {
    let mut book =
        Xlsb::new(BufReader::new(file)).map_err(|error| StageErrorCode::Corrupt.because(error))?;
    sheets(
        &mut book,
        "xlsb",
        false,
        |_, _| Merges::default(),
        &HashMap::new(),
        run,
    )
}

/// WPS keeps pictures of cells as a small zip inside the compound file.
fn cell_images(
    file: &mut File,
    store: &mut PictureStore,
    run: &StageRun,
) -> Result<HashMap<String, Attachment>, StageError> {
    file.rewind()?;
    let mut compound = cfb::CompoundFile::open(&mut *file)?;
    if !compound.exists("ETCellImageData") {
        return Ok(HashMap::new());
    }
    let mut bytes = Vec::new();
    let limit = run.limits.part_bytes;
    compound
        .open_stream("ETCellImageData")?
        .take(limit)
        .read_to_end(&mut bytes)?;
    let mut package = Package::open(Box::new(Cursor::new(bytes)), run.limits)?;
    wps_pictures_of_root(&mut package, store)
}

fn sheets<B, S>(
    book: &mut B,
    format: &'static str,
    is_1904: bool,
    merges: impl Fn(&B, &str) -> Merges,
    pictures: &HashMap<String, Attachment>,
    run: &mut StageRun,
) -> Result<Found, StageError>
where
    B: Reader<S>,
    S: Read + Seek,
    B::Error: std::fmt::Display,
{
    let listed = book.sheets_metadata().to_vec();
    let mut sheets = Vec::new();
    for sheet in listed
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .take(SHEETS)
    {
        let range = book
            .worksheet_range(&sheet.name)
            .map_err(|error| StageErrorCode::Corrupt.because(error))?;
        let facts = SheetFacts {
            name: sheet.name.clone(),
            hidden: sheet.visible != SheetVisible::Visible,
            merges: merges(book, &sheet.name),
            formats: std::iter::once(NumberFormat::new(0, None)).collect(),
            ..SheetFacts::default()
        };
        sheets.extend(read_range(&range, facts, is_1904, pictures, run)?);
    }
    Ok(Found {
        format,
        encoding: None,
        sheets,
        notes: Vec::new(),
    })
}

fn read_range(
    range: &Range<Data>,
    facts: SheetFacts,
    is_1904: bool,
    pictures: &HashMap<String, Attachment>,
    run: &mut StageRun,
) -> Result<Vec<FinishedSheet>, StageError> {
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut sheet = SheetReading::new(run, facts);
    for (at, cells) in range.rows().enumerate() {
        let number = first_row + at as u32 + 1;
        let mut row = Row {
            number,
            ..Row::default()
        };
        for (column, data) in cells.iter().enumerate() {
            let column = first_column + column as u32;
            if let Data::String(text) = data
                && let Some(picture) = wps_picture_id(text).and_then(|id| pictures.get(id))
            {
                sheet.add_picture(number, column, picture.clone());
                continue;
            }
            let value = value(data, is_1904);
            if let (RawCell::Text(text), Data::Float(_) | Data::Int(_)) = (&value, data) {
                sheet
                    .notes()
                    .add_at("digits_lost", number, column, || digits_lost(text));
            }
            if !value.is_blank() {
                row.cells.push(Cell {
                    column,
                    value,
                    format: 0,
                });
            }
        }
        if !row.cells.is_empty() {
            sheet.row(row)?;
        }
    }
    sheet.finish()
}

fn value(data: &Data, is_1904: bool) -> RawCell {
    match data {
        Data::Empty => RawCell::Blank,
        Data::Int(value) => number_cell(*value as f64, None, false),
        Data::Float(value) if value.is_finite() => number_cell(*value, None, false),
        Data::Float(_) => RawCell::Error(CellError::Num),
        Data::String(text) | Data::DurationIso(text) => RawCell::Text(text.as_str().into()),
        Data::Bool(flag) => RawCell::Bool(*flag),
        Data::DateTime(moment) => {
            let format = if moment.is_datetime() {
                "yyyy-mm-dd h:mm"
            } else {
                "[h]:mm:ss"
            };
            let value = moment.as_f64();
            let format = if moment.is_datetime() && value < 1.0 {
                "h:mm:ss"
            } else {
                format
            };
            number_cell(value, Some(&NumberFormat::new(164, Some(format))), is_1904)
        }
        Data::DateTimeIso(text) => match date::read(&text.replace('T', " ")) {
            Some(value) => RawCell::Date {
                value,
                has_time: value.fract() != 0.0,
            },
            None => RawCell::Text(text.as_str().into()),
        },
        Data::Error(error) => RawCell::Error(match error {
            CellErrorType::Div0 => CellError::Div0,
            CellErrorType::NA | CellErrorType::GettingData => CellError::Na,
            CellErrorType::Name => CellError::Name,
            CellErrorType::Null => CellError::Null,
            CellErrorType::Num => CellError::Num,
            CellErrorType::Ref => CellError::Ref,
            CellErrorType::Value => CellError::Value,
        }),
    }
}
