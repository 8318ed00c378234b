//! What a list of numbers is like: spread, ranks, quantiles, means.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
