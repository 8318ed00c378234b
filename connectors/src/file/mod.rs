//! Files in and out: spreadsheets and text files become staged batches, tables become files.
//!
//! Main types: [`Manifest`] (what was found), [`Staged`] (a staged folder read back), [`StageError`].
//! In: a file from a stranger; out: a folder that holds `manifest.json`, `batch-<sheet>-<n>.bin` and
//! `pictures/`. Law: the type of a file is told by its content, never by its name, and nothing is ever
//! sized by what a file claims. Tests: `connectors/tests/`.

mod batch_file;
mod csv;
mod encrypted;
mod formula_map;
pub mod limits;
pub mod manifest;
mod markup;
mod ods;
mod package_extras;
mod row_places;
mod sheet;
mod sniff;
mod stage;
pub mod stage_child;
pub mod stage_error;
pub mod staged;
mod stored;
mod words;
mod xls;
mod xlsx;

pub use limits::StageLimits;
pub use manifest::{
    ColumnManifest, DroppedRow, Manifest, Note, NoteLevel, OwnTable, ProposedFormula, SampleCell,
    SampleKind, SheetManifest,
};
pub use row_places::RowPlaces;
pub use stage::{stage, stage_with};
pub use stage_error::{StageError, StageErrorCode};
pub use staged::Staged;
