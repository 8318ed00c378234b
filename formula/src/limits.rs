//! Every bound of this crate, by name and unit.

/// Bytes of UTF-8 in one formula.
pub const FORMULA_BYTES: usize = 65_536;
/// Open brackets, calls and signs around one operand; checked before the parser descends.
pub const NESTING_DEPTH: usize = 96;
/// Arguments of one call (as in Excel).
pub const CALL_ARGUMENTS: usize = 255;
/// Parts of a plan, after lambdas were put in where they are called; beyond it stands `#CALC!`.
pub const PLAN_NODES: usize = 100_000;
/// How deep a plan may be: as deep as [`NESTING_DEPTH`] lets a formula be, and lambdas in lambdas.
pub const PLAN_DEPTH: usize = 700;
/// Cells of an array that a function makes (the rows of an Excel sheet).
pub const ARRAY_CELLS: usize = 1_048_576;
/// Diagnostics reported for one formula.
pub const DIAGNOSTICS: usize = 20;
/// Characters in a text that a function makes (as in Excel).
pub const RESULT_CHARS: usize = 32_767;
/// Characters of one argument of an AI function that reach a prompt.
pub const AI_INPUT_CHARS: usize = 20_000;
/// Pictures that go with one question.
pub const AI_PICTURES: usize = 4;
/// Cells that one evaluation may compute: vectors × records, and cells of columns read through. Beyond it all cells
/// of the evaluation are `#CALC!`.
pub const EVAL_FUEL_CELLS: u64 = 2_000_000_000;
/// Bytes of texts that one evaluation may make; beyond it all its cells are `#CALC!`.
pub const EVAL_TEXT_BYTES: u64 = 1 << 30;
/// Indexes and totals kept of one base; beyond it the one that was not used for longest goes.
pub const KEPT_INDEXES: usize = 64;
/// Records of a table that RUNNING and COST functions run over; beyond it their cells are `#CALC!`.
pub const RUNNING_RECORDS: usize = 100_000_000;
/// Bytes of a compiled regular expression.
pub const REGEX_BYTES: usize = 1 << 20;
/// Steps back that one match of a regular expression may take.
pub const REGEX_STEPS_BACK: usize = 200_000;
/// Compiled regular expressions that a thread keeps.
pub const REGEXES_KEPT: usize = 8;
