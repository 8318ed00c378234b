//! Loans and savings: PMT, FV, PV, NPER, RATE and their parts.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
