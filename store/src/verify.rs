//! Every checksum and invariant of a file, looked at and told; nothing is written.
//!
//! Tests: `store/tests/base.rs`.

use crate::{Damage, blob, call_queue, checkpoint, history, limits::TOLD_ROWS, log};
use rusqlite::Connection;
use table::id::Revision;

pub(crate) fn verify(connection: &Connection) -> Vec<Damage> {
    let mut damage = Vec::new();
    let quick: Result<String, _> = connection.query_row("PRAGMA quick_check", [], |row| row.get(0));
    match quick {
        Ok(text) if text == "ok" => {}
        Ok(text) => damage.push(Damage::new("sqlite", text)),
        Err(error) => damage.push(Damage::new("sqlite", error.to_string())),
    }
    checkpoint::verify(connection, &mut damage);
    call_queue::verify(connection, &mut damage);
    verify_log(connection, &mut damage);
    if let Err(error) = blob::verify(connection, &mut damage) {
        damage.push(Damage::new("sqlite", error.to_string()));
    }
    damage
}

/// The chain first, which goes on behind a damaged row; then whether each row can be read.
fn verify_log(connection: &Connection, damage: &mut Vec<Damage>) {
    match log::broken_rows(connection, TOLD_ROWS) {
        Ok(rows) if rows.is_empty() => {}
        Ok(rows) => return damage.extend(rows.iter().map(log::BrokenRow::damage)),
        Err(error) => return damage.push(Damage::new("sqlite", error.to_string())),
    }
    let mut next = Revision(0);
    loop {
        match history::transactions(connection, next, 256) {
            Ok(found) => match found.last() {
                Some(last) => next = Revision(last.revision.0 + 1),
                None => break,
            },
            Err(error) => {
                damage.push(Damage::new("log_checksum", error.to_string()));
                break;
            }
        }
    }
}
