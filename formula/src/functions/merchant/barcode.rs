//! Barcodes and their check digits.

use crate::functions::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
