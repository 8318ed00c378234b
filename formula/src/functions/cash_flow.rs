//! Series of payments: NPV, IRR, XNPV, XIRR, MIRR.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
