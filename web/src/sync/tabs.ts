/**
 * The windows of one browser, as far as they must know of each other: which are still open.
 *
 * Main type: [`Tabs`]. Law: a window that answers is open; one that does not answer in time may be taken for closed,
 * and nothing may break where it is not (Web Locks would know, but a plain-http page has none). Tests:
 * kept-edits.test.ts.
 */
import { randomId } from "./ids";

/** The part of a BroadcastChannel that is used. */
export interface ChannelLike {
  postMessage(message: unknown): void;
  close(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** How long another window may take to answer; one in the background is slow. */
const PATIENCE_MS = 250;

type Call = { ask: true } | { tab: string };

export class Tabs {
  /** This window; another after a reload. */
  readonly id = randomId();
  private heard = new Set<string>();

  constructor(
    private readonly channel: ChannelLike | null,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    if (!channel) return;
    channel.onmessage = ({ data }) => {
      const call = data as Call;
      if ("ask" in call) channel.postMessage({ tab: this.id });
      else this.heard.add(call.tab);
    };
  }

  /** The windows that are open, this one included. */
  async open(): Promise<ReadonlySet<string>> {
    this.heard = new Set();
    this.channel?.postMessage({ ask: true });
    if (this.channel) await new Promise((done) => setTimeout(done, this.patienceMs));
    return new Set([...this.heard, this.id]);
  }

  close(): void {
    this.channel?.close();
  }
}
