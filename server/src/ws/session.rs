//! One socket: reads the client's messages, submits its commands, sends it what it must know.
//!
//! A command's answer is its own patch. Where that patch was dropped (`resync`) or there is none (the
//! command had been applied before, or changed nothing), the session sends `acknowledged` instead.

use super::{
    hub::{Feed, Hub, Published},
    message::{FromClient, ToClient, trimmed_name},
};
use crate::{
    auth::actor_of,
    error::{ApiError, Locale},
    instance::OpenBase,
    limits::{
        INLINE_BYTES, INLINE_CELLS, JOB_POLL_MS, SESSION_COMMANDS, SOCKET_IDLE_S, WINDOW_ROWS,
    },
    wire::{
        command::{WireCommand, decode},
        job::JobView,
        patch::{Receiver, Watched, undo_json, write_patch},
    },
};
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use engine::{
    command::{Receipt, Submission},
    error::CommandError,
    handle::Then,
    query::WindowQuery,
};
use futures_util::SinkExt;
use jobs::JobRow;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use table::id::{ActorId, RecordId};
use tokio::sync::mpsc;

/// Labels of patches after which the progress of AI batches may have changed.
const AI_LABELS: [&str; 4] = ["run_ai", "settle_calls", "cancel_ai", "ai_progress"];

/// The socket cannot be written any more.
struct Gone;

/// The end of one submitted command.
type Settled = (String, Result<Receipt, CommandError>);

struct Session {
    base: Arc<OpenBase>,
    actor: ActorId,
    locale: Locale,
    socket: WebSocket,
    watched: Option<WindowQuery>,
    /// Own commands under way: client id → the revision that made it durable, once known.
    pending: HashMap<String, Option<u64>>,
    /// The newest revision that the client knows of.
    seen: u64,
}

/// Serves one socket until either side ends it.
pub async fn run(mut socket: WebSocket, base: Arc<OpenBase>) {
    let Some((client, locale, name)) = wait_for_hello(&mut socket).await else {
        return;
    };
    let hub = base.hub.clone();
    let Some(feed) = hub.join(&client) else {
        let full = ApiError::bad_request(
            "too_many_sessions",
            "打开的窗口太多了,请关掉一些再试。",
            "Too many open windows; close some and try again.",
        );
        let error = full.body(locale);
        let _ = send(
            &mut socket,
            &ToClient::Rejected {
                client_id: None,
                error,
            },
        )
        .await;
        return;
    };
    let seat = feed.seat.clone();
    hub.set_name(&seat, trimmed_name(name));
    let mut session = Session {
        actor: actor_of(&client),
        locale,
        socket,
        watched: None,
        pending: HashMap::new(),
        seen: 0,
        base,
    };
    let _ = session.serve(feed, &hub).await;
    hub.leave(&seat);
}

async fn wait_for_hello(socket: &mut WebSocket) -> Option<(String, Locale, Option<String>)> {
    let patience = Duration::from_secs(SOCKET_IDLE_S);
    loop {
        let message = tokio::time::timeout(patience, socket.recv()).await.ok()??;
        let Ok(Message::Text(text)) = message else {
            match message {
                Ok(Message::Ping(_) | Message::Pong(_)) => continue,
                _ => return None,
            }
        };
        return match serde_json::from_str(&text) {
            Ok(FromClient::Hello {
                client,
                locale,
                name,
            }) => Some((client, Locale::from_list(&locale), name)),
            _ => {
                let error = bad_message().body(Locale::Zh);
                let _ = send(
                    socket,
                    &ToClient::Rejected {
                        client_id: None,
                        error,
                    },
                )
                .await;
                None
            }
        };
    }
}

fn bad_message() -> ApiError {
    ApiError::bad_request(
        "bad_message",
        "收到的消息看不懂,没有执行。",
        "A message could not be read; nothing was done.",
    )
}

async fn send(socket: &mut WebSocket, message: &ToClient) -> Result<(), Gone> {
    let text = serde_json::to_string(message).map_err(|_| Gone)?;
    send_text(socket, text.into()).await
}

