/**
 * The live side of one base: socket, outbox and the tables that are on the screen.
 *
 * Main type: [`BaseSession`]. In: commands. Out: events for the shell (connection, undo state, schema changes, jobs,
 * refusals). Law: the inbox is the only place where a message of the server changes what is shown; a patch with our
 * client id is the acknowledgement. Tests: base-session.test.ts.
 */
import type { GridCommand, JobMessage, PatchMessage, ServerMessage, UndoState, WireError } from "../api/wire";
import { Outbox, type SpeculativeCell } from "./outbox";
import { type ConnectionState, Socket, type SocketLike } from "./socket";

/** A table on the screen, as the session sees it. */
export interface LiveTable {
  readonly table: string;
  /** Cells, additions and removals of one revision. */
  patched(patch: PatchMessage): void;
  /** What is held may be out of date in ways that no patch tells. */
  resync(): void;
  speculated(cells: readonly SpeculativeCell[]): void;
  /** These speculative cells are confirmed, but their patch did not come. */
  confirmed(cells: readonly SpeculativeCell[]): void;
  /** What the server should watch for this client. */
  watched(): { view: string | null; from: number; n: number };
}

export interface SessionEvents {
  state: ConnectionState;
  /** Edits that wait for the server. */
  waiting: number;
  undo: UndoState;
  /** Tables, fields or views changed: fetch the base's view again. */
  schema: number;
  /** Cells began to be computed in the background, or are there now: fetch the base's status again. */
  computing: boolean;
  job: JobMessage;
  presence: unknown[];
  /** A command was refused; its cells were taken back. */
  refused: { error: WireError; command: GridCommand };
}

export interface BaseSessionOptions {
  open: () => SocketLike;
  client: string;
  locale: string;
  backoff?: { first: number; most: number };
}

type Listener<K extends keyof SessionEvents> = (event: SessionEvents[K]) => void;

export class BaseSession {
  readonly outbox: Outbox;
  revision = 0;
  undo: UndoState = { can_undo: false, can_redo: false };
  private readonly socket: Socket;
  private readonly tables = new Set<LiveTable>();
  private readonly listeners = new Map<keyof SessionEvents, Set<(event: never) => void>>();
  private wasWelcomed = false;

  constructor(options: BaseSessionOptions) {
    this.outbox = new Outbox(
      (client_id, command) => this.socket.send({ type: "command", client_id, command }),
      (cells) => {
        for (const table of this.tables) table.speculated(cells);
      },
      (n) => this.emit("waiting", n),
    );
    this.socket = new Socket({
      ...options,
      onMessage: (message) => this.receive(message),
      onState: (state) => {
        if (state !== "online") this.outbox.lost();
        this.emit("state", state);
      },
    });
  }

  connect(): void {
    this.socket.connect();
  }

  retryNow(): void {
    this.socket.retryNow();
  }

  close(): void {
    this.socket.close();
  }

  get state(): ConnectionState {
    return this.socket.state;
  }

  /** Edits that wait for the server. */
  get waiting(): number {
    return this.outbox.size;
  }

  on<K extends keyof SessionEvents>(event: K, listener: Listener<K>): () => void {
    const set = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, set);
    set.add(listener as (event: never) => void);
    return () => set.delete(listener as (event: never) => void);
  }

  private emit<K extends keyof SessionEvents>(event: K, value: SessionEvents[K]): void {
    for (const listener of this.listeners.get(event) ?? []) (listener as Listener<K>)(value);
  }

  attach(table: LiveTable): () => void {
    this.tables.add(table);
    this.watch(table);
    return () => this.tables.delete(table);
  }

  watch(table: LiveTable): void {
    this.socket.send({ type: "watch", table: table.table, ...table.watched() });
  }

  cursor(table: string, record: string, field: string): void {
    this.socket.send({ type: "cursor", table, record, field });
  }

  /** Sends a command; resolves when it is durable, rejects with `RefusedError`. */
  submit(command: GridCommand, cells: SpeculativeCell[] = []): Promise<{ revision: number }> {
    return this.outbox.submit(command, cells);
  }

  /** The inbox. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.welcomed(message.revision, message.undo);
        return;
      case "patch":
        this.patched(message);
        return;
      case "acknowledged":
        this.acknowledged(message.client_id, message.revision);
        return;
      case "rejected": {
        const entry = this.outbox.reject(message.client_id, message.error);
        if (entry) this.emit("refused", { error: message.error, command: entry.command });
        return;
      }
      case "resync":
        this.revision = Math.max(this.revision, message.revision);
        for (const table of this.tables) table.resync();
        this.emit("schema", message.revision);
        return;
      case "job":
        this.emit("job", message);
        return;
      case "presence":
        this.emit("presence", message.sessions);
        return;
      default:
        return;
    }
  }

  private welcomed(revision: number, undo: UndoState | null | undefined): void {
    const hasMissed = this.wasWelcomed && revision !== this.revision;
    this.wasWelcomed = true;
    this.revision = Math.max(this.revision, revision);
    if (undo) this.setUndo(undo);
    for (const table of this.tables) {
      this.watch(table);
      // Patches of the break are lost: what is held is fetched again.
      if (hasMissed) table.resync();
    }
    if (hasMissed) this.emit("schema", revision);
    this.outbox.resend();
  }

  private patched(patch: PatchMessage): void {
    this.revision = Math.max(this.revision, patch.revision);
    // The cells first, so that dropping the outbox entry never shows the old value for a moment.
    for (const table of this.tables) table.patched(patch);
    if (patch.client_id) this.outbox.acknowledge(patch.client_id, patch.revision);
    if (patch.undo) this.setUndo(patch.undo);
    if (patch.schema_changed) this.emit("schema", patch.revision);
    if (patch.label === "recomputing") this.emit("computing", true);
    if (patch.label === "recompute") this.emit("computing", false);
  }

  /** A repeated submission: it was applied before, but its patch may never have reached us. */
  private acknowledged(clientId: string, revision: number): void {
    const cells = this.outbox.cellsOf(clientId);
    if (!cells) return;
    for (const table of this.tables) table.confirmed(cells);
    this.outbox.acknowledge(clientId, revision);
    for (const table of this.tables) table.resync();
  }

  private setUndo(undo: UndoState): void {
    this.undo = undo;
    this.emit("undo", undo);
  }
}

/** The address of a base's socket, from the page's own. */
export function socketUrl(base: string, location: Pick<Location, "protocol" | "host">): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/api/v1/bases/${encodeURIComponent(base)}/socket`;
}
