/**
 * Scrolling through more pixels than a browser can lay out: a native scroller over a spacer of at most 8 million
 * pixels; wheel and touch move one pixel per pixel, the scrollbar moves in proportion.
 *
 * Main types: [`ScrollMap`] (pure numbers), [`Scroller`] (the element). Law: a wheel of n pixels moves the sheet
 * by n pixels at any number of rows; after a pause the thumb is where the position says. Tests: scroll.test.ts.
 */

/** Chrome clamps elements at 33,554,428 px, Firefox near 17.9 M. */
export const MAX_SPACER = 8_000_000;
/** Pixels at either end where the scroller is one to one even in a scaled sheet. */
const END_ZONE = 20_000;
const IDLE_MS = 180;
/** A wheel or touch explains scroll events for this long. */
const GESTURE_MS = 150;

export class ScrollMap {
  /** Position in the sheet, CSS pixels. */
  top = 0;
  /** The element's scrollTop that was seen last. */
  private physical = 0;
  private total = 0;
  private view = 0;

  /** Sets the sheet's height and the viewport's; keeps the position as far as possible. */
  resize(total: number, view: number): void {
    this.total = total;
    this.view = view;
    this.top = clamp(this.top, 0, this.maxTop);
  }

  get spacer(): number {
    return Math.min(this.total, MAX_SPACER);
  }

  get maxTop(): number {
    return Math.max(0, this.total - this.view);
  }

  get maxPhysical(): number {
    return Math.max(0, this.spacer - this.view);
  }

  /** True where the sheet is taller than what the browser can lay out. */
  get isScaled(): boolean {
    return this.maxTop > this.maxPhysical;
  }

  /** Both ends are one to one, so that the ends of the scroller are the ends of the sheet. */
  private get zone(): number {
    return Math.min(END_ZONE, this.maxPhysical / 4);
  }

  private get slope(): number {
    return (this.maxTop - 2 * this.zone) / (this.maxPhysical - 2 * this.zone);
  }

  /** The scrollTop that shows the present position. */
  get wanted(): number {
    if (!this.isScaled) return this.top;
    if (this.top <= this.zone) return this.top;
    if (this.maxTop - this.top <= this.zone) return this.maxPhysical - (this.maxTop - this.top);
    return this.zone + (this.top - this.zone) / this.slope;
  }

  /** The inverse of `wanted`. */
  topAt(physical: number): number {
    if (!this.isScaled || physical <= this.zone) return physical;
    if (this.maxPhysical - physical <= this.zone) return this.maxTop - (this.maxPhysical - physical);
    return this.zone + (physical - this.zone) * this.slope;
  }

  /** The element reports `physical`; `gesture`: a wheel, a touch or a small step explains it. */
  moved(physical: number, gesture: boolean): void {
    const delta = physical - this.physical;
    this.physical = physical;
    this.top = clamp(this.isScaled && gesture ? this.top + delta : this.topAt(physical), 0, this.maxTop);
  }

  /** A long gesture brought the element near an end that the sheet is far from: it must be set back at once. */
  get isCornered(): boolean {
    const room = Math.min(2000, this.zone);
    const high = this.physical < room && this.top > this.physical + 1;
    const low =
      this.maxPhysical - this.physical < room && this.maxTop - this.top > this.maxPhysical - this.physical + 1;
    return this.isScaled && (high || low);
  }

  /** Jumps; the caller moves the element to the returned scrollTop. */
  jump(top: number): number {
    this.top = clamp(top, 0, this.maxTop);
    return this.wanted;
  }

