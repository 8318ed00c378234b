//! Who is connected to one base, and the hand-over from the writer's thread to the sessions.

use super::message::{CursorPlace, PresenceRow};
use crate::limits::{
    PRESENCE_INTERVAL_MS, PRESENCE_ROWS_PER_S, SESSION_PATCHES, SESSIONS_PER_BASE,
};
use axum::extract::ws::Utf8Bytes;
use engine::patch::Patch;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use table::id::TableId;
use tokio::sync::{mpsc, watch};

/// All sessions of one base.
pub struct Hub {
    seats: Mutex<BTreeMap<u64, Arc<Seat>>>,
    next: AtomicU64,
    /// Counts changes of presence; sessions watch it.
    presence: watch::Sender<u64>,
    /// The message of presence as it was last written, and at which count.
    written: Mutex<Option<(u64, Utf8Bytes)>>,
    closed: watch::Sender<bool>,
}

/// A patch on its way to all sessions; what many of them are sent alike is written once.
pub struct Published {
    pub patch: Arc<Patch>,
    /// Per watched table.
    texts: Mutex<Vec<(Option<TableId>, Utf8Bytes)>>,
}

impl Published {
    /// The message to those who watch the table and have no part of their own in it; `write` makes it the first time.
    pub fn text(&self, table: Option<TableId>, write: impl FnOnce() -> String) -> Utf8Bytes {
        let mut texts = self.texts.lock();
        if let Some((_, text)) = texts.iter().find(|(known, _)| *known == table) {
            return text.clone();
        }
        let text = Utf8Bytes::from(write());
        texts.push((table, text.clone()));
        text
    }
}

/// One session's place in the hub.
pub struct Seat {
    pub id: u64,
    /// The random id of the browser.
    pub client: String,
    /// Tells people apart who gave no name; see [`PresenceRow::number`].
    number: u32,
    name: Mutex<Option<String>>,
    patches: mpsc::Sender<Arc<Published>>,
    /// Patches were dropped since the last look.
    lagged: AtomicBool,
    cursor: Mutex<Option<CursorPlace>>,
}

/// What a session listens to.
pub struct Feed {
    pub seat: Arc<Seat>,
    pub patches: mpsc::Receiver<Arc<Published>>,
    pub presence: watch::Receiver<u64>,
    pub closed: watch::Receiver<bool>,
}

impl Default for Hub {
    fn default() -> Hub {
        Hub {
            seats: Mutex::default(),
            next: AtomicU64::new(1),
            presence: watch::Sender::new(0),
            written: Mutex::default(),
            closed: watch::Sender::new(false),
        }
    }
}

impl Hub {
    /// A new session; `None` where the base has as many as it may have.
    pub fn join(&self, client: &str) -> Option<Feed> {
        let (patches, received) = mpsc::channel(SESSION_PATCHES);
        let mut seats = self.seats.lock();
        if seats.len() >= SESSIONS_PER_BASE {
            return None;
        }
        let seat = Arc::new(Seat {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            client: client.to_string(),
            number: number_for(client, &seats),
            name: Mutex::default(),
            patches,
            lagged: AtomicBool::new(false),
            cursor: Mutex::default(),
        });
        let feed = Feed {
            seat: seat.clone(),
            patches: received,
            presence: self.presence.subscribe(),
            closed: self.closed.subscribe(),
        };
        seats.insert(seat.id, seat);
        drop(seats);
        self.presence_changed();
        Some(feed)
    }

    pub fn leave(&self, seat: &Seat) {
        self.seats.lock().remove(&seat.id);
        self.presence_changed();
    }

    /// Runs on the writer's thread: never waits.
    pub fn publish(&self, patch: &Arc<Patch>) {
        let published = Arc::new(Published {
            patch: patch.clone(),
            texts: Mutex::default(),
        });
        for seat in self.seats.lock().values() {
            if patch.resync || seat.patches.try_send(published.clone()).is_err() {
                seat.lagged.store(true, Ordering::Release);
                // An empty queue must still wake its session.
                let _ = seat.patches.try_send(published.clone());
            }
        }
    }

    /// What the others call this person.
    pub fn set_name(&self, seat: &Seat, name: Option<String>) {
        {
            let mut known = seat.name.lock();
            if *known == name {
                return;
            }
            *known = name;
        }
        self.presence_changed();
    }

    pub fn set_cursor(&self, seat: &Seat, place: Option<CursorPlace>) {
        *seat.cursor.lock() = place;
        self.presence_changed();
    }

