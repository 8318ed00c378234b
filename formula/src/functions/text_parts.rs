//! Parts of texts: TEXTBEFORE, TEXTAFTER, TEXTSPLIT, bytes, characters and codes.

use super::registry::Function;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[];
