/**
 * One WebSocket to a base: says hello, comes back after a break, keeps alive.
 *
 * In: messages to send. Out: messages received and the state of the connection. Law: `send` never queues; whoever
 * must not lose a message keeps it (the outbox). Tests: table-session.test.ts.
 */
import type { ClientMessage, ServerMessage } from "../api/wire";

export type ConnectionState = "connecting" | "online" | "offline";

/** The part of a WebSocket that is used, so that tests can stand in. */
export interface SocketLike {
  readyState: number;
  send(data: string): void;
  close(): void;
  onopen: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
}

export interface SocketOptions {
  open: () => SocketLike;
  client: string;
  locale: string;
  /** What the others call this person. */
  name?: string;
  onMessage: (message: ServerMessage) => void;
  onState: (state: ConnectionState) => void;
  /** Milliseconds; tests shorten them. */
  backoff?: { first: number; most: number };
  pingMs?: number;
}

const OPEN = 1;

export class Socket {
  state: ConnectionState = "connecting";
  private socket: SocketLike | null = null;
  private attempts = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ping: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;
  private isClosed = false;

  private name: string | undefined;

  constructor(private readonly options: SocketOptions) {
    this.name = options.name;
  }

  /** The others see the new name at once, and after every break. */
  rename(name: string): void {
    this.name = name;
    if (this.state === "online") this.hello();
  }

  private hello(): void {
    const { client, locale } = this.options;
    this.sendRaw({ type: "hello", client, locale, ...(this.name ? { name: this.name } : {}) });
  }

  connect(): void {
    if (this.isClosed) return;
    clearTimeout(this.timer);
    let socket: SocketLike;
    try {
      socket = this.options.open();
    } catch {
      this.later();
      return;
    }
    this.socket = socket;
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.heardAt = Date.now();
      this.hello();
      const pingMs = this.options.pingMs ?? 20_000;
      clearInterval(this.ping);
      this.ping = setInterval(() => this.keepAlive(pingMs), pingMs);
    };
    socket.onmessage = (event) => {
      if (this.socket === socket) this.received(event.data);
    };
    socket.onclose = () => this.broken(socket);
    socket.onerror = () => this.broken(socket);
  }

  /** Tries at once, e.g. because the browser says it is online again. */
  retryNow(): void {
    if (this.state !== "online") this.connect();
  }

  /** The browser says that the network is gone: a connection that still looks open is not trusted. */
  doubt(): void {
    if (this.socket) this.broken(this.socket);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    clearInterval(this.ping);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** False where there is no connection. */
  send(message: ClientMessage): boolean {
    return this.state === "online" && this.sendRaw(message);
  }

  private sendRaw(message: ClientMessage): boolean {
    if (this.socket?.readyState !== OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private received(data: unknown): void {
    this.heardAt = Date.now();
    if (typeof data !== "string") return;
    let message: ServerMessage;
    try {
      message = JSON.parse(data) as ServerMessage;
    } catch {
      return;
    }
    if (message.type === "welcome") {
      this.attempts = 0;
      this.setState("online");
    }
    this.options.onMessage(message);
  }

  private keepAlive(pingMs: number): void {
    // A laptop that slept holds a dead connection that looks open.
    if (Date.now() - this.heardAt > 2.5 * pingMs && this.socket) this.broken(this.socket);
    else this.sendRaw({ type: "ping" });
  }

  private broken(socket: SocketLike): void {
    if (this.socket !== socket) return;
    this.socket = null;
    clearInterval(this.ping);
    socket.close();
    this.setState("offline");
    this.later();
  }

  private later(): void {
    if (this.isClosed) return;
    const { first, most } = this.options.backoff ?? { first: 500, most: 10_000 };
    const wait = Math.min(most, first * 2 ** Math.min(this.attempts, 10)) * (0.75 + Math.random() / 2);
    this.attempts += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private setState(state: ConnectionState): void {
    if (this.state === state) return;
    this.state = state;
    this.options.onState(state);
  }
}
