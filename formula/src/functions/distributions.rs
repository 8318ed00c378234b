//! Probability distributions, their inverses and tests.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
