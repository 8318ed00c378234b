//! Bytes on disk, one folder or file per version; a version once released is read for ever.

pub mod v1;
pub mod v2;
