//! Records of a list by criteria: DSUM and its kin.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
