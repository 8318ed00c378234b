//! Field types in our own workbooks: a workbook that we write says of each column what field it was, and reading it
//! again proposes just that.
//!
//! They stand in the workbook's custom properties (`docProps/custom.xml`), where Excel, WPS and LibreOffice keep them
//! and no person is disturbed: JSON, cut into pieces `Suanpan.001`, `Suanpan.002`, … because Excel shows at most 255
//! characters of one. Law: what is read is only ever a proposal; anything may stand in a file. Tests:
//! `connectors/tests/own_types.rs`.

use serde::{Deserialize, Serialize};
use table::{
    field::{Field, FieldType, SelectOption, select::split_names},
    id::OptionId,
    limits::OPTIONS_PER_FIELD,
};

const PREFIX: &str = "Suanpan.";
/// UTF-16 units of one property.
const PIECE_UNITS: usize = 240;
/// Characters of all of them; beyond it the file goes without.
const ALL_CHARS: usize = 60_000;
/// Options above this are not listed: the cells name those in use.
const LISTED_OPTIONS: usize = 200;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Book {
    version: u32,
    sheets: Vec<OwnSheet>,
}

/// The columns of one sheet by their headers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OwnSheet {
    pub name: String,
    pub columns: Vec<OwnColumn>,
    /// Of a sheet to be filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill_in: Option<FillInSheet>,
}

/// Where a sheet to be filled in comes from, by its headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FillInSheet {
    pub base: String,
    pub table: String,
    /// The column of the records' ids.
    pub records_header: String,
    /// The columns that are to be filled in.
    pub fill: Vec<String>,
    /// The records, as ranges; absent where they are too many to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
    /// The sheet that holds the choices of drop-downs; it is no table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices_sheet: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OwnColumn {
    pub header: String,
    /// JSON, so that a type of a later release costs only its own column.
    field: serde_json::Value,
}

impl OwnColumn {
    pub fn new(header: &str, field: &Field) -> Option<OwnColumn> {
        let mut field_type = importable(&field.field_type)?;
        if let Some(options) = field_type.options_mut()
            && options.len() > LISTED_OPTIONS
        {
            options.clear();
        }
        Some(OwnColumn {
            header: header.into(),
            field: serde_json::to_value(field_type).ok()?,
        })
    }

    /// The type to propose; `None` where this release does not know it.
    pub fn field_type(&self) -> Option<FieldType> {
        let read: FieldType = serde_json::from_value(self.field.clone()).ok()?;
        let mut field_type = importable(&read)?.bounded();
        if let Some(options) = field_type.options_mut() {
            options.truncate(OPTIONS_PER_FIELD);
            renumber(options);
        }
        Some(field_type)
    }
}

/// Adds names that stand in the cells to the options of a select that does not know them.
pub(crate) fn add_options(field_type: &mut FieldType, seen: &[SelectOption]) {
    let many = field_type.holds_many();
    let Some(options) = field_type.options_mut() else {
        return;
    };
    for option in seen {
        // A cell of several is one text in the file.
        let names = match many {
            true => split_names(&option.name),
            false => vec![option.name.trim()],
        };
        for name in names {
            if options.iter().all(|known| known.name != name) {
                options.push(SelectOption {
                    id: OptionId::default(),
                    name: name.into(),
                    color: (options.len() % 12) as u8,
                });
            }
        }
    }
    renumber(options);
}

fn renumber(options: &mut [SelectOption]) {
    for (at, option) in options.iter_mut().enumerate() {
        option.id = OptionId(at as u32 + 1);
    }
}

/// The type that an import can make: results for formulas, no buttons (their fields have other ids), numbers that
/// begin anew behind those in the file.
fn importable(field_type: &FieldType) -> Option<FieldType> {
    match field_type {
        FieldType::Formula(spec) => match &*spec.result {
            FieldType::Formula(_) => None,
            result => importable(result),
        },
        FieldType::Button { .. } => None,
        // Other records there: their names.
        FieldType::Link(_) => Some(FieldType::Text),
        FieldType::AutoNumber { pattern, .. } => Some(FieldType::AutoNumber {
            pattern: pattern.clone(),
            from_record: 0,
            from_number: 0,
        }),
        other => Some(other.clone()),
    }
}

/// Names and texts of the properties; none where there is too much to say.
pub(crate) fn to_properties(sheets: Vec<OwnSheet>) -> Vec<(String, String)> {
    let book = Book { version: 1, sheets };
    let Ok(json) = serde_json::to_string(&book) else {
        return Vec::new();
    };
    if json.chars().count() > ALL_CHARS {
        return Vec::new();
    }
    let mut pieces = vec![String::new()];
    let mut units = 0;
    for c in json.chars() {
        units += c.len_utf16();
        if units > PIECE_UNITS {
            pieces.push(String::new());
            units = c.len_utf16();
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    let named = pieces.into_iter().enumerate();
    named
        .map(|(at, piece)| (format!("{PREFIX}{:03}", at + 1), piece))
        .collect()
}

/// From the custom properties of a workbook, in any order.
pub(crate) fn from_properties(properties: Vec<(String, String)>) -> Vec<OwnSheet> {
    let mut pieces: Vec<(u32, String)> = properties
        .into_iter()
        .filter_map(|(name, text)| Some((name.strip_prefix(PREFIX)?.parse().ok()?, text)))
        .collect();
    pieces.sort();
    let json: String = pieces.into_iter().map(|(_, text)| text).collect();
    match serde_json::from_str::<Book>(&json) {
        Ok(book) if book.version == 1 => book.sheets,
        _ => Vec::new(),
    }
}
