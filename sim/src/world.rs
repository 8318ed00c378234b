//! Fifty people at one base: edits, lost answers, time offline, full disks, crashes; checked as it goes.
//!
//! Main type: [`World`]. Everything is decided by streams of random numbers out of one seed, one for the world and
//! one per client. What the seed does not decide is which submissions share a sync, and when a checkpoint beside edits
//! puts down its pieces; a fault at the n-th step may therefore fall elsewhere in a second run. Law under test: see
//! [`crate::oracle`]; and whoever follows the patches shows what the server holds. Tests: `sim/tests/people.rs`.

use crate::{
    oracle::{Book, FIRST_NAME, Outcome, difference, rebuild},
    plan,
    replica::{Fetched, Place, Replica, Shown},
};
use engine::{
    BaseHandle, BaseStatus, Clock, Command, CommandError, EngineOptions, Patch, Receipt,
    Submission, Subscription, UndoState,
};
use parking_lot::Mutex;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
        mpsc::channel,
    },
};
use store::fault::{Fault, FaultKind};
use table::id::{ActorId, BaseId};

/// Transactions between checkpoints: few, so that a run meets many.
const CHECKPOINT_EVERY: u64 = 60;
/// Steps of writing among which a fault falls: an append has four and one more per further entry.
const FAULT_STEPS: u64 = 40;
/// Rounds of work after which a fault that was not met is given up.
const FAULT_ROUNDS: usize = 15;

type Inbox = Arc<Mutex<VecDeque<Arc<Patch>>>>;

/// What went wrong, with the step at which it showed.
pub type Failure = String;

struct Client {
    random: StdRng,
    actor: ActorId,
    replica: Replica,
    inbox: Inbox,
    /// `None`: offline.
    connection: Option<Subscription>,
    /// Not yet answered for sure, in order.
    outbox: VecDeque<Submission>,
    n_made: u64,
    name: usize,
}

/// What a run met, so that one that met nothing is seen to prove nothing.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    /// Commands by label of the log, and refusals by code.
    pub n_kept: BTreeMap<String, u64>,
    pub n_refused: BTreeMap<&'static str, u64>,
    pub n_unclear: u64,
    /// Unclear ones that were found to be durable when they were sent again.
    pub n_unclear_kept: u64,
    pub n_repeated: u64,
    pub n_offline: u64,
    pub n_crashes: u64,
    pub n_recoveries: u64,
    pub n_checks: u64,
    pub n_rebuilt: u64,
}

pub struct World {
    random: StdRng,
    clients: Vec<Client>,
    handle: BaseHandle,
    folder: PathBuf,
    path: PathBuf,
    n_files: u64,
    now_ms: Arc<AtomicI64>,
    book: Book,
    pub tally: Tally,
}

fn options(now_ms: &Arc<AtomicI64>) -> EngineOptions {
    let now_ms = now_ms.clone();
    EngineOptions {
        clock: Arc::new(move || Clock {
            now_ms: now_ms.load(Ordering::Relaxed),
            now_day: 45_000.5,
        }),
        default_model: Arc::new(|| "offline-trial".into()),
        checkpoint_every: CHECKPOINT_EVERY,
    }
}

fn connect(handle: &BaseHandle, inbox: &Inbox) -> Subscription {
    let inbox = inbox.clone();
    handle.subscribe(Box::new(move |patch: &Arc<Patch>| {
        inbox.lock().push_back(patch.clone())
    }))
}

impl Client {
    fn come_online(&mut self, handle: &BaseHandle) {
        self.inbox.lock().clear();
        self.connection = Some(connect(handle, &self.inbox));
        self.replica.reload(handle);
    }

    /// The next command, put into the outbox; true if there is something to send.
    fn plan(&mut self) -> bool {
        if self.outbox.len() > 8 {
            return true;
        }
        let serial = format!("{}x{}", self.name, self.n_made);
        if let Some(command) = plan::next(&mut self.random, &self.replica, &serial) {
            let group = matches!(command, Command::AppendColumns { .. })
                .then(|| format!("import-{serial}"));
            self.outbox.push_back(Submission {
                actor: self.actor.clone(),
                client_id: Some(format!("c{serial}")),
                group,
                command,
            });
            self.n_made += 1;
        }
        !self.outbox.is_empty()
    }

    /// Takes in up to `n` patches.
    fn read(&mut self, handle: &BaseHandle, n: usize) {
        for _ in 0..n {
            let Some(patch) = self.inbox.lock().pop_front() else {
                return;
            };
            self.replica.take(&patch, handle);
        }
    }
}

