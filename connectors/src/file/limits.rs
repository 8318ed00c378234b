//! Every bound of file reading, by name and unit. They stand between a stranger's file and our memory.

use serde::{Deserialize, Serialize};

/// What one staging run may use; the server passes them to the child process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StageLimits {
    /// Bytes of an uploaded workbook.
    pub file_bytes: u64,
    /// Bytes of an uploaded text file; it is read in a stream, so it may be larger.
    pub text_bytes: u64,
    /// Sum of the declared sizes of all parts of a zip.
    pub unzipped_bytes: u64,
    /// Declared size of one part of a zip.
    pub part_bytes: u64,
    pub zip_entries: usize,
    /// Declared size over packed size, looked at for parts above [`RATIO_FROM_BYTES`].
    pub zip_ratio: u64,
    /// Cells that hold something, of one file.
    pub cells: u64,
    /// Rows of one sheet that hold something.
    pub rows: u64,
    /// Address space of the child process, bytes; 0: no limit.
    pub memory_bytes: u64,
    /// Wall clock of the child process.
    pub wall_ms: u64,
}

impl Default for StageLimits {
    fn default() -> StageLimits {
        StageLimits {
            file_bytes: 512 << 20,
            text_bytes: 4 << 30,
            unzipped_bytes: 3 << 30,
            part_bytes: 2 << 30,
            zip_entries: 20_000,
            zip_ratio: 200,
            cells: 400_000_000,
            rows: 20_000_000,
            memory_bytes: 3 << 30,
            wall_ms: 300_000,
        }
    }
}

/// Parts smaller than this may have any ratio: a sheet of equal rows packs very well.
pub const RATIO_FROM_BYTES: u64 = 10 << 20;
/// Sheets of one workbook that are read.
pub const SHEETS: usize = 255;
/// Columns of one sheet that are read; the rest is left out with a note.
pub const COLUMNS: usize = table::limits::FIELDS_PER_TABLE;
/// The grid of Excel.
pub const SHEET_ROWS: u32 = 1_048_576;
pub const SHEET_COLUMNS: u32 = 16_384;
/// Rows of one batch file.
pub const BATCH_ROWS: usize = 65_536;
/// Cells (rows × columns) of one batch file: a wide sheet gets shorter batches.
pub const BATCH_CELLS: usize = 2 << 20;
/// Bytes of text held for one batch before it is written.
pub const BATCH_TEXT_BYTES: usize = 64 << 20;
/// Rows shown in the preview.
pub const SAMPLE_ROWS: usize = 20;
/// Characters of one cell in the preview.
pub const SAMPLE_CHARS: usize = 200;
/// Rows looked at to find the header.
pub const HEADER_SEARCH_ROWS: usize = 40;
/// Notes of one kind per sheet that name a cell; more are counted only.
pub const NOTES_PER_KIND: u64 = 20;
/// Runs of neighbouring rows that are kept apart, to name the row of a record.
pub const ROW_RUNS: usize = 5_000;
/// Total rows kept in the manifest of one sheet.
pub const DROPPED_ROWS: usize = 1_000;
/// Distinct formulas per column that are told apart.
pub const FORMULA_CLASSES: usize = 64;
/// Characters of a formula that is looked at.
pub const FORMULA_CHARS: usize = 8_192;
/// Pictures of one workbook.
pub const PICTURES: usize = 50_000;
/// Bytes of one picture.
pub const PICTURE_BYTES: u64 = 64 << 20;
/// Bytes of one small part (relationships, drawings, metadata, styles) that is read whole.
pub const SMALL_PART_BYTES: u64 = 256 << 20;
/// Bytes of a sheet that is unpacked into memory at once.
pub const WHOLE_SHEET_BYTES: u64 = 96 << 20;
/// Merged regions per sheet.
pub const MERGES: usize = 500_000;
/// Nesting of XML elements in a part.
pub const XML_DEPTH: usize = 256;
/// Bytes of a manifest that the parent reads.
pub const MANIFEST_BYTES: u64 = 64 << 20;
/// Bytes of one batch file that the parent reads.
pub const BATCH_BYTES: u64 = 1 << 30;
