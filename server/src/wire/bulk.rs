//! Commands of many new records, read on all cores.
//!
//! A command names its kind in a member of its own, so its members are kept aside until the kind is known; for twenty
//! thousand records that costs more than reading them. Here the kind is known first, and each record is read where a core
//! is free. Law: what is not plainly such a command is read as any other, so that it is refused with the same words. Tests:
//! here.

use super::command::WireCommand;
use engine::command::RecordInput;
use rayon::prelude::*;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Value, value::RawValue};
use table::id::TableId;

/// Bytes from which on a command is worth two looks.
const MANY_BYTES: usize = 64 << 10;
/// Records that one core reads at a time.
const BLOCK_RECORDS: usize = 256;

#[derive(Deserialize)]
enum Kind {
    #[serde(rename = "create_records")]
    CreateRecords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRecords<'a> {
    #[serde(rename = "kind")]
    _kind: Kind,
    table: TableId,
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// For a member that is a command.
pub fn command<'de, D: Deserializer<'de>>(from: D) -> Result<WireCommand, D::Error> {
    let text = Box::<RawValue>::deserialize(from)?;
    if let Some(command) = new_records(text.get()) {
        return Ok(command);
    }
    serde_json::from_str(text.get()).map_err(D::Error::custom)
}

fn new_records(text: &str) -> Option<WireCommand> {
    if text.len() < MANY_BYTES {
        return None;
    }
    let NewRecords { table, records, .. } = serde_json::from_str(text).ok()?;
    let read = |record: &&RawValue| serde_json::from_str::<RecordInput<Value>>(record.get());
    let records: Result<Vec<_>, _> = records
        .par_iter()
        .with_min_len(BLOCK_RECORDS)
        .map(read)
        .collect();
    Some(WireCommand::CreateRecords {
        table,
        records: records.ok()?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[derive(Deserialize)]
    struct Holder {
        #[serde(deserialize_with = "command")]
        command: WireCommand,
    }

    fn many(n: usize) -> Value {
        let record = |at: usize| json!({"cells": {"f1": format!("货{at}\\\"引号"), "f2": at as f64 / 4.0, "f3": null, "f4": ["o1", {"misfit": "x"}]}});
        json!({"kind": "create_records", "table": "t1", "records": (0..n).map(record).collect::<Vec<_>>()})
    }

    #[test]
    fn many_records_are_read_as_few_are() {
        for n in [0, 3, 5_000] {
            let text = many(n).to_string();
            let plain: WireCommand = serde_json::from_str(&text).unwrap();
            let held: Holder = serde_json::from_str(&format!("{{\"command\":{text}}}")).unwrap();
            assert_eq!(held.command, plain);
            assert_eq!(new_records(&text).is_some(), text.len() >= MANY_BYTES);
        }
    }

    #[test]
    fn what_is_wrong_is_refused_with_the_same_words() {
        for spoil in [
            |command: &mut Value| command["tabel"] = json!(1),
            |command: &mut Value| command["records"][4_000]["cell"] = json!({}),
            |command: &mut Value| command["records"][4_000]["cells"]["x9"] = json!(1),
            |command: &mut Value| command["table"] = json!(1),
            |command: &mut Value| command["records"] = json!({}),
        ] {
            let mut command = many(5_000);
            spoil(&mut command);
            let text = command.to_string();
            let plain = serde_json::from_str::<WireCommand>(&text).unwrap_err();
            let held = serde_json::from_str::<Holder>(&format!("{{\"command\":{text}}}"));
            let held = held.err().unwrap().to_string();
            let plain = plain.to_string();
            let words = plain.split(" at line").next().unwrap();
            assert!(held.starts_with(words), "{held}\n{plain}");
        }
    }
}
