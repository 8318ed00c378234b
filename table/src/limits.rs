//! Every bound of this crate, by name and unit.

/// Records in one segment: copying one column of a segment costs about 0.05 ms at this size.
pub const SEGMENT_RECORDS: usize = 65_536;
/// Records appended at once from which on they start a segment of their own.
pub const OWN_SEGMENT_RECORDS: usize = 32_768;
/// Fields in one table, removed ones included.
pub const FIELDS_PER_TABLE: usize = 2_000;
/// Tables in one base, removed ones included.
pub const TABLES_PER_BASE: usize = 2_000;
/// Bytes of UTF-8 in one text cell.
pub const TEXT_CELL_BYTES: usize = 1 << 20;
/// Options of one select field (Feishu allows as many).
pub const OPTIONS_PER_FIELD: usize = 10_000;
/// Characters in a table's, field's or view's name.
pub const NAME_CHARS: usize = 255;
/// Distinct texts kept in the edit tail of a text column before it is folded into the base dictionary.
pub const TEXT_TAIL_ENTRIES: usize = 4_096;
/// Nesting of filter groups.
pub const FILTER_DEPTH: usize = 8;
/// Fields that a view groups by.
pub const GROUP_FIELDS: usize = 3;
/// Edited cells that stand beside a shared column before it is copied with them.
pub const EDITS_BESIDE: usize = 128;
