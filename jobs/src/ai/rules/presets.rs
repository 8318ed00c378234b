//! What marketplaces ask of listings: data with source and date, which a person picks and edits.
//!
//! [`all`] reads `presets.json`. Law: a limit without a source is not there. Tests: `jobs/tests/rules.rs`.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use table::rule::Rule;

/// One part (title, bullet, …) of a listing on one marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    pub id: String,
    pub platform: String,
    /// `title`, `bullet`, `description`, `keywords`, `highlights`, `subtitle`, `tag`
    pub part: String,
    pub rules: Vec<Rule>,
    /// Where the limits stand, and how sure they are.
    pub source: String,
    /// When they were looked up, `YYYY-MM`.
    pub checked: String,
    #[serde(default)]
    pub note_zh: String,
    #[serde(default)]
    pub note_en: String,
}

static ALL: LazyLock<Vec<Preset>> =
    LazyLock::new(|| serde_json::from_str(include_str!("presets.json")).unwrap_or_default());

pub fn all() -> &'static [Preset] {
    &ALL
}
