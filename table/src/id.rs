//! Identities. Positions never identify anything; these newtypes do.
//!
//! On the wire an id is a short string with a letter for its kind (`t3`, `f12`, `v4`, `r981`),
//! so that JavaScript never loses bits of a 64-bit number.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A text that is no id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” is not an id of the form {prefix}<number>")]
pub struct ParseIdError {
    pub text: String,
    pub prefix: char,
}

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident, $inner:ty, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0)
            }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let bad = || ParseIdError { text: text.chars().take(40).collect(), prefix: $prefix };
                let digits = text.strip_prefix($prefix).ok_or_else(bad)?;
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(bad());
                }
                digits.parse().map($name).map_err(|_| bad())
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

numeric_id!(
    /// A table of a base; never reused within the base.
    TableId, u32, 't');
numeric_id!(
    /// A field (definition) of a base; never reused within the base.
    FieldId, u32, 'f');
numeric_id!(
    /// A stored vector. A field gets a new column when its type changes, so that the old one can come back.
    ColumnId, u32, 'c');
numeric_id!(
    /// A view of a base; never reused within the base.
    ViewId, u32, 'v');
numeric_id!(
    /// A record; ascending within its table in the order of creation, never reused.
    RecordId, u64, 'r');
numeric_id!(
    /// An option of a select field; unique within the field, 0 is never used.
    OptionId, u32, 'o');
numeric_id!(
    /// The number of transactions that made a snapshot.
    Revision, u64, 'n');

/// A base: one file on disk, named by this id (lower-case letters, digits and `-`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BaseId(pub String);

/// Who acts: a user, a token or a job (`user:…`, `job:…`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActorId(pub String);

impl fmt::Display for BaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip_and_refuse_other_kinds() {
        assert_eq!("f12".parse::<FieldId>(), Ok(FieldId(12)));
        assert_eq!(
            RecordId(u64::MAX).to_string().parse::<RecordId>(),
            Ok(RecordId(u64::MAX))
        );
        for bad in ["", "f", "12", "t12", "f-1", "f1x", "f99999999999"] {
            assert!(bad.parse::<FieldId>().is_err(), "{bad}");
        }
    }
}
