//! Fifty clients at one base: edits, undo, changes of fields and tables, imports, times offline, lost answers, full disks
//! and power cuts, in an order drawn from a seed.
//!
//! Laws, looked at again and again: every client that has taken in its patches shows what the base holds; what was
//! acknowledged is in the log exactly once under its id, what was refused is not; the log replayed from its first
//! transaction, with every formula computed anew, gives the same base. `SUANPAN_SIM_SEEDS` and `SUANPAN_SIM_STEPS` make a
//! longer run, `SUANPAN_SIM_SEED` repeats one.

mod client;
mod deed;

use crate::desk::options;
use client::{Client, Replica};
use deed::Chooser;
use engine::*;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::collections::{BTreeMap, BTreeSet};
use store::fault::{Fault, FaultKind};
use table::id::{BaseId, Revision};

const CLIENTS: usize = 50;

struct World {
    folder: tempfile::TempDir,
    handle: BaseHandle,
    clients: Vec<Client>,
    acked: BTreeMap<String, Revision>,
    refused: BTreeSet<String>,
    /// So that a failure says where it was.
    told: String,
    /// How often what was drawn came to pass.
    n: Count,
}

#[derive(Debug, Default)]
struct Count {
    done: u64,
    refused: u64,
    unclear: u64,
    repeated: u64,
    cuts: u64,
    faults: u64,
}