    /// The message that tells who is here; `write` makes it once for all sessions after a change.
    pub fn presence_text(&self, write: impl FnOnce(Vec<PresenceRow>) -> String) -> Utf8Bytes {
        // Before the rows are read: who comes meanwhile makes a new count.
        let count = *self.presence.borrow();
        let mut written = self.written.lock();
        if let Some((at, text)) = &*written
            && *at == count
        {
            return text.clone();
        }
        let text = Utf8Bytes::from(write(self.presence()));
        *written = Some((count, text.clone()));
        text
    }

    /// How long a session waits between two messages of presence: everybody hears of everybody, so what is sent
    /// grows with the square of how many are here, and coming and going must not drown the patches.
    pub fn presence_interval(&self) -> Duration {
        let n = self.seats.lock().len() as u64;
        Duration::from_millis(PRESENCE_INTERVAL_MS.max(n * n * 1_000 / PRESENCE_ROWS_PER_S))
    }

    pub fn presence(&self) -> Vec<PresenceRow> {
        let seats = self.seats.lock();
        seats
            .values()
            .map(|seat| PresenceRow {
                session: seat.id.to_string(),
                client: seat.client.clone(),
                number: seat.number,
                name: seat.name.lock().clone(),
                cursor: seat.cursor.lock().clone(),
            })
            .collect()
    }

    /// Tells every session to end.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    fn presence_changed(&self) {
        self.presence.send_modify(|version| *version += 1);
    }
}

/// The number that the other windows of this client have, else the lowest that is free.
fn number_for(client: &str, seats: &BTreeMap<u64, Arc<Seat>>) -> u32 {
    if let Some(own) = seats.values().find(|seat| seat.client == client) {
        return own.number;
    }
    let taken: BTreeSet<u32> = seats.values().map(|seat| seat.number).collect();
    (1..).find(|number| !taken.contains(number)).unwrap_or(1)
}

impl Seat {
    /// True once after patches were dropped.
    pub fn take_lagged(&self) -> bool {
        self.lagged.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use table::id::{ActorId, Revision};

    fn patch(revision: u64) -> Arc<Patch> {
        Arc::new(Patch {
            revision: Revision(revision),
            actor: ActorId("user:local/x".into()),
            client_id: None,
            label: "set_cells".into(),
            schema: None,
            cells: vec![],
            appended: vec![],
            removed: vec![],
            recomputed: BTreeMap::new(),
            order_changed: vec![],
            resync: false,
            undo: Default::default(),
        })
    }

    #[test]
    fn presence_is_written_once_for_all_and_more_seldom_where_many_are() {
        let hub = Hub::default();
        let few: Vec<Feed> = (0..20)
            .map(|n| hub.join(&format!("c{n}")).unwrap())
            .collect();
        let mut n_written = 0;
        for _ in &few {
            hub.presence_text(|rows| {
                n_written += 1;
                rows.len().to_string()
            });
        }
        assert_eq!(n_written, 1);
        assert_eq!(hub.presence_interval().as_millis(), 100);
        hub.leave(&few[0].seat);
        assert_eq!(hub.presence_text(|rows| rows.len().to_string()), "19");
        let _many: Vec<Feed> = (20..1_001)
            .map(|n| hub.join(&format!("c{n}")).unwrap())
            .collect();
        assert_eq!(hub.presence_interval().as_millis(), 2_000);
    }

    #[test]
    fn a_session_that_does_not_read_is_marked_and_the_others_go_on() {
        let hub = Hub::default();
        let slow = hub.join("slow").unwrap();
        let mut quick = hub.join("quick").unwrap();
        for revision in 0..SESSION_PATCHES as u64 + 10 {
            hub.publish(&patch(revision));
            let published = quick.patches.try_recv().unwrap();
            assert_eq!(published.patch.revision.0, revision);
        }
        assert!(slow.seat.take_lagged());
        assert!(!slow.seat.take_lagged());
        assert!(!quick.seat.take_lagged());
        assert_eq!(hub.presence().len(), 2);
        hub.leave(&slow.seat);
        assert_eq!(hub.presence().len(), 1);
    }

    #[test]
    fn numbers_are_shared_by_the_windows_of_a_client_and_free_again_after_the_last() {
        let hub = Hub::default();
        let numbers =
            |hub: &Hub| -> Vec<u32> { hub.presence().iter().map(|row| row.number).collect() };
        let ann = hub.join("ann").unwrap();
        let _bob = hub.join("bob").unwrap();
        let _ann_too = hub.join("ann").unwrap();
        assert_eq!(numbers(&hub), [1, 2, 1]);
        hub.leave(&ann.seat);
        let _cid = hub.join("cid").unwrap();
        assert_eq!(numbers(&hub), [2, 1, 3]);
        hub.set_name(&ann.seat, Some("安".into()));
        assert!(hub.presence().iter().all(|row| row.name.is_none()));
    }
}
