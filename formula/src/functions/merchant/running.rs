//! Sums and counts that run over an order, and costs of stock.

use crate::functions::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
