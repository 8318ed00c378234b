//! Who asks a model: what of its field the request needs. Tests: `spec/ai-calls.md`.

use table::id::FieldId;

/// The field that asks a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker {
    pub field: FieldId,
    /// The cell is the answer, so the answer is asked for in the field's type.
    pub as_it_is: bool,
}
