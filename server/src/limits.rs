//! Every bound of the server, by name and unit.

/// Bytes of a JSON request body.
pub const JSON_BODY_BYTES: usize = 16 << 20;
/// Bytes of one uploaded file.
pub const UPLOAD_BYTES: u64 = 4 << 30;
/// Bytes that waiting uploads may take together.
pub const UPLOADS_TOTAL_BYTES: u64 = 16 << 30;
/// Seconds without a byte after which an upload counts as broken off.
pub const UPLOAD_IDLE_S: u64 = 60;
/// Bytes of one attachment put into a base.
pub const ATTACHMENT_BYTES: u64 = 200 << 20;
/// Rows of one window.
pub const WINDOW_ROWS: u32 = 2_000;
/// Rows of one window where the caller names none.
pub const WINDOW_ROWS_DEFAULT: u32 = 200;
/// Hits of one search where the caller names no number.
pub const HITS_DEFAULT: u32 = 100;
/// Transactions in one page of the history.
pub const HISTORY_ROWS: usize = 200;
/// Transactions that may have changed a field's type and are looked at for one cell's history, the newest first.
pub const HISTORY_RETYPES: usize = 1_000_000;
/// Changed cells of one step that its page shows.
pub const HISTORY_CHANGES: usize = 200;
/// Days that something lies in the trash.
pub const TRASH_DAYS: i64 = 30;
/// Transactions of these days that are looked through for it.
pub const TRASH_STEPS: usize = 2_000;
/// Records of one entry of the trash that are named.
pub const TRASH_RECORDS: usize = 1_000;
/// Patches waiting for one slow client before it is told to fetch again.
pub const SESSION_PATCHES: usize = 256;
/// Commands of one client that are not yet durable; more wait in the socket.
pub const SESSION_COMMANDS: usize = 64;
/// Bytes of one WebSocket message from a client.
pub const SOCKET_MESSAGE_BYTES: usize = 8 << 20;
/// WebSocket sessions of one base.
pub const SESSIONS_PER_BASE: usize = 2_000;
/// Cells in a patch above which it is cut down to the records that the client shows.
pub const PATCH_CELLS: usize = 5_000;
/// Cells of a patch that are written on the thread of the socket; more go to another thread.
pub const INLINE_CELLS: usize = 200;
/// Bytes of a command that is read on the thread of the socket.
pub const INLINE_BYTES: usize = 8 << 10;
/// Milliseconds between two presence messages to one client.
pub const PRESENCE_INTERVAL_MS: u64 = 100;
/// Rows of presence per second to all clients of a base together; where many are, each hears more seldom.
pub const PRESENCE_ROWS_PER_S: u64 = 500_000;
/// Characters of the name by which a person is shown to the others.
pub const NAME_CHARS: usize = 24;
/// Seconds without any message from a client before its socket is closed.
pub const SOCKET_IDLE_S: u64 = 90;
/// Pixels (width × height) of a picture that a thumbnail is made from.
pub const THUMB_SOURCE_PIXELS: u64 = 120_000_000;
/// Bytes of memory for decoding one picture.
pub const THUMB_DECODE_BYTES: u64 = 640 << 20;
/// Thumbnails made at the same time.
pub const THUMBS_AT_ONCE: usize = 2;
/// Characters of a base's name.
pub const BASE_NAME_CHARS: usize = 255;
/// Seconds that open requests get at shutdown.
pub const SHUTDOWN_GRACE_S: u64 = 10;
/// Milliseconds between two looks at a job's progress while someone watches.
pub const JOB_POLL_MS: u64 = 250;
/// Document templates of one base.
pub const DOCUMENT_TEMPLATES: usize = 200;
/// Characters of a template's name.
pub const DOCUMENT_NAME_CHARS: usize = 80;
/// Documents made at once, one per record.
pub const DOCUMENTS_AT_ONCE: usize = 300;
/// Records in one document.
pub const DOCUMENT_RECORDS: usize = 5_000;
/// Mappings of imports that a base keeps; the one unused for longest goes.
pub const IMPORT_MAPPINGS: usize = 100;
/// Lines of a comparison in one answer.
pub const COMPARED_LINES: usize = 500;
