//! Matrices and sums of products: MMULT, MINVERSE, SUMPRODUCT.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
