//! Relations between two lists of numbers: slope, correlation, forecast.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
