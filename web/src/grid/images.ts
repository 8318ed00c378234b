/** Thumbnails for the canvas: loaded once, kept for the newest few hundred, failures remembered for a while. */

const MOST = 600;
const RETRY_MS = 30_000;

interface Held {
  image: HTMLImageElement;
  state: "loading" | "ready" | "failed";
  failedAt: number;
}

export class ImageCache {
  private readonly held = new Map<string, Held>();

  constructor(private readonly onLoad: () => void) {}

  /** The picture if it is ready; else it is fetched and `onLoad` tells when to paint again. */
  get(src: string): HTMLImageElement | undefined {
    const known = this.held.get(src);
    if (known) {
      // Map order is age: a used picture becomes the newest.
      this.held.delete(src);
      this.held.set(src, known);
      if (known.state === "ready") return known.image;
      if (known.state === "loading" || performance.now() - known.failedAt < RETRY_MS) return undefined;
    }
    this.load(src);
    return undefined;
  }

  hasFailed(src: string): boolean {
    return this.held.get(src)?.state === "failed";
  }

  private load(src: string): void {
    const image = new Image();
    image.decoding = "async";
    const entry: Held = { image, state: "loading", failedAt: 0 };
    this.held.set(src, entry);
    image.onload = () => {
      entry.state = "ready";
      this.onLoad();
    };
    image.onerror = () => {
      entry.state = "failed";
      entry.failedAt = performance.now();
      this.onLoad();
    };
    image.src = src;
    for (const oldest of this.held.keys()) {
      if (this.held.size <= MOST) break;
      this.held.delete(oldest);
    }
  }
}
