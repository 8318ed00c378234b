//! What is acknowledged stays: reopening, repeated submissions, many threads, a log that fails.

use crate::desk::{Desk, options};
use engine::*;
use std::sync::Arc;
use store::fault::{Fault, FaultKind};
use table::id::ActorId;

#[test]
fn a_reopened_base_equals_the_closed_one_and_a_dropped_one() {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 名 单价:number 倍=[单价]*[单价] 译=AI.TRANSLATE([名],\"英语\")
         schema
         > ann add 表 杯 2
         +1, computed 倍×1
         > ann add 表 壶 3
         +1, computed 倍×1
         > ann run 表 译 r1 b1
         译.r1=…[Queued]
         > ann answer T:
         译.r1=…[Running], 译.r1=T:杯[Ok]",
    );
    let before = desk.handle.snapshot();
    let desk = desk.reopened();
    assert_eq!(*desk.handle.snapshot(), *before);
    desk.check("> ann set 表 r1 单价 5\n 单价.r1=5, 倍.r1=25, computed 倍×1");
    let before = desk.handle.snapshot();
    // As after a crash: the file as it is now, without checkpoint or closing.
    let copy = desk.dir.path().join("copy.suanpan");
    for suffix in ["", "-wal"] {
        let from = format!("{}{suffix}", desk.path().display());
        if std::path::Path::new(&from).exists() {
            std::fs::copy(&from, format!("{}{suffix}", copy.display())).unwrap();
        }
    }
    let crashed = BaseHandle::open(&copy, options()).unwrap();
    assert_eq!(*crashed.snapshot(), *before);
    crashed.close();
}

#[test]
fn a_repeated_submission_is_answered_not_applied() {
    let desk = Desk::new();
    desk.check("> ann table 表 名\n schema");
    let table = desk.table("表");
    let submission = Submission {
        actor: ActorId("user:ann".into()),
        client_id: Some("c-1".into()),
        group: None,
        command: Command::CreateRecords {
            table,
            records: vec![RecordInput {
                cells: Default::default(),
            }],
        },
    };
    let first = desk.handle.submit(submission.clone()).unwrap();
    let again = desk.handle.submit(submission.clone()).unwrap();
    assert_eq!(
        (again.revision, &again.result, again.repeated),
        (first.revision, &first.result, true)
    );
    let desk = desk.reopened();
    let later = desk.handle.submit(submission).unwrap();
    assert_eq!((later.revision, later.repeated), (first.revision, true));
    assert_eq!(desk.handle.snapshot().data(table).unwrap().n_live, 1);
}

#[test]
fn eight_threads_lose_nothing() {
    let desk = Desk::new();
    desk.check("> ann table 表 名\n schema");
    let table = desk.table("表");
    let started = desk.handle.snapshot().revision.0;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let handle = desk.handle.clone();
            scope.spawn(move || {
                for at in 0..25 {
                    let submission = Submission {
                        actor: ActorId(format!("user:{thread}")),
                        client_id: Some(format!("{thread}-{at}")),
                        group: None,
                        command: Command::CreateRecords {
                            table,
                            records: vec![RecordInput {
                                cells: Default::default(),
                            }],
                        },
                    };
                    handle.submit(submission).unwrap();
                }
            });
        }
    });
    let snapshot = desk.handle.snapshot();
    assert_eq!(snapshot.data(table).unwrap().n_live, 200);
    assert_eq!(snapshot.revision.0, started + 200);
    let revisions: Vec<u64> = desk
        .patches
        .lock()
        .iter()
        .map(|patch| patch.revision.0)
        .collect();
    assert!(revisions.is_sorted());
}

