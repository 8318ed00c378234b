//! What a person reads, in both languages of the product.
//!
//! Type: [`Text2`], used by every crate that has something to say.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text2 {
    pub zh: String,
    pub en: String,
}

impl Text2 {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text2 {
        Text2 {
            zh: zh.into(),
            en: en.into(),
        }
    }
}