fn number(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn fifty_clients_converge_and_lose_nothing() {
    let steps = number("SUANPAN_SIM_STEPS", 500);
    let first = number("SUANPAN_SIM_SEED", 1);
    let mut all = Count::default();
    for seed in first..first + number("SUANPAN_SIM_SEEDS", 3) {
        let n = World::new(seed).run(seed, steps);
        all.done += n.done;
        all.refused += n.refused;
        all.unclear += n.unclear;
        all.repeated += n.repeated;
        all.cuts += n.cuts;
        all.faults += n.faults;
    }
    eprintln!("{all:?}");
    assert!(
        all.done > steps / 3,
        "nearly everything was refused: {all:?}"
    );
    assert!(
        all.repeated > 0 && all.cuts > 0 && all.faults > 0,
        "{all:?}"
    );
}

impl World {
    fn new(seed: u64) -> World {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("base.suanpan");
        let handle = BaseHandle::create(&path, BaseId("b".into()), "店", options()).unwrap();
        let mut world = World {
            folder,
            handle,
            clients: (0..CLIENTS).map(Client::new).collect(),
            acked: BTreeMap::new(),
            refused: BTreeSet::new(),
            told: format!("SUANPAN_SIM_SEED={seed} SUANPAN_SIM_SEEDS=1, before the first step"),
            n: Count::default(),
        };
        for (name, fields) in [
            ("供", ["名:text", "价:number", "话:phone"]),
            ("货", ["名:text", "数:number", "类:select"]),
        ] {
            let fields = fields.iter().map(|field| crate::desk::new_field(field));
            world.send_from(
                0,
                Command::CreateTable {
                    name: name.into(),
                    description: String::new(),
                    fields: fields.collect(),
                    auto_name: false,
                },
            );
        }
        for client in &mut world.clients {
            client.come(&world.handle);
        }
        world
    }

    fn run(mut self, seed: u64, steps: u64) -> Count {
        let mut rng = StdRng::seed_from_u64(seed);
        for step in 0..steps {
            self.told = format!("SUANPAN_SIM_SEED={seed} SUANPAN_SIM_SEEDS=1, step {step}");
            let at = rng.random_range(0..CLIENTS);
            match rng.random_range(0..200) {
                0..8 if self.clients[at].online => self.clients[at].go(),
                8 => self.cut(&mut rng),
                9..12 => self.fault(&mut rng),
                12..16 => self.recover(),
                16..24 => self.say_again(&mut rng),
                _ => self.act(at, &mut rng),
            }
            if step % 100 == 99 {
                self.check();
            }
        }
        self.check();
        self.check_log();
        self.n
    }

    /// One deed; a client that is away comes back now and then and sends what it did meanwhile.
    fn act(&mut self, at: usize, rng: &mut StdRng) {
        if !self.clients[at].online && rng.random_range(0..4) == 0 {
            self.clients[at].come(&self.handle);
            self.send_outbox(at);
        }
        let snapshot = self.handle.snapshot();
        let drawn = Chooser {
            rng,
            snapshot: &snapshot,
        }
        .command();
        let Some(command) = drawn else {
            return;
        };
        self.send_from(at, command);
        if rng.random_range(0..3) == 0 && self.clients[at].online {
            self.clients[at].take_in(&self.handle);
        }
    }

    fn send_from(&mut self, at: usize, command: Command) {
        let submission = self.clients[at].submission(command);
        self.clients[at].outbox.push_back(submission);
        // Before the first fetch everybody counts as connected.
        if self.clients[at].online || self.acked.len() < 2 {
            self.send_outbox(at);
        }
    }

    /// In order, until an answer is unclear.
    fn send_outbox(&mut self, at: usize) {
        while let Some(submission) = self.clients[at].outbox.pop_front() {
            let id = submission.client_id.clone().unwrap();
            match self.handle.submit(submission.clone()) {
                Ok(receipt) => {
                    self.n.done += 1;
                    self.n.repeated += u64::from(receipt.repeated);
                    let known = self.acked.insert(id.clone(), receipt.revision);
                    assert!(known.is_none(), "{}: {id} twice", self.told);
                }
                // The log may have it, or not.
                Err(error) if error.code == "read_only" => {
                    self.n.unclear += 1;
                    self.clients[at].outbox.push_front(submission);
                    return;
                }
                Err(_) => {
                    self.n.refused += 1;
                    self.refused.insert(id);
                }
            }
        }
    }

    /// A client that did not hear the answer says it again.
    fn say_again(&mut self, rng: &mut StdRng) {
        if self.acked.is_empty() || self.handle.status() != BaseStatus::Ok {
            return;
        }
        let nth = rng.random_range(0..self.acked.len());
        let (id, revision) = self.acked.iter().nth(nth).unwrap();
        // What changed nothing is not in the log, and changes nothing when it is said again.
        if self.handle.reader().find_client_id(id).unwrap().is_none() {
            return;
        }
        let again = Submission {
            actor: table::id::ActorId("user:again".into()),
            client_id: Some(id.clone()),
            group: None,
            command: Command::RenameBase { name: "又".into() },
        };
        // Right after a lost sync the answer may be that nothing can be saved now.
        if let Ok(receipt) = self.handle.submit(again) {
            assert!(receipt.repeated, "{}: {id} was done twice", self.told);
            assert_eq!(receipt.revision, *revision, "{}: {id}", self.told);
            self.n.repeated += 1;
        }
    }

    /// The disk fails at one of the next steps of writing.
    fn fault(&mut self, rng: &mut StdRng) {
        let kind = match rng.random_range(0..2) {
            0 => FaultKind::Io,
            _ => FaultKind::DiskFull,
        };
        let step = rng.random_range(1..30);
        self.handle.inject(Fault::at_step(step, kind));
        self.n.faults += 1;
    }

    fn recover(&mut self) {
        if self.handle.try_recover() == BaseStatus::Ok {
            for at in 0..CLIENTS {
                if self.clients[at].online {
                    self.send_outbox(at);
                }
            }
        }
    }

    /// The power fails: what the file holds at this moment is all that is left.
    fn cut(&mut self, rng: &mut StdRng) {
        self.n.cuts += 1;
        let folder = self.copied();
        self.clients.iter_mut().for_each(Client::go);
        self.handle = BaseHandle::open(&folder.path().join("base.suanpan"), options()).unwrap();
        self.folder = folder;
        assert_eq!(self.handle.status(), BaseStatus::Ok, "{}", self.told);
        for at in 0..CLIENTS {
            if rng.random_range(0..5) > 0 {
                self.clients[at].come(&self.handle);
                self.send_outbox(at);
            }
        }
    }

    fn copied(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for end in ["", "-wal"] {
            let name = format!("base.suanpan{end}");
            let from = self.folder.path().join(&name);
            if from.exists() {
                std::fs::copy(from, folder.path().join(&name)).unwrap();
            }
        }
        folder
    }

    /// Everybody shows the same; a base rebuilt from its log alone is the same.
    fn check(&mut self) {
        self.handle.inject(Fault::default());
        self.recover();
        assert_eq!(self.handle.status(), BaseStatus::Ok, "{}", self.told);
        let truth = Replica::of(&self.handle);
        for client in self.clients.iter_mut().filter(|client| client.online) {
            client.take_in(&self.handle);
            let seen = &client.replica;
            if let Some(what) = truth.differs(seen) {
                panic!("{}: {} shows otherwise: {what}", self.told, client.actor);
            }
        }
        let folder = self.copied();
        let path = folder.path().join("base.suanpan");
        let file = rusqlite::Connection::open(&path).unwrap();
        file.execute("DELETE FROM meta WHERE key LIKE 'manifest%'", [])
            .unwrap();
        drop(file);
        let rebuilt = BaseHandle::open(&path, options()).unwrap();
        assert_eq!(rebuilt.status(), BaseStatus::Ok, "{}", self.told);
        let anew = Replica::of(&rebuilt);
        if let Some(what) = truth.differs(&anew) {
            panic!("{}: from the log it is otherwise: {what}", self.told);
        }
        for client in &self.clients {
            let (kept, read) = (
                self.handle.undo_state(&client.actor),
                rebuilt.undo_state(&client.actor),
            );
            let n = self.handle.snapshot().revision.0;
            assert!(
                n > engine::limits::UNDO_LOOKBACK || kept == read,
                "{}: {kept:?} {read:?}",
                self.told
            );
        }
    }

    /// Acknowledged: there, under its id, at its revision. Refused: not there.
    fn check_log(&self) {
        let reader = self.handle.reader();
        let newest = self.handle.snapshot().revision;
        for (id, revision) in &self.acked {
            let found = reader.find_client_id(id).unwrap();
            // A command that changed nothing has no line of its own.
            assert!(
                found.is_none_or(|found| found == *revision) && *revision <= newest,
                "{}: {id} at {found:?}, acknowledged at {revision}",
                self.told
            );
            let line = reader.transaction(*revision).unwrap();
            assert!(
                *revision == Revision(0) || line.is_some(),
                "{}: {revision} is lost",
                self.told
            );
        }
        for id in &self.refused {
            assert_eq!(
                reader.find_client_id(id).unwrap(),
                None,
                "{}: {id}",
                self.told
            );
        }
        assert_eq!(self.handle.verify(), [], "{}", self.told);
    }
}