async fn send_text(socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), Gone> {
    queue_text(socket, text).await?;
    flush(socket).await
}

/// Leaves with the next flush, if not before. A client that takes nothing for the idle time is gone.
async fn queue_text(socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), Gone> {
    in_time(socket.feed(Message::Text(text))).await
}

async fn flush(socket: &mut WebSocket) -> Result<(), Gone> {
    in_time(SinkExt::<Message>::flush(socket)).await
}

async fn in_time<E>(act: impl Future<Output = Result<(), E>>) -> Result<(), Gone> {
    let patience = Duration::from_secs(SOCKET_IDLE_S);
    match tokio::time::timeout(patience, act).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}

impl Session {
    async fn serve(&mut self, mut feed: Feed, hub: &Hub) -> Result<(), Gone> {
        let (settled, mut settlements) = mpsc::channel::<Settled>(SESSION_COMMANDS);
        self.welcome(&feed).await?;
        let mut jobs = self.base.jobs.subscribe();
        let mut batches_due = None;
        let mut batches = Vec::new();
        let mut presence_due = None;
        let mut presence_from = tokio::time::Instant::now();
        let idle = Duration::from_secs(SOCKET_IDLE_S);
        let mut deadline = tokio::time::Instant::now() + idle;
        loop {
            tokio::select! {
                biased;
                () = ended(&mut feed.closed) => return Err(Gone),
                Some(first) = feed.patches.recv() => {
                    // What has come meanwhile leaves together.
                    let mut next = Some(first);
                    while let Some(published) = next {
                        if batches_due.is_none() && AI_LABELS.contains(&published.patch.label.as_str()) {
                            batches_due = Some(tokio::time::Instant::now() + Duration::from_millis(JOB_POLL_MS));
                        }
                        self.patch(&published, &mut feed).await?;
                        next = feed.patches.try_recv().ok();
                    }
                    flush(&mut self.socket).await?;
                }
                Some((client_id, result)) = settlements.recv() => self.settle(client_id, result).await?,
                // Without a free place for its answer, the next command waits in the socket.
                place = settled.reserve(), if settled.capacity() == 0 => drop(place),
                message = self.socket.recv(), if settled.capacity() > 0 => {
                    let Some(Ok(message)) = message else { return Err(Gone) };
                    deadline = tokio::time::Instant::now() + idle;
                    self.message(message, &feed, hub, &settled).await?;
                }
                Ok(row) = jobs.recv() => self.job(row).await?,
                _ = tokio::time::sleep_until(batches_due.unwrap_or(deadline)), if batches_due.is_some() => {
                    batches_due = None;
                    self.batches(&mut batches).await?;
                }
                Ok(()) = feed.presence.changed(), if presence_due.is_none() => {
                    presence_due = Some(presence_from.max(tokio::time::Instant::now()));
                }
                _ = tokio::time::sleep_until(presence_due.unwrap_or(deadline)), if presence_due.is_some() => {
                    presence_due = None;
                    presence_from = tokio::time::Instant::now() + hub.presence_interval();
                    let text = hub.presence_text(|sessions| {
                        // Rows of names and places: writing them can't fail.
                        serde_json::to_string(&ToClient::Presence { sessions }).unwrap_or_default()
                    });
                    send_text(&mut self.socket, text).await?;
                }
                _ = tokio::time::sleep_until(deadline) => return Err(Gone),
            }
        }
    }

    async fn welcome(&mut self, feed: &Feed) -> Result<(), Gone> {
        self.seen = self.base.handle.snapshot().revision.0;
        let welcome = ToClient::Welcome {
            revision: self.seen,
            session: feed.seat.id.to_string(),
            undo: undo_json(&self.base.handle.undo_state(&self.actor)),
        };
        send(&mut self.socket, &welcome).await
    }

