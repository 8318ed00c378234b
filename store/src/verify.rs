//! Every checksum and invariant of a file, looked at and told; nothing is written.
//!
//! Tests: `store/tests/base.rs`.

use crate::{Damage, blob, call_queue, checkpoint, history, limits::TOLD_ROWS, log, parts::Parts};
use rusqlite::Connection;
use std::path::Path;
use table::{
    id::Revision,
    op::{Op, Transaction},
};

pub(crate) fn verify(connection: &Connection, path: &Path) -> Vec<Damage> {
    let mut damage = Vec::new();
    // Parts of its own: what is only looked at must not count as wanted.
    let parts = match Parts::open(path, connection) {
        Ok(parts) => parts,
        Err(error) => return vec![Damage::new("sqlite", error.to_string())],
    };
    let quick: Result<String, _> = connection.query_row("PRAGMA quick_check", [], |row| row.get(0));
    match quick {
        Ok(text) if text == "ok" => {}
        Ok(text) => damage.push(Damage::new("sqlite", text)),
        Err(error) => damage.push(Damage::new("sqlite", error.to_string())),
    }
    checkpoint::verify(connection, &parts, &mut damage);
    call_queue::verify(connection, &mut damage);
    verify_log(connection, &parts, &mut damage);
    if let Err(error) = blob::verify(connection, &mut damage) {
        damage.push(Damage::new("sqlite", error.to_string()));
    }
    damage
}

/// The chain first, which goes on behind a damaged row; then whether each row can be read.
fn verify_log(connection: &Connection, parts: &Parts, damage: &mut Vec<Damage>) {
    match log::broken_rows(connection, Revision(1), TOLD_ROWS) {
        Ok(rows) if rows.is_empty() => {}
        Ok(rows) => return damage.extend(rows.iter().map(log::BrokenRow::damage)),
        Err(error) => return damage.push(Damage::new("sqlite", error.to_string())),
    }
    let mut next = Revision(0);
    loop {
        match history::transactions(connection, parts, next, 256) {
            Ok(found) => match found.last() {
                Some(last) => {
                    next = Revision(last.revision.0 + 1);
                    for transaction in &found {
                        verify_parts(connection, parts, transaction, damage);
                    }
                }
                None => break,
            },
            Err(error) => {
                damage.push(Damage::new("log_checksum", error.to_string()));
                break;
            }
        }
    }
}

/// The parts that a transaction names.
fn verify_parts(
    connection: &Connection,
    parts: &Parts,
    transaction: &Transaction,
    damage: &mut Vec<Damage>,
) {
    for op in &transaction.ops {
        let Op::AppendRecords { table, columns, .. } = op else {
            continue;
        };
        for (id, cells) in columns {
            let Some(part) = parts.column_part(cells) else {
                continue;
            };
            let words = part
                .words
                .is_none_or(|words| Parts::is_whole(connection, words, None));
            if !words || !Parts::is_whole(connection, part.number, Some(part.checksum)) {
                let at = format!("transaction {} {id}", transaction.revision.0);
                let mut found = Damage::new("log_part_checksum", at);
                found.table = Some(*table);
                damage.push(found);
            }
        }
    }
}
