//! The messages of the socket that are not patches; patches are written by [`crate::wire::patch`].

use crate::limits::NAME_CHARS;
use crate::wire::{ErrorBody, command::WireCommand, job::JobView, schema::UndoView};
use serde::{Deserialize, Serialize};
use table::id::{TableId, ViewId};

/// Client → server.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromClient {
    Hello {
        client: String,
        #[serde(default)]
        locale: String,
        /// What the others call this person; absent: a guest by number. A later hello changes it.
        #[serde(default)]
        name: Option<String>,
    },
    /// The window that the client shows.
    Watch {
        table: TableId,
        #[serde(default)]
        view: Option<ViewId>,
        #[serde(default)]
        find: Option<String>,
        #[serde(default)]
        from: u64,
        #[serde(default)]
        n: u32,
    },
    Command {
        client_id: String,
        #[serde(default)]
        group: Option<String>,
        command: Box<WireCommand>,
    },
    Cursor(CursorPlace),
    Ping,
}

/// Where a user's cell cursor is; ids as on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CursorPlace {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// One connected session.
#[derive(Debug, Clone, Serialize)]
pub struct PresenceRow {
    pub session: String,
    pub client: String,
    /// From 1: the lowest that nobody else here has; the windows of one browser share it.
    pub number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<CursorPlace>,
}

/// Server → client.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToClient {
    Welcome {
        revision: u64,
        session: String,
        undo: UndoView,
    },
    Rejected {
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        error: ErrorBody,
    },
    Acknowledged {
        client_id: String,
        revision: u64,
    },
    Resync {
        revision: u64,
    },
    Job(JobView),
    Presence {
        sessions: Vec<PresenceRow>,
    },
    Pong,
}

impl CursorPlace {
    /// Ids are short; anything longer is no id and is dropped.
    pub fn trimmed(self) -> CursorPlace {
        let short = |id: Option<String>| id.filter(|id| id.len() <= 24);
        CursorPlace {
            table: short(self.table),
            record: short(self.record),
            field: short(self.field),
        }
    }
}

/// A name as the others may see it: one line, not blank, cut to [`NAME_CHARS`].
pub fn trimmed_name(name: Option<String>) -> Option<String> {
    let name = name?;
    let words: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let name: String = words.trim().chars().take(NAME_CHARS).collect();
    Some(name.trim_end().to_string()).filter(|name| !name.is_empty())
}
