//! What a value is: ISNUMBER and its kin, TYPE, N, T.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
