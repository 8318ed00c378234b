//! Checkpoints beside edits: a thread of its own packs what changed, the writer puts it into the file in small pieces.
//!
//! Main type: [`Packing`], the snapshot that is being packed. Law: an edit waits for one piece at most; a checkpoint of
//! any other kind ends the packing, for it may remove what no checkpoint names. Tests: `engine/tests/engine/durability.rs`.

use super::{Event, retention::ask, state::Writer};
use crate::limits::CHECKPOINT_CELLS;
use std::sync::{Arc, Weak, atomic::Ordering, mpsc::SyncSender};
use store::{Packed, Packer};
use table::snapshot::Snapshot;

/// A snapshot on its way into the file.
pub(crate) struct Packing {
    id: u64,
    snapshot: Arc<Snapshot>,
    /// What there was to write when it began.
    n_transactions: u64,
    n_cells: u64,
}

/// One piece of a checkpoint; each answers whether to go on.
pub(crate) enum Piece {
    /// Columns that are in the file nowhere.
    Packed(Packed),
    /// All columns are there: the snapshot can be named.
    Named,
    /// Parts that nothing names any more.
    Swept,
}

/// On the packing thread.
fn pack(events: &Weak<SyncSender<Event>>, packer: &Packer, id: u64, snapshot: &Snapshot) {
    let goes_on = |piece: Piece| {
        let events = events.upgrade();
        let answer = events
            .and_then(|events| ask(&events, |answer| Event::Checkpoint { id, piece, answer }));
        answer == Some(true)
    };
    loop {
        let packed = packer.pack(snapshot);
        if packed.is_empty() {
            break;
        }
        if !goes_on(Piece::Packed(packed)) {
            return;
        }
    }
    if goes_on(Piece::Named) {
        while goes_on(Piece::Swept) {}
    }
}

impl Writer {
    pub fn checkpoint_if_due(&mut self) {
        let every = self.shared.options.checkpoint_every;
        let is_due = self.n_transactions >= every || self.n_cells >= CHECKPOINT_CELLS;
        if is_due && self.packing.is_none() {
            self.start_packing();
        }
    }

    pub fn set_packing(&mut self, packing: Option<Packing>) {
        self.shared
            .is_packing
            .store(packing.is_some(), Ordering::Release);
        self.packing = packing;
    }

    /// While a background computation runs, computed columns on disk would be half old.
    fn can_checkpoint(&self) -> bool {
        self.filling.is_none() && self.to_fill.is_empty()
    }

    fn start_packing(&mut self) {
        let Some(store) = self.store.as_ref().filter(|_| self.can_checkpoint()) else {
            return;
        };
        let (packer, snapshot) = (store.packer(), self.snapshot.clone());
        self.next_packing += 1;
        let (id, packed) = (self.next_packing, snapshot.clone());
        let events = self.shared.events.lock().clone();
        let started = std::thread::Builder::new()
            .name("checkpoint".into())
            .spawn(move || pack(&events, &packer, id, &packed));
        match started {
            Ok(_) => {
                self.set_packing(Some(Packing {
                    id,
                    snapshot,
                    n_transactions: self.n_transactions,
                    n_cells: self.n_cells,
                }));
            }
            Err(error) => {
                tracing::warn!(%error, "no thread for a checkpoint: it is written at once");
                self.checkpoint();
            }
        }
    }

    /// One piece; `false` ends the packing.
    pub fn take_piece(&mut self, id: u64, piece: Piece) -> bool {
        let Some(packing) = self.packing.take_if(|packing| packing.id == id) else {
            return false;
        };
        let Some(store) = &mut self.store else {
            self.set_packing(None);
            return false;
        };
        let is_name = matches!(piece, Piece::Named);
        let done = match piece {
            Piece::Packed(packed) => {
                let put = store.put_packed(packed);
                put.map(|()| true).map_err(|error| error.trouble())
            }
            Piece::Named => {
                let named = store.checkpoint(&packing.snapshot);
                named.map(|()| true).map_err(|error| error.trouble())
            }
            Piece::Swept => store.sweep().map_err(|error| error.trouble()),
        };
        match done {
            Ok(goes_on) => {
                if is_name {
                    self.n_transactions -= packing.n_transactions.min(self.n_transactions);
                    self.n_cells -= packing.n_cells.min(self.n_cells);
                    self.owes_checkpoint = false;
                }
                self.set_packing(Some(packing).filter(|_| goes_on));
                goes_on
            }
            Err(trouble) => {
                // The log still holds everything, but what the file and the connection are like now is unknown.
                tracing::error!(?trouble, "the checkpoint failed");
                self.owes_checkpoint = true;
                self.fall_read_only(&trouble.into());
                false
            }
        }
    }

    /// At once, of what is published now.
    pub fn checkpoint(&mut self) {
        self.set_packing(None);
        if !self.can_checkpoint() {
            return;
        }
        let Some(store) = &mut self.store else {
            return;
        };
        match store.checkpoint(&self.snapshot) {
            Ok(()) => {
                (self.n_transactions, self.n_cells) = (0, 0);
                self.owes_checkpoint = false;
            }
            Err(error) => {
                // The log still holds everything, but what the file and the connection are like now is unknown.
                tracing::error!(%error, "the checkpoint failed");
                self.owes_checkpoint = true;
                self.fall_read_only(&error.trouble().into());
            }
        }
    }
}
