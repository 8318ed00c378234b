/**
 * The live side of one base: socket, outbox and the tables that are on the screen.
 *
 * Main type: [`BaseSession`]. In: commands. Out: events for the shell (connection, undo state, schema changes, jobs,
 * refusals). Law: the inbox is the only place where a message of the server changes what is shown; a patch with our
 * client id is the acknowledgement. Tests: table-session.test.ts, kept-edits.test.ts.
 */
import type {
  CursorPlace,
  GridCommand,
  JobMessage,
  PatchMessage,
  ServerMessage,
  UndoState,
  WireError,
} from "../api/wire";
import type { EditStore } from "./edit-store";
import { KeptEdits } from "./kept-edits";
import { Outbox, type SpeculativeCell } from "./outbox";
import { CursorSender, Presence } from "./presence";
import { type ConnectionState, Socket, type SocketLike } from "./socket";
import type { Tabs } from "./tabs";

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
  presence: Presence;
  /** A command was refused; its cells were taken back. */
  refused: RefusedEdit;
  /** Whether edits that wait would survive a reload. */
  safe: boolean;
}

/** An edit that the server did not take. */
export interface RefusedEdit {
  clientId: string;
  error: WireError;
  command: GridCommand;
  cells: readonly SpeculativeCell[];
  /** It was made before the page was opened. */
  isOld: boolean;
}

export interface BaseSessionOptions {
  open: () => SocketLike;
  client: string;
  locale: string;
  /** What the others call this person. */
  name?: string;
  backoff?: { first: number; most: number };
  /** Where edits outlive the page; absent: they do not. */
  memory?: { base: string; store: EditStore; tabs: Tabs };
}

type Listener<K extends keyof SessionEvents> = (event: SessionEvents[K]) => void;

export class BaseSession {
  readonly outbox: Outbox;
  revision = 0;
  undo: UndoState = { can_undo: false, can_redo: false };
  private readonly socket: Socket;
  private readonly tables = new Set<LiveTable>();
  private readonly listeners = new Map<keyof SessionEvents, Set<(event: never) => void>>();
  private readonly kept: KeptEdits | undefined;
  private readonly presence = new Presence();
  private readonly cursors: CursorSender;
  private session = "";
  private wasWelcomed = false;
  private isRestored = false;
  private isClosed = false;
  /** Counts connections: what was prepared for an earlier one is not sent on a later one. */
  private nWelcomes = 0;

  constructor(private readonly options: BaseSessionOptions) {
    const { memory } = options;
    this.kept = memory && new KeptEdits(memory.store, memory.tabs, memory.base, (isSafe) => this.emit("safe", isSafe));
    this.cursors = new CursorSender((place) => this.socket.send({ type: "cursor", ...place }));
    this.outbox = new Outbox(
      (client_id, command) => this.socket.send({ type: "command", client_id, command }),
      (cells) => {
        for (const table of this.tables) table.speculated(cells);
      },
      (n) => this.emit("waiting", n),
      this.kept,
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

  /** Shows what an earlier life of the page left, then connects: the old edits go out before any new one. */
  connect(): void {
    const begin = () => {
      this.isRestored = true;
      this.socket.connect();
    };
    if (!this.kept) begin();
    else void this.restore(this.kept).finally(begin);
  }

  private async restore(kept: KeptEdits): Promise<void> {
    const edits = await kept.restore();
    if (this.isClosed) return;
    this.outbox.restore(edits.filter((edit) => !edit.error));
    for (const { error, clientId, command, cells } of edits) {
      if (error) this.emit("refused", { clientId, error, command, cells, isOld: true });
    }
  }

  retryNow(): void {
    if (this.isRestored) this.socket.retryNow();
  }

  /** The network is said to be gone. */
  doubt(): void {
    this.socket.doubt();
  }

  close(): void {
    this.isClosed = true;
    this.cursors.close();
    this.socket.close();
  }

  /** The others call this person so from now on. */
  rename(name: string): void {
    this.socket.rename(name);
  }

  /** The user has seen what was lost by a refusal. */
  dismiss(clientId: string): void {
    this.kept?.drop(clientId);
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

  /** Where this person is, for the others; sent now and then. */
  cursor(place: CursorPlace): void {
    this.cursors.move(place);
  }

  /** Whether edits that wait would survive a reload. */
  get isSafe(): boolean {
    return this.kept?.isSafe ?? false;
  }

  /** Sends a command; resolves when it is durable, rejects with `RefusedError`. */
  submit(command: GridCommand, cells: SpeculativeCell[] = []): Promise<{ revision: number }> {
    return this.outbox.submit(command, cells);
  }

  /** The inbox. */
  receive(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.session = message.session;
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
        if (!entry) return;
        const { clientId, command, cells } = entry;
        this.kept?.keepRefused(entry, message.error);
        this.emit("refused", { clientId, error: message.error, command, cells, isOld: false });
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
        this.presence.take(message.sessions, this.session, this.options.client, Date.now());
        this.emit("presence", this.presence);
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
    this.cursors.again();
    void this.resend();
  }

  private async resend(): Promise<void> {
    this.nWelcomes += 1;
    const nth = this.nWelcomes;
    const waiting = this.outbox.waiting();
    if (!this.kept || waiting.length === 0) return this.outbox.resend();
    const before = await this.kept.olderElsewhere(waiting);
    if (nth === this.nWelcomes && this.socket.state === "online") this.outbox.resend(before);
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