    /// A job of this base has moved.
    async fn job(&mut self, row: JobRow) -> Result<(), Gone> {
        if row.base.as_deref() != Some(self.base.id.0.as_str()) {
            return Ok(());
        }
        let job = JobView::new(row, self.locale);
        send(&mut self.socket, &ToClient::Job(job)).await
    }

    /// AI batches that have moved since the last look.
    async fn batches(&mut self, known: &mut Vec<JobRow>) -> Result<(), Gone> {
        let now = self.base.batch_rows();
        for row in now.iter().filter(|row| !known.contains(row)) {
            self.job(row.clone()).await?;
        }
        *known = now;
        Ok(())
    }

    async fn message(
        &mut self,
        message: Message,
        feed: &Feed,
        hub: &Hub,
        settled: &mpsc::Sender<Settled>,
    ) -> Result<(), Gone> {
        let text = match message {
            Message::Text(text) => text,
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(Gone),
            Message::Binary(_) => return self.refuse(None, &bad_message()).await,
        };
        match serde_json::from_str(&text) {
            Ok(FromClient::Ping) => send(&mut self.socket, &ToClient::Pong).await,
            Ok(FromClient::Hello { locale, name, .. }) => {
                hub.set_name(&feed.seat, trimmed_name(name));
                self.locale = Locale::from_list(&locale);
                Ok(())
            }
            Ok(FromClient::Watch {
                table,
                view,
                find,
                from,
                n,
            }) => {
                self.watched = Some(WindowQuery {
                    table,
                    view,
                    find: find.filter(|text| !text.is_empty()),
                    from,
                    n_rows: n.min(WINDOW_ROWS),
                    fields: Some(Vec::new()),
                    filter: None,
                    sorts: None,
                });
                Ok(())
            }
            Ok(FromClient::Cursor(place)) => {
                hub.set_cursor(&feed.seat, Some(place.trimmed()));
                Ok(())
            }
            Ok(FromClient::Command {
                client_id,
                group,
                command,
            }) => {
                let is_small = text.len() <= INLINE_BYTES;
                self.submit(client_id, group, *command, is_small, settled)
                    .await
            }
            Err(cause) => {
                let cause = cause.to_string();
                let error = ApiError::unknown_property(&cause);
                let error = error.unwrap_or_else(|| bad_message().at(cause));
                self.refuse(client_id_of(&text), &error).await
            }
        }
    }

    /// Hands a command to the writer, in the order of arrival, without blocking this task's thread.
    async fn submit(
        &mut self,
        client_id: String,
        group: Option<String>,
        command: WireCommand,
        is_small: bool,
        settled: &mpsc::Sender<Settled>,
    ) -> Result<(), Gone> {
        let place = settled.clone().reserve_owned().await.map_err(|_| Gone)?;
        self.pending.insert(client_id.clone(), None);
        let (base, actor, id) = (self.base.clone(), self.actor.clone(), client_id.clone());
        let read = move || -> Result<(Submission, Then), ApiError> {
            let command = decode(command, &base.handle.snapshot().schema)?;
            let submission = Submission {
                actor,
                client_id: Some(id.clone()),
                group,
                command,
            };
            Ok((
                submission,
                Box::new(move |result| drop(place.send((id, result)))),
            ))
        };
        let handle = self.base.handle.clone();
        // A few cells are read here and now; to change threads would take longer.
        let handed = match is_small.then_some(()) {
            Some(()) => match read() {
                Ok((submission, then)) => match handle.try_submit_then(submission, then) {
                    None => Ok(()),
                    Some((submission, then)) => {
                        crate::app::off_loop(move || handle.submit_then(submission, then)).await
                    }
                },
                Err(error) => Err(error),
            },
            None => crate::app::off_loop(move || {
                let (submission, then) = read()?;
                handle.submit_then(submission, then);
                Ok(())
            })
            .await
            .unwrap_or_else(Err),
        };
        match handed {
            Ok(()) => Ok(()),
            Err(error) => self.reject(client_id, &error).await,
        }
    }

    async fn reject(&mut self, client_id: String, error: &ApiError) -> Result<(), Gone> {
        self.pending.remove(&client_id);
        self.refuse(Some(client_id), error).await
    }