impl World {
    pub fn new(seed: u64, n_clients: usize, folder: &Path) -> Result<World, Failure> {
        let now_ms = Arc::new(AtomicI64::new(1_700_000_000_000));
        let path = folder.join("sim-0.suanpan");
        let handle = BaseHandle::create(&path, BaseId("sim".into()), FIRST_NAME, options(&now_ms))
            .map_err(|error| error.to_string())?;
        let client = |name: usize| Client {
            random: StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(name as u64)),
            actor: ActorId(format!("user:{name}")),
            replica: Replica::default(),
            inbox: Inbox::default(),
            connection: None,
            outbox: VecDeque::new(),
            n_made: 0,
            name,
        };
        let mut clients: Vec<Client> = (1..=n_clients).map(client).collect();
        for client in &mut clients {
            client.come_online(&handle);
        }
        Ok(World {
            random: StdRng::seed_from_u64(seed),
            clients,
            handle,
            folder: folder.to_owned(),
            path,
            n_files: 0,
            now_ms,
            book: Book::default(),
            tally: Tally::default(),
        })
    }

    /// One step of the run.
    pub fn step(&mut self) -> Result<(), Failure> {
        self.now_ms.fetch_add(1_000, Ordering::Relaxed);
        match self.random.random_range(0..100) {
            0 | 1 => self.crash(),
            2 | 3 => self.run_full(),
            4 => self.check(),
            5..12 => {
                self.move_offline();
                Ok(())
            }
            _ => self.work(),
        }
    }

    /// Somebody goes offline, or comes back.
    fn move_offline(&mut self) {
        let at = self.random.random_range(0..self.clients.len());
        let client = &mut self.clients[at];
        match client.connection.take() {
            Some(_) => self.tally.n_offline += 1,
            None => client.come_online(&self.handle),
        }
    }

    /// A few clients act at once, and some read what has come.
    fn work(&mut self) -> Result<(), Failure> {
        let n_acting = self.random.random_range(1..8);
        let mut sent: Vec<(usize, Submission)> = Vec::new();
        for _ in 0..n_acting {
            let at = self.random.random_range(0..self.clients.len());
            let client = &mut self.clients[at];
            let is_acting = sent.iter().any(|(one, _)| *one == at);
            if is_acting || !client.plan() || client.connection.is_none() {
                continue;
            }
            let waiting = client.outbox.iter().cloned();
            sent.extend(waiting.map(|submission| (at, submission)));
        }
        self.send(sent)?;
        let mut fetched = Fetched::new();
        for client in &mut self.clients {
            if client.connection.is_some() && client.random.random_bool(0.5) {
                let n = client.random.random_range(0..20);
                client.read(&self.handle, n);
                client.replica.settle(&self.handle, &mut fetched);
            }
        }
        Ok(())
    }

    /// Sends all at once and hears all answers.
    fn send(&mut self, sent: Vec<(usize, Submission)>) -> Result<(), Failure> {
        let (answer, answers) = channel();
        for (at, submission) in sent {
            let id = submission.client_id.clone().unwrap_or_default();
            self.book.0.entry(id).or_insert(Outcome::Unclear);
            let (answer, kept) = (answer.clone(), submission.clone());
            let then = Box::new(move |result| drop(answer.send((at, kept, result))));
            self.handle.submit_then(submission, then);
        }
        drop(answer);
        let all: Vec<_> = answers.iter().collect();
        for (at, submission, result) in all {
            self.hear(at, submission, result)?;
        }
        Ok(())
    }

    fn hear(
        &mut self,
        at: usize,
        submission: Submission,
        result: Result<Receipt, CommandError>,
    ) -> Result<(), Failure> {
        let id = submission.client_id.clone().unwrap_or_default();
        match result {
            Ok(receipt) => {
                self.note(&id, &submission, &receipt)?;
                // The answer is lost on its way: the client sends again.
                if self.clients[at].random.random_bool(0.05) {
                    self.repeat(&id, submission, &receipt)?;
                }
            }
            Err(error) if matches!(error.code, "read_only" | "closed") => {
                self.tally.n_unclear += 1;
                return Ok(());
            }
            Err(error) => {
                if matches!(self.book.0.get(&id), Some(Outcome::Kept(_))) {
                    return Err(format!("{id} was kept and is now refused: {}", error.code));
                }
                if matches!(error.code, "internal" | "log_unread" | "log_damaged") {
                    return Err(format!("{id}: {:?}: {error:?}", submission.command));
                }
                *self.tally.n_refused.entry(error.code).or_default() += 1;
                self.book.0.insert(id.clone(), Outcome::Refused);
            }
        }
        let outbox = &mut self.clients[at].outbox;
        outbox.retain(|waiting| waiting.client_id.as_ref() != Some(&id));
        Ok(())
    }

    fn note(
        &mut self,
        id: &str,
        submission: &Submission,
        receipt: &Receipt,
    ) -> Result<(), Failure> {
        let reader = self.handle.reader();
        let found = reader
            .find_client_id(id)
            .map_err(|error| error.to_string())?;
        if let (Some(Outcome::Kept(first)), true) =
            (self.book.0.get(id), found != Some(receipt.revision))
        {
            return Err(format!(
                "{id} was kept at {first}, found {found:?}, told {}",
                receipt.revision
            ));
        }
        if receipt.repeated && self.book.0.get(id) == Some(&Outcome::Unclear) && found.is_some() {
            self.tally.n_unclear_kept += 1;
        }
        let outcome = match found {
            Some(revision) if revision != receipt.revision => {
                return Err(format!(
                    "{id} stands at {revision}, its receipt says {}",
                    receipt.revision
                ));
            }
            Some(revision) => Outcome::Kept(revision),
            None => Outcome::Nothing,
        };
        if outcome != Outcome::Nothing {
            let kind = format!("{:?}", submission.command);
            let kind = kind.split([' ', '{']).next().unwrap_or_default().to_owned();
            *self.tally.n_kept.entry(kind).or_default() += 1;
        }
        self.book.0.insert(id.to_owned(), outcome);
        Ok(())
    }

    fn repeat(&mut self, id: &str, submission: Submission, first: &Receipt) -> Result<(), Failure> {
        let again = match self.handle.submit(submission) {
            Ok(again) => again,
            // Between the two the disk failed.
            Err(error) if error.code == "read_only" => return Ok(()),
            Err(error) => return Err(format!("{id} was kept, sent again and refused: {error:?}")),
        };
        self.tally.n_repeated += 1;
        match again.repeated && again.revision == first.revision {
            true => Ok(()),
            false => Err(format!("{id} was kept as {first:?} and again as {again:?}")),
        }
    }

    /// Work until a fault at a random step was met, or for a while.
    fn work_into_a_fault(&mut self, kind: FaultKind) -> Result<(), Failure> {
        let fault = Fault::at_step(self.random.random_range(1..=FAULT_STEPS), kind);
        self.handle.inject(fault.clone());
        for _ in 0..FAULT_ROUNDS {
            self.work()?;
            if fault.was_met() {
                break;
            }
        }
        Ok(())
    }

    /// The disk is full for a moment: nothing is lost, and the base recovers without being opened again.
    fn run_full(&mut self) -> Result<(), Failure> {
        self.work_into_a_fault(FaultKind::DiskFull)?;
        let shown = self.handle.snapshot();
        self.work()?;
        self.handle.inject(Fault::default());
        // A checkpoint beside edits may fail at any moment; nothing else is armed now.
        match self.handle.try_recover() {
            BaseStatus::ReadOnly { reason } => return Err(format!("still read-only: {reason:?}")),
            _ => self.tally.n_recoveries += 1,
        }
        let now = self.handle.snapshot();
        if now.revision < shown.revision {
            return Err(format!(
                "{} was shown, {} came back",
                shown.revision, now.revision
            ));
        }
        self.book.check(&self.handle.reader())
    }

    /// The machine stops: what is on disk at that moment is all there is.
    fn crash(&mut self) -> Result<(), Failure> {
        let kind = match self.random.random_bool(0.5) {
            true => FaultKind::Io,
            false => FaultKind::DiskFull,
        };
        self.work_into_a_fault(kind)?;
        let shown = self.handle.snapshot();
        let undo = self.undo_states();
        // From here on nothing reaches the disk.
        self.handle.inject(Fault::at_step(1, FaultKind::Io));
        let stop = Command::RenameBase { name: "停".into() };
        let refused = self.handle.submit(Submission {
            actor: ActorId("user:0".into()),
            client_id: None,
            group: None,
            command: stop,
        });
        if refused.is_ok() {
            return Err("an edit was taken after the disk was gone".into());
        }
        self.n_files += 1;
        let path = self.folder.join(format!("sim-{}.suanpan", self.n_files));
        for suffix in ["", "-wal"] {
            let from = PathBuf::from(format!("{}{suffix}", self.path.display()));
            if from.exists() {
                let to = format!("{}{suffix}", path.display());
                std::fs::copy(&from, to).map_err(|error| error.to_string())?;
            }
        }
        for client in &mut self.clients {
            client.connection = None;
        }
        self.handle =
            BaseHandle::open(&path, options(&self.now_ms)).map_err(|error| error.to_string())?;
        self.path = path;
        self.tally.n_crashes += 1;
        self.book.check(&self.handle.reader())?;
        self.wait();
        let found = self.handle.snapshot();
        if found.revision < shown.revision {
            return Err(format!(
                "{} was shown, {} came back",
                shown.revision, found.revision
            ));
        }
        if found.revision == shown.revision {
            same("reopened", &found, &shown)?;
            let now = self.undo_states();
            if now != undo {
                let of = now.iter().zip(&undo).find(|(now, then)| now != then);
                return Err(format!("undo after reopening, now and before: {of:?}"));
            }
        }
        self.check_scratch()?;
        for client in &mut self.clients {
            client.come_online(&self.handle);
        }
        Ok(())
    }

    fn undo_states(&self) -> Vec<UndoState> {
        let actors = self.clients.iter().map(|client| &client.actor);
        actors.map(|actor| self.handle.undo_state(actor)).collect()
    }

    /// Until the writer has nothing more to do in the background.
    fn wait(&self) {
        while matches!(self.handle.status(), BaseStatus::Recomputing { .. }) {
            std::thread::yield_now();
        }
        // Whatever was sent before is done when this is answered.
        self.handle.undo_state(&ActorId("user:0".into()));
    }

    /// The log alone gives the same base, every computed cell made anew.
    fn check_scratch(&mut self) -> Result<(), Failure> {
        let path = self.folder.join("again.suanpan");
        let again = rebuild(&self.handle.reader(), &path, options(&self.now_ms))?;
        while matches!(again.status(), BaseStatus::Recomputing { .. }) {
            std::thread::yield_now();
        }
        // While the file is there: columns are read from it when they are looked at.
        let compared = same("from the log", &self.handle.snapshot(), &again.snapshot());
        again.close();
        for suffix in ["", "-wal", "-shm"] {
            // What is not there need not go.
            let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
        }
        self.tally.n_rebuilt += 1;
        let damage = self.handle.verify();
        match damage.is_empty() {
            true => compared,
            false => Err(format!("damage: {damage:?}")),
        }
    }

    /// Everybody is online, has sent and read everything: all show the same, and nothing is lost.
    pub fn check(&mut self) -> Result<(), Failure> {
        if matches!(self.handle.status(), BaseStatus::ReadOnly { .. }) {
            self.handle.try_recover();
        }
        for at in 0..self.clients.len() {
            if self.clients[at].connection.is_none() {
                self.clients[at].come_online(&self.handle);
            }
            let sent: Vec<_> = self.clients[at].outbox.iter().cloned().collect();
            self.send(sent.into_iter().map(|one| (at, one)).collect())?;
            if !self.clients[at].outbox.is_empty() {
                return Err(format!("not taken: {:?}", self.clients[at].outbox));
            }
        }
        self.wait();
        let mut fetched = Fetched::new();
        let mut fresh: HashMap<Place, Option<Arc<Shown>>> = HashMap::new();
        for client in &mut self.clients {
            client.read(&self.handle, usize::MAX);
            client.replica.settle(&self.handle, &mut fetched);
            let schema = &self.handle.snapshot().schema;
            if client.replica.schema != *schema {
                return Err(format!("client {} has an old schema", client.name));
            }
            for (place, held) in &client.replica.places {
                let fetch = || Shown::fetch(&self.handle, *place).map(Arc::new);
                let now = fresh.entry(*place).or_insert_with(fetch);
                let difference = match (held, now) {
                    (Some(held), Some(now)) if !Arc::ptr_eq(held, now) => held.differs(now),
                    (None, Some(_)) | (Some(_), None) => Some("shown or not".into()),
                    _ => None,
                };
                if let Some(difference) = difference {
                    return Err(format!("client {} at {place:?}: {difference}", client.name));
                }
            }
        }
        self.tally.n_checks += 1;
        self.book.check(&self.handle.reader())
    }

    /// The last check, with everything.
    pub fn end(mut self) -> Result<Tally, Failure> {
        self.check()?;
        self.check_scratch()?;
        let (shown, undo) = (self.handle.snapshot(), self.undo_states());
        for client in &mut self.clients {
            client.connection = None;
        }
        self.handle.clone().close();
        self.handle = BaseHandle::open(&self.path, options(&self.now_ms))
            .map_err(|error| error.to_string())?;
        self.wait();
        same("closed and opened", &self.handle.snapshot(), &shown)?;
        if self.undo_states() != undo {
            return Err("undo is another one after closing and opening".into());
        }
        Ok(self.tally)
    }

    /// Where the log has got to.
    pub fn revision(&self) -> u64 {
        self.handle.snapshot().revision.0
    }
}

fn same(
    what: &str,
    mine: &table::snapshot::Snapshot,
    other: &table::snapshot::Snapshot,
) -> Result<(), Failure> {
    let names = difference(mine, other);
    match names.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{what} at {}:\n{}",
            mine.revision,
            names.join("\n")
        )),
    }
}
