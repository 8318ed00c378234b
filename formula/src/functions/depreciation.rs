//! Depreciation: SLN, SYD, DB, DDB, VDB.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