    async fn refuse(&mut self, client_id: Option<String>, error: &ApiError) -> Result<(), Gone> {
        let error = error.body(self.locale);
        send(&mut self.socket, &ToClient::Rejected { client_id, error }).await
    }

    async fn settle(
        &mut self,
        client_id: String,
        result: Result<Receipt, CommandError>,
    ) -> Result<(), Gone> {
        match result {
            Err(error) => self.reject(client_id, &error.into()).await,
            Ok(receipt) => {
                let revision = receipt.revision.0;
                match self.pending.get_mut(&client_id) {
                    // Its patch is still on the way.
                    Some(known) if !receipt.repeated && revision > self.seen => {
                        *known = Some(revision);
                        Ok(())
                    }
                    Some(_) => self.acknowledge(client_id, revision).await,
                    // Its patch was there first.
                    None => Ok(()),
                }
            }
        }
    }

    async fn acknowledge(&mut self, client_id: String, revision: u64) -> Result<(), Gone> {
        self.pending.remove(&client_id);
        let message = ToClient::Acknowledged {
            client_id,
            revision,
        };
        send(&mut self.socket, &message).await
    }

    /// Queues the patch as this client is to see it.
    async fn patch(&mut self, published: &Arc<Published>, feed: &mut Feed) -> Result<(), Gone> {
        if feed.seat.take_lagged() {
            return self.resync(feed).await;
        }
        let patch = &published.patch;
        let is_sender = patch
            .client_id
            .as_ref()
            .is_some_and(|id| patch.actor == self.actor && self.pending.remove(id).is_some());
        self.seen = self.seen.max(patch.revision.0);
        let is_actor = patch.actor == self.actor;
        let n_cells: usize = patch.cells.iter().map(|part| part.records.len()).sum();
        let (base, watched, patch) = (self.base.clone(), self.watched.clone(), patch.clone());
        let table = watched.as_ref().map(|query| query.table);
        let write = move || {
            let shown = || shown_records(&base, watched.as_ref());
            let receiver = Receiver {
                is_actor,
                is_sender,
                watched: Watched {
                    table,
                    records: &shown,
                },
            };
            write_patch(&patch, &base.handle.snapshot().schema, &receiver)
        };
        // A few cells are written here and now; to change threads would take longer.
        let text = match n_cells <= INLINE_CELLS {
            true if is_actor => write().into(),
            true => published.text(table, write),
            false => crate::app::off_loop(write).await.map_err(|_| Gone)?.into(),
        };
        queue_text(&mut self.socket, text).await
    }

    /// Drops what is queued and tells the client to fetch again, with its own commands settled.
    async fn resync(&mut self, feed: &mut Feed) -> Result<(), Gone> {
        while feed.patches.try_recv().is_ok() {}
        let revision = self.base.handle.snapshot().revision.0;
        self.seen = self.seen.max(revision);
        let done: Vec<(String, u64)> = self
            .pending
            .iter()
            .filter_map(|(id, at)| Some((id.clone(), at.filter(|at| *at <= revision)?)))
            .collect();
        for (client_id, at) in done {
            self.acknowledge(client_id, at).await?;
        }
        send(&mut self.socket, &ToClient::Resync { revision }).await
    }
}

fn shown_records(base: &OpenBase, watched: Option<&WindowQuery>) -> HashSet<RecordId> {
    let window = watched.and_then(|query| base.handle.window(query).ok());
    window
        .map(|window| window.records.into_iter().collect())
        .unwrap_or_default()
}

/// The client id of a message that could not be read as a whole, so that its sender learns of it.
fn client_id_of(text: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct OnlyId {
        client_id: String,
    }
    Some(serde_json::from_str::<OnlyId>(text).ok()?.client_id)
}

/// Returns when the base is being closed.
async fn ended(closed: &mut tokio::sync::watch::Receiver<bool>) {
    let _ = closed.wait_for(|closed| *closed).await;
}