/// While the writer is busy, submissions gather; then they share one sync.
#[test]
fn waiting_submissions_share_one_sync() {
    let desk = Desk::new();
    desk.check("> ann table 表 名\n schema");
    let table = desk.table("表");
    let (entered, has_entered) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (entered, released) = (
        parking_lot::Mutex::new(entered),
        parking_lot::Mutex::new(released),
    );
    let subscription = desk.handle.subscribe(Box::new(move |patch: &Arc<Patch>| {
        if patch.label == "rename_base" {
            entered.lock().send(()).unwrap();
            released.lock().recv().unwrap();
        }
    }));
    let submission = |command| Submission {
        actor: ActorId("user:ann".into()),
        client_id: None,
        group: None,
        command,
    };
    desk.handle.submit_then(
        submission(Command::RenameBase { name: "店".into() }),
        Box::new(|_| {}),
    );
    has_entered.recv().unwrap();
    let before = desk.handle.n_commits();
    let (answer, answers) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let (handle, answer) = (desk.handle.clone(), answer.clone());
            let record = RecordInput {
                cells: Default::default(),
            };
            let one = submission(Command::CreateRecords {
                table,
                records: vec![record],
            });
            scope.spawn(move || {
                handle.submit_then(one, Box::new(move |result| answer.send(result).unwrap()))
            });
        }
    });
    release.send(()).unwrap();
    let receipts: Vec<Receipt> = (0..8).map(|_| answers.recv().unwrap().unwrap()).collect();
    assert_eq!(
        receipts.last().unwrap().revision.0,
        receipts[0].revision.0 + 7
    );
    assert_eq!(desk.handle.n_commits(), before + 1);
    drop(subscription);
}

