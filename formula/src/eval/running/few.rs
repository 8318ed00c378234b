//! A few records: only their groups are computed, which the kept index of keys finds.
//!
//! Law: what they get is what they would get among all. Tests: every case of `spec/running.md` is asked record by
//! record, too.

use super::{Context, Piece, Run};
use crate::{
    eval::{
        key_table::{Match, NO_KEY},
        keys::KeyIndex,
    },
    plan::Node,
};
use std::sync::Arc;

/// Groups up to which the others are not looked at.
const FEW_GROUPS: usize = 16;
/// Records up to which it does not matter how many of the table they are.
const FEW_RECORDS: usize = 4_096;

/// The groups of the records that are asked about.
pub(super) struct Groups {
    keys: Arc<KeyIndex>,
    /// Their numbers in the index, ascending.
    pub(super) numbers: Vec<u32>,
}

/// `None` where all had better be computed: many groups, large ones, or a group that is not a field.
pub(super) fn groups(context: &Context, asked: &Run) -> Option<Groups> {
    let (input, offsets) = (context.input, context.offsets.as_deref()?);
    let Node::Own(field) = asked.args.get(asked.by.group()?)? else {
        return None;
    };
    if input.cache.is_for_many() || offsets.is_empty() {
        return None;
    }
    let (snapshot, table) = (input.snapshot, input.table);
    let keys = input.cache.keys(snapshot, table, Some(field), Match::Exact);
    let of_record = &keys.segments.get(input.segment)?.numbers;
    let mut numbers: Vec<u32> = Vec::new();
    for offset in offsets {
        match of_record.get(*offset) {
            None | Some(&NO_KEY) => return None,
            Some(number) if numbers.contains(number) => {}
            Some(number) => numbers.push(*number),
        }
        if numbers.len() > FEW_GROUPS {
            return None;
        }
    }
    numbers.sort_unstable();
    let groups = Groups { keys, numbers };
    let n: usize = pieces(&groups)
        .iter()
        .filter_map(|piece| piece.offsets.as_ref().map(Vec::len))
        .sum();
    let segments = groups.keys.segments.iter();
    let of: usize = segments.map(|segment| segment.numbers.len()).sum();
    (n <= FEW_RECORDS || n <= of / 4).then_some(groups)
}

/// All records of the groups.
pub(super) fn pieces(groups: &Groups) -> Vec<Piece> {
    let segments = groups.keys.segments.iter().enumerate();
    let in_segment = |(segment, keys): (usize, &crate::eval::keys::SegmentKeys)| {
        let places = keys.numbers.iter().enumerate();
        let offsets: Vec<usize> = match groups.numbers[..] {
            [one] => places
                .filter(|(_, key)| **key == one)
                .map(|(at, _)| at)
                .collect(),
            _ => places
                .filter(|(_, key)| groups.numbers.contains(key))
                .map(|(at, _)| at)
                .collect(),
        };
        Piece {
            segment,
            offsets: Some(offsets),
        }
    };
    let pieces = segments.map(in_segment);
    pieces
        .filter(|piece| {
            piece
                .offsets
                .as_ref()
                .is_some_and(|offsets| !offsets.is_empty())
        })
        .collect()
}
