//! Reading the log back: transactions by revision, and whether a client's submission is known.

use crate::{error::ReadLogError, log};
use rusqlite::{Connection, OptionalExtension};
use table::{id::Revision, op::Transaction};

/// Up to `limit` transactions from a revision on, each checked against its place in the chain.
pub(crate) fn transactions(
    connection: &Connection,
    from: Revision,
    limit: usize,
) -> Result<Vec<Transaction>, ReadLogError> {
    let mut previous = log::checksum_before(connection, from)?;
    let mut transactions = Vec::new();
    for row in log::rows(connection, from, limit)? {
        let revision = row.revision;
        let damaged = |what: &str| ReadLogError::Damaged {
            revision,
            what: what.into(),
        };
        if log::checksum(previous, row.packed, &row.body) != row.checksum {
            return Err(damaged("its checksum does not match"));
        }
        previous = row.checksum;
        transactions.push(row.transaction().map_err(|what| damaged(&what))?);
    }
    Ok(transactions)
}

pub(crate) fn find_client_id(
    connection: &Connection,
    id: &str,
) -> Result<Option<Revision>, ReadLogError> {
    let found: Option<i64> = connection
        .query_row(
            "SELECT revision FROM log WHERE client_id = ?1",
            [id],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.map(|revision| Revision(revision as u64)))
}
