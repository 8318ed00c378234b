//! Bits and numerals of bases 2, 8 and 16.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
