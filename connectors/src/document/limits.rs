//! Every bound of documents, by name and unit.

/// Bytes of all parts of a template together, unpacked.
pub const PACKAGE_BYTES: u64 = 128 << 20;
/// Parts of a template.
pub const PACKAGE_PARTS: usize = 4_096;
/// Rows of one sheet; Excel's own.
pub const SHEET_ROWS: u64 = 1_048_576;
/// Wrong placeholders that are told at once.
pub const PROBLEMS: usize = 50;
/// Pictures shown side by side in one cell.
pub const PICTURES_PER_CELL: usize = 4;
/// Longest side of a picture in a document, in pixels; larger ones are shrunk.
pub const PICTURE_PX: u32 = 1_600;
/// Formulas within each other that are computed.
pub const FORMULA_DEPTH: usize = 64;
/// Cells that one formula may read.
pub const FORMULA_CELLS: u64 = 2_000_000;
/// Rows of a print page.
pub const PRINT_ROWS: u32 = 20_000;
