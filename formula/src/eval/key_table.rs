//! Keys as bytes, and small numbers for them: equal keys have equal bytes, and one number each.
//!
//! A text is its lower-case UTF-8; numbers and booleans begin with a byte that no UTF-8 has. The table is cut into
//! shards by hash, so that many can be filled side by side; the numbers do not depend on who fills them.

use super::{coded::Seen, vector::Cell};
use crate::check::coerce::text_number;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// No key: a blank, an error, a record that is removed.
pub(crate) const NO_KEY: u32 = u32::MAX;
pub(crate) const SHARDS: u32 = 16;

const NUMBER: u8 = 0xff;
const BOOL: u8 = 0xfe;

/// What makes keys equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Match {
    /// Texts stay texts: for look-ups.
    Exact,
    /// A text that is a number equals it: for criteria.
    Loose,
}

pub(crate) fn hash(key: &[u8]) -> u64 {
    FixedState::default().hash_one(key)
}

/// Which shard a key belongs to. Not the bits by which a shard finds it.
pub(crate) fn shard(hash: u64) -> usize {
    (hash >> 40) as usize % SHARDS as usize
}

/// Appends the key of a cell; false if it has none.
pub(crate) fn encode(cell: &Seen, by: Match, out: &mut Vec<u8>) -> bool {
    match cell {
        Seen::Text(text) => encode_text(text, by, out),
        Seen::Cell(Cell::Text(text)) => encode_text(text, by, out),
        Seen::Cell(Cell::Number(x)) => encode_number(*x, out),
        Seen::Cell(Cell::Bool(b)) => out.extend([BOOL, u8::from(*b)]),
        Seen::Cell(Cell::Blank | Cell::Error(_) | Cell::Pending | Cell::Array(_)) => return false,
    }
    true
}

pub(crate) fn encode_number(x: f64, out: &mut Vec<u8>) {
    out.push(NUMBER);
    // -0 equals 0.
    out.extend((x + 0.0).to_bits().to_le_bytes());
}

fn encode_text(text: &str, by: Match, out: &mut Vec<u8>) {
    if by == Match::Loose
        && !starts_as_word(text)
        && let Some(x) = text_number(text)
    {
        return encode_number(x, out);
    }
    match text.is_ascii() {
        true => out.extend(text.bytes().map(|byte| byte.to_ascii_lowercase())),
        false => out.extend(text.to_lowercase().into_bytes()),
    }
}

/// True for most words, by their first byte: a Latin letter or the first of a Chinese character. No number begins so;
/// full-width forms and currency signs begin with other bytes.
fn starts_as_word(text: &str) -> bool {
    matches!(
        text.as_bytes().first(),
        Some(b'A'..=b'Z' | b'a'..=b'z' | 0xe4..=0xe9)
    )
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Shard {
    table: HashTable<(u64, u32)>,
    /// End of each key in `bytes`.
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl Shard {
    fn key(&self, at: u32) -> &[u8] {
        let start = match at {
            0 => 0,
            at => self.ends[at as usize - 1] as usize,
        };
        &self.bytes[start..self.ends[at as usize] as usize]
    }

    fn find(&self, hash: u64, key: &[u8]) -> Option<u32> {
        let found = self
            .table
            .find(hash, |(known, at)| *known == hash && self.key(*at) == key);
        found.map(|(_, at)| *at)
    }

    /// The number of a key within this shard, a new one if it has none.
    pub(crate) fn number(&mut self, hash: u64, key: &[u8]) -> u32 {
        if let Some(at) = self.find(hash, key) {
            return at;
        }
        let at = self.ends.len() as u32;
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len() as u32);
        self.table
            .insert_unique(hash, (hash, at), |(hash, _)| *hash);
        at
    }
}

/// The number of a key over all shards.
pub(crate) fn global(shard: usize, number: u32) -> u32 {
    number * SHARDS + shard as u32
}

#[derive(Debug, Clone)]
pub(crate) struct KeyTable {
    pub(crate) shards: Vec<Shard>,
}

impl Default for KeyTable {
    fn default() -> KeyTable {
        KeyTable {
            shards: vec![Shard::default(); SHARDS as usize],
        }
    }
}

impl KeyTable {
    pub(crate) fn find(&self, key: &[u8]) -> u32 {
        let hash = hash(key);
        let shard = shard(hash);
        self.shards[shard]
            .find(hash, key)
            .map_or(NO_KEY, |number| global(shard, number))
    }

    /// The key of each number; `None` for numbers that were never given.
    pub(crate) fn key(&self, number: u32) -> Option<&[u8]> {
        let shard = &self.shards[(number % SHARDS) as usize];
        let at = number / SHARDS;
        ((at as usize) < shard.ends.len()).then(|| shard.key(at))
    }

    /// All numbers are below this.
    pub(crate) fn bound(&self) -> usize {
        let longest = self.shards.iter().map(|shard| shard.ends.len()).max();
        longest.unwrap_or(0) * SHARDS as usize
    }
}
