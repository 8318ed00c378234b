//! Whole numbers: divisors, factorials, combinations, numerals of other bases, Roman numerals.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
