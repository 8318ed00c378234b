/**
 * Who else is in the base and where: what the server tells, made ready to be shown, and our own cursor on its way out.
 *
 * Main types: [`Peer`], [`Presence`], [`CursorSender`]. Law: one's own window is never a peer; a cursor is sent at
 * most once per interval, and its last place always arrives. Tests: presence.test.ts.
 */
import type { CursorPlace, PresenceRow } from "../api/wire";

export interface Peer {
  session: string;
  client: string;
  /** From 1; tells guests apart and gives the colour. */
  number: number;
  name: string | null;
  /** Another window of this browser. */
  isSelf: boolean;
  cursor: CursorPlace | null;
  /** Milliseconds (`now` of the caller) when the cursor came to its place. */
  movedAt: number;
}

export class Presence {
  peers: readonly Peer[] = [];
  /** Ourselves, as the server knows us. */
  own: PresenceRow | undefined;

  /** Takes the list of the server in. */
  take(rows: readonly PresenceRow[], session: string, client: string, now: number): void {
    const known = new Map(this.peers.map((peer) => [peer.session, peer]));
    this.own = rows.find((row) => row.session === session);
    this.peers = rows
      .filter((row) => row.session !== session)
      .map((row) => {
        const before = known.get(row.session);
        const cursor = row.cursor ?? null;
        const isThere = before !== undefined && isSamePlace(before.cursor, cursor);
        return {
          session: row.session,
          client: row.client,
          number: row.number,
          name: row.name ?? null,
          isSelf: row.client === client,
          cursor,
          movedAt: isThere ? before.movedAt : now,
        };
      });
  }
}

/** One of each person: who has several windows open is there once. */
export function people(peers: readonly Peer[]): Peer[] {
  const byClient = new Map<string, Peer>();
  for (const peer of peers) if (!peer.isSelf && !byClient.has(peer.client)) byClient.set(peer.client, peer);
  return [...byClient.values()].sort((a, b) => a.number - b.number);
}

export function isSamePlace(a: CursorPlace | null, b: CursorPlace | null): boolean {
  return a?.table === b?.table && a?.record === b?.record && a?.field === b?.field;
}

/** Milliseconds between two places of our cursor that are sent. */
const CURSOR_INTERVAL_MS = 120;

export class CursorSender {
  private place: CursorPlace | null = null;
  private sent: CursorPlace | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (place: CursorPlace) => boolean) {}

  move(place: CursorPlace): void {
    this.place = place;
    if (this.timer === undefined) this.flush();
  }

  /** A new connection knows nothing of us. */
  again(): void {
    this.sent = null;
    this.flush();
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private flush(): void {
    this.close();
    const { place } = this;
    if (!place || isSamePlace(place, this.sent)) return;
    if (this.send(place)) this.sent = place;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, CURSOR_INTERVAL_MS);
  }
}
