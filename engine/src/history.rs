//! What stands taken back in the log.
//!
//! Main type: [`TakenBack`]. Law: an undo that was itself taken back counts no more, however long the chain.

use std::collections::BTreeMap;
use store::{ReadLogError, Reader};
use table::id::Revision;

/// Transactions and groups that stand taken back, with the transaction that did it.
#[derive(Debug, Default)]
pub struct TakenBack {
    revisions: BTreeMap<Revision, Revision>,
    groups: BTreeMap<String, Revision>,
}

impl TakenBack {
    /// Of the transactions from `first` on.
    pub fn read(reader: &Reader, first: Revision) -> Result<TakenBack, ReadLogError> {
        let mut taken_back = TakenBack::default();
        // The newest first: what took back is only looked at once it is known whether it still counts.
        for undoing in reader.undoings_after(first)? {
            if taken_back.revisions.contains_key(&undoing.revision) {
                continue;
            }
            taken_back
                .revisions
                .insert(undoing.undoes, undoing.revision);
            if let Some(group) = undoing.group {
                taken_back.groups.insert(group, undoing.revision);
            }
        }
        Ok(taken_back)
    }

    /// What took the transaction (of that group) back, if it stands taken back.
    pub fn of(&self, revision: Revision, group: Option<&str>) -> Option<Revision> {
        let by_group = group.and_then(|group| self.groups.get(group));
        self.revisions.get(&revision).or(by_group).copied()
    }
}
