//! Documents: a shop's own workbook with placeholders, filled with records.
//!
//! Doors: [`Template`] (read, [`Template::check`], [`Template::fill`]), [`print::page`] for the browser's print,
//! [`starter::workbook`] for a first template to change. In: the bytes of an xlsx and a snapshot; out: the bytes of an
//! xlsx. A template is `{{客户.名称}}` in cells: a row with a field of a link to many records stands once per record, its
//! formulas and pictures with it, and what follows moves down. Law: the template's look is never made anew; a wrong
//! placeholder is told with sheet, cell and what was probably meant, before anything is filled.
//! Tests: here and `connectors/tests/document.rs` (read back by independent readers in `web/e2e`).

mod around;
mod barcode;
mod binding;
mod calc;
mod capitals;
mod drawing;
mod error;
mod fill;
mod functions;
mod glyphs;
pub mod limits;
mod package;
mod pictures;
mod placeholder;
mod plan;
pub mod print;
mod reference;
mod rows;
mod sheet;
pub mod starter;
mod styles;
mod values;
mod xml;

pub use error::{Problem, TemplateError};

use crate::{export::Blobs, model::Text2};
use serde::{Deserialize, Serialize};
use sheet::Book;
use table::{
    id::{RecordId, TableId},
    schema::Schema,
    snapshot::Snapshot,
};

/// What one document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// One record, e.g. an order.
    #[default]
    Record,
    /// All selected records together, e.g. a price list or labels.
    Selection,
}

/// A workbook that was read.
pub struct Template(Book);

/// What to fill it with.
pub struct Request<'a> {
    pub snapshot: &'a Snapshot,
    pub table: TableId,
    pub per: Per,
    /// One for [`Per::Record`].
    pub records: &'a [RecordId],
    pub blobs: &'a dyn Blobs,
    /// Day number, local.
    pub now: f64,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// An xlsx (or xlsm, as the template is).
    pub bytes: Vec<u8>,
    pub notes: Vec<Note>,
}

/// What a person should know about a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub code: &'static str,
    /// `sheet!cell`
    pub at: String,
    pub message: Text2,
}

impl Template {
    pub fn read(bytes: &[u8]) -> Result<Template, TemplateError> {
        Ok(Template(Book::read(bytes)?))
    }

    /// How many cells have placeholders, if all of them mean something.
    pub fn check(&self, schema: &Schema, table: TableId, per: Per) -> Result<usize, Vec<Problem>> {
        let plans = plan::plan(&self.0, schema, table, per)?;
        Ok(plans.iter().map(|plan| plan.cells.len()).sum())
    }

    pub fn fill(self, request: &Request<'_>) -> Result<Filled, TemplateError> {
        let plans = plan::plan(
            &self.0,
            &request.snapshot.schema,
            request.table,
            request.per,
        )
        .map_err(TemplateError::Placeholders)?;
        fill::fill(self.0, &plans, request)
    }
}
