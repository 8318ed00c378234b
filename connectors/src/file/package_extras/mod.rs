//! Pictures of a workbook: anchored over cells, in cells (Excel 365), in cells (WPS).
//!
//! Functions: [`anchored_pictures`], [`rich_value_pictures`], [`wps_pictures`]; [`PictureStore`] keeps the
//! bytes. Law: a picture belongs to the cell under its centre; linked pictures are never fetched.
//! Tests: `connectors/tests/staging.rs`.

mod drawings;
mod grid;
mod pictures;
mod rich_values;
mod wps;

pub use drawings::anchored_pictures;
pub use grid::{Anchored, Axis, Corner, Grid};
pub use pictures::PictureStore;
pub use rich_values::rich_value_pictures;
pub use wps::{wps_pictures, wps_pictures_of_root};