/// Another connection holds the file: the write fails, nothing is shown, reading goes on; then it recovers.
#[test]
fn a_failed_write_is_never_seen_and_the_base_recovers() {
    let desk = Desk::new();
    desk.check("> ann table 表 名 译=AI.TRANSLATE([名],\"英语\")\n schema\n > ann add 表 杯\n +1");
    desk.check("> ann run 表 译 empty b1\n 译.r1=…[Queued]");
    let before = desk.handle.snapshot();
    let other = rusqlite::Connection::open(desk.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = desk
        .submit("ann", Command::RenameBase { name: "店".into() })
        .unwrap_err();
    assert_eq!(refused.code, "read_only");
    assert_eq!(*desk.handle.snapshot(), *before);
    assert!(matches!(desk.handle.status(), BaseStatus::ReadOnly { .. }));
    assert_eq!(desk.show("表"), "r1 | 杯 | …[Queued]\n");
    assert!(!desk.handle.queue().wait(1));
    assert!(desk.handle.queue().take(1).is_empty());
    assert_eq!(
        desk.submit("ann", Command::Undo).unwrap_err().code,
        "read_only"
    );
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(desk.handle.try_recover(), BaseStatus::Ok);
    assert!(desk.patches.lock().iter().any(|patch| patch.resync));
    desk.check(
        "> ann answer T:
         译.r1=…[Running], 译.r1=T:杯[Ok]
         > ann set 表 r1 名 壶
         名.r1=壶, 译.r1=T:杯[Stale]
         > ann undo
         名.r1=杯, 译.r1=T:杯[Ok]",
    );
}

#[test]
fn a_closed_base_says_so() {
    let desk = Desk::new();
    let other = desk.handle.clone();
    let kept = Arc::clone(&desk.handle.snapshot());
    desk.handle.clone().close();
    let refused = other.submit(Submission {
        actor: ActorId("user:ann".into()),
        client_id: None,
        group: None,
        command: Command::RenameBase { name: "x".into() },
    });
    assert_eq!(refused.unwrap_err().code, "closed");
    assert!(other.queue().take(3).is_empty());
    assert!(!other.queue().wait(1));
    assert_eq!(*other.snapshot(), *kept);
}

/// A checkpoint that meets a full or failing disk: what the file holds is unknown, so the base falls read-only with
/// the reason in both languages; reading goes on; once the cause is gone it is opened anew and nothing is lost.
#[test]
fn a_failed_checkpoint_makes_the_base_read_only_until_it_is_opened_anew() {
    for kind in [FaultKind::DiskFull, FaultKind::Io] {
        // The four steps of one append, then those of the checkpoint.
        let mut step = 4;
        loop {
            step += 1;
            let desk = one_before_a_checkpoint();
            let fault = Fault::at_step(step, kind);
            desk.handle.inject(fault.clone());
            let last = desk
                .submit("ann", Command::RenameBase { name: "末".into() })
                .unwrap();
            rested(&desk);
            if !fault.was_met() {
                assert_eq!(desk.handle.status(), BaseStatus::Ok);
                assert!(step > 12, "no step of a checkpoint was met");
                break;
            }
            let (code, zh) = match kind {
                FaultKind::DiskFull => ("disk_full", "磁盘已满"),
                FaultKind::Io => ("disk_error", "读写磁盘时出错"),
            };
            match desk.handle.status() {
                BaseStatus::ReadOnly { reason } => assert_eq!(reason.code, code, "step {step}"),
                other => panic!("step {step}: {other:?}"),
            }
            assert_eq!(desk.handle.snapshot().revision, last.revision);
            assert_eq!(desk.show("表"), "r1 | 杯\n");
            let refused = desk
                .submit("ann", Command::RenameBase { name: "店".into() })
                .unwrap_err();
            assert_eq!(refused.code, "read_only");
            assert!(refused.message.zh.contains(zh), "{}", refused.message.zh);
            assert!(
                !refused.message.zh.contains("disk"),
                "{}",
                refused.message.zh
            );

            assert_eq!(desk.handle.try_recover(), BaseStatus::Ok, "step {step}");
            assert_eq!(desk.handle.snapshot().schema.name, "末");
            desk.check("> ann set 表 r1 名 壶\n 名.r1=壶");
            let before = desk.handle.snapshot();
            let desk = desk.reopened();
            assert_eq!(*desk.handle.snapshot(), *before, "step {step}");
            assert_eq!(desk.handle.verify(), []);
        }
    }
}

/// Waits for the end of a checkpoint.
fn rested(desk: &Desk) {
    loop {
        // Its answer comes after whatever the submission before it began.
        desk.handle.undo_state(&ActorId("user:ann".into()));
        if !desk.handle.is_checkpointing() {
            return;
        }
    }
}

/// A base in which the next transaction is the last one before a checkpoint is due.
fn one_before_a_checkpoint() -> Desk {
    let desk = Desk::new();
    desk.check("> ann table 表 名\n schema\n > ann add 表 杯\n +1");
    let (answer, answers) = std::sync::mpsc::channel();
    let mut n_sent = 0;
    for at in desk.handle.snapshot().revision.0 + 1..options().checkpoint_every {
        let answer = answer.clone();
        let name = format!("店{at}");
        desk.handle.submit_then(
            Submission {
                actor: ActorId("user:ann".into()),
                client_id: None,
                group: None,
                command: Command::RenameBase { name },
            },
            Box::new(move |result| answer.send(result).unwrap()),
        );
        n_sent += 1;
    }
    (0..n_sent).for_each(|_| drop(answers.recv().unwrap().unwrap()));
    desk
}

/// A flipped byte in the log: the base opens with what is whole, says which change is damaged, takes no edit and
/// leaves the file as it is; what it shows can be backed up, and AI calls stay where they are.
#[test]
fn a_base_with_a_damaged_log_shows_what_is_whole_and_writes_nothing() {
    let desk = Desk::new();
    desk.check(
        "> ann table 表 名 长=LEN([名]) 译=AI.TRANSLATE([名],\"英语\")
         schema
         > ann add 表 杯
         +1, computed 长×1
         > ann run 表 译 empty b1
         译.r1=…[Queued]
         > ann set 表 r1 名 白瓷茶壶
         名.r1=白瓷茶壶, 长.r1=4, 译.r1=[Stale], computed 长×1",
    );
    let log = desk
        .handle
        .reader()
        .transactions(table::id::Revision(1), 10);
    let log = log.unwrap();
    let damaged = log.iter().find(|one| one.label == "set_cells");
    let damaged = damaged.unwrap().revision.0;
    let Desk { dir, handle, .. } = desk;
    let path = dir.path().join("base.suanpan");
    // As a crash leaves it: nothing folded into a checkpoint.
    let copy = dir.path().join("copy.suanpan");
    handle.backup(&copy).unwrap();
    handle.close();
    std::fs::rename(&copy, &path).unwrap();
    let name = "白瓷茶壶".as_bytes();
    let mut bytes = std::fs::read(&path).unwrap();
    let places: Vec<usize> = (0..bytes.len() - name.len())
        .filter(|&at| bytes[at..].starts_with(name))
        .collect();
    assert!(!places.is_empty());
    places.iter().for_each(|&at| bytes[at] ^= 1);
    std::fs::write(&path, &bytes).unwrap();

    let handle = BaseHandle::open(&path, options()).unwrap();
    let BaseStatus::ReadOnly { reason } = handle.status() else {
        panic!("{:?}", handle.status());
    };
    assert_eq!(reason.code, "log_damaged");
    for text in [&reason.message.zh, &reason.message.en] {
        assert!(text.contains(&damaged.to_string()), "{text}");
    }
    let snapshot = handle.snapshot();
    assert_eq!(snapshot.revision.0, damaged - 1);
    let refused = handle.submit(Submission {
        actor: ActorId("user:ann".into()),
        client_id: None,
        group: None,
        command: Command::RenameBase { name: "店".into() },
    });
    assert_eq!(refused.unwrap_err().code, "read_only");
    assert!(handle.queue().take(1).is_empty());
    assert!(matches!(handle.try_recover(), BaseStatus::ReadOnly { .. }));
    let told = handle.verify();
    assert_eq!(told[0].what, "log_checksum");
    assert!(told[0].at.contains(&damaged.to_string()), "{told:?}");
    handle.backup(&copy).unwrap();
    handle.close();
    assert!(
        std::fs::read(&path).unwrap() == bytes,
        "the file was changed"
    );
}

/// The revision that the checkpoint in the file names.
fn named(desk: &Desk) -> u64 {
    let file = rusqlite::Connection::open(desk.path()).unwrap();
    let manifest: Vec<u8> = file
        .query_row("SELECT value FROM meta WHERE key = 'manifest'", [], |row| {
            row.get(0)
        })
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    manifest["revision"].as_u64().unwrap()
}

fn copied(desk: &Desk) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for end in ["", "-wal"] {
        let name = format!("base.suanpan{end}");
        let from = desk.dir.path().join(&name);
        if from.exists() {
            std::fs::copy(from, folder.path().join(&name)).unwrap();
        }
    }
    folder
}

#[test]
fn a_checkpoint_is_written_while_edits_go_on_and_its_end_is_not_waited_for() {
    let desk = Desk::new();
    desk.prepare("ann table 表 名 数:number\n ann add 表 甲 1");
    let before = named(&desk);
    let mut n = 0;
    while named(&desk) == before {
        n += 1;
        assert!(n < 60, "no checkpoint came");
        for at in 0..200 {
            desk.prepare(&format!("ann set 表 r1 数 {at}"));
        }
    }
    // What is in the file now is what a power cut would leave.
    let (shown, revision) = (desk.show("表"), desk.handle.snapshot().revision);
    let folder = copied(&desk);
    assert!(named(&desk) <= revision.0);
    let handle = BaseHandle::open(&folder.path().join("base.suanpan"), crate::desk::options());
    let copy = Desk::over(folder, handle.unwrap());
    assert_eq!((copy.show("表"), copy.handle.verify()), (shown, vec![]));
    assert_eq!(copy.handle.snapshot().revision, revision);
}
