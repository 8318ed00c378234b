//! Working days with weekends and holidays, weeks, parts of years.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
