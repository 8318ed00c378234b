//! Arrays put together, cut and turned: TAKE, HSTACK, WRAPROWS, SEQUENCE.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