  /** The element was set by us and now reports `physical`. */
  synced(physical: number): void {
    this.physical = physical;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

export class Scroller {
  readonly element = document.createElement("div");
  readonly map = new ScrollMap();
  private readonly spacer = document.createElement("div");
  private gestureAt = -1e9;
  private isTouching = false;
  /** True while the scrollbar is held by the pointer. */
  isDraggingThumb = false;
  private expected: number | null = null;
  private idle = 0;
  left = 0;

  constructor(
    private readonly rowHeight: () => number,
    private readonly onScroll: () => void,
    private readonly onIdle: () => void,
  ) {
    const style = this.element.style;
    style.cssText =
      "position:absolute;inset:0;overflow:auto;touch-action:pan-x pan-y;overscroll-behavior:contain;outline:none;z-index:1";
    this.element.tabIndex = -1;
    this.element.className = "grid-scroller";
    this.spacer.style.cssText = "position:relative;pointer-events:none";
    this.element.append(this.spacer);
    this.element.addEventListener("scroll", this.scrolled, { passive: true });
    this.element.addEventListener("wheel", this.wheel, { passive: true });
    this.element.addEventListener("touchstart", this.touch, { passive: true });
    this.element.addEventListener("touchmove", this.touch, { passive: true });
    this.element.addEventListener("touchend", this.touchEnd, { passive: true });
    this.element.addEventListener("touchcancel", this.touchEnd, { passive: true });
  }

  destroy(): void {
    clearTimeout(this.idle);
    this.element.remove();
  }

  get top(): number {
    return this.map.top;
  }

  resize(totalWidth: number, totalHeight: number): void {
    this.map.resize(totalHeight, this.element.clientHeight);
    const { style } = this.spacer;
    const height = `${this.map.spacer}px`;
    const width = `${totalWidth}px`;
    if (style.height !== height) style.height = height;
    if (style.width !== width) style.width = width;
    this.left = this.element.scrollLeft;
    this.sync();
  }

  /** Whether a pointer position (client coordinates) is on a scrollbar. */
  isOnScrollbar(clientX: number, clientY: number): boolean {
    const box = this.element.getBoundingClientRect();
    return (
      clientX - box.left >= this.element.clientLeft + this.element.clientWidth ||
      clientY - box.top >= this.element.clientTop + this.element.clientHeight
    );
  }

  scrollTo(left: number, top: number): void {
    this.set(this.map.jump(top));
    this.element.scrollLeft = left;
    this.left = this.element.scrollLeft;
    this.onScroll();
  }

  private set(physical: number): void {
    this.element.scrollTop = physical;
    // Read back: the browser rounds to device pixels.
    this.expected = this.element.scrollTop;
    this.map.synced(this.expected);
  }

  private readonly wheel = (): void => {
    this.gestureAt = performance.now();
  };

  private readonly touch = (): void => {
    this.isTouching = true;
    this.gestureAt = performance.now();
  };

  private readonly touchEnd = (): void => {
    this.isTouching = false;
    this.gestureAt = performance.now();
  };

  private readonly scrolled = (): void => {
    const physical = this.element.scrollTop;
    this.left = this.element.scrollLeft;
    if (this.expected !== null && Math.abs(physical - this.expected) < 1) {
      this.expected = null;
      this.map.synced(physical);
      this.onScroll();
      return;
    }
    this.expected = null;
    const now = performance.now();
    const isRecent = this.isTouching || now - this.gestureAt < GESTURE_MS;
    // A fling goes on without events of its own: every scroll event that follows a gesture prolongs it.
    if (isRecent && !this.isDraggingThumb) this.gestureAt = now;
    const isSmall = Math.abs(physical - this.map.wanted) <= 3 * this.rowHeight();
    this.map.moved(physical, !this.isDraggingThumb && (isRecent || isSmall));
    if (this.map.isCornered && !this.isDraggingThumb) this.set(this.map.wanted);
    this.onScroll();
    clearTimeout(this.idle);
    this.idle = window.setTimeout(this.sync, IDLE_MS);
  };

  /** Puts the thumb where the position says; the picture does not move. */
  private readonly sync = (): void => {
    if (this.isDraggingThumb || this.isTouching) return;
    const wanted = this.map.wanted;
    if (Math.abs(this.element.scrollTop - wanted) >= 1) this.set(wanted);
    this.onIdle();
  };
}
