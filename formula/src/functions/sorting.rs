//! Arrays sorted, filtered and grouped: SORT, UNIQUE, FILTER, GROUPBY.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
