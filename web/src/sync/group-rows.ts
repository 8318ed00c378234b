/**
 * Where group heads and records stand in the grid: heads are rows of their own, a collapsed group hides its records.
 *
 * Main type: [`GroupRows`]. In: the groups of a view, which are collapsed. Out: for each row of the grid a head or a
 * row of the view, and back. Law: pure; records after the last group stay without a head. Tests: group-rows.test.ts.
 */

/** A group of a view, as the wire has it, with its name among its like. */
export interface GroupSpan<G> {
  /** Made of the values from the outermost group on. */
  path: string;
  depth: number;
  from: number;
  nRows: number;
  group: G;
}

interface Piece<G> {
  /** The first row of the grid. */
  at: number;
  n: number;
  /** The first row of the view, where the piece is records. */
  from: number;
  head: GroupSpan<G> | null;
}

export class GroupRows<G> {
  readonly rowCount: number;
  private readonly pieces: Piece<G>[] = [];

  constructor(
    readonly spans: readonly GroupSpan<G>[],
    readonly collapsed: ReadonlySet<string>,
    readonly nTotal: number,
  ) {
    let at = 0;
    let covered = 0;
    let hiddenBelow = Number.POSITIVE_INFINITY;
    const push = (n: number, from: number, head: GroupSpan<G> | null) => {
      if (n <= 0) return;
      this.pieces.push({ at, n, from, head });
      at += n;
    };
    spans.forEach((span, index) => {
      if (span.depth > hiddenBelow) return;
      hiddenBelow = Number.POSITIVE_INFINITY;
      push(1, -1, span);
      const isCollapsed = collapsed.has(span.path);
      if (isCollapsed) hiddenBelow = span.depth;
      const isLeaf = (spans[index + 1]?.depth ?? 0) <= span.depth;
      if (isLeaf && !isCollapsed) push(Math.min(span.nRows, nTotal - span.from), span.from, null);
      covered = Math.max(covered, span.from + span.nRows);
    });
    push(nTotal - covered, covered, null);
    this.rowCount = at;
  }

  private pieceAt(row: number): Piece<G> | undefined {
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.pieces[middle]?.at ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    const piece = this.pieces[low - 1];
    return piece && row < piece.at + piece.n ? piece : undefined;
  }

  /** The head that stands in a row of the grid. */
  headAt(row: number): GroupSpan<G> | undefined {
    return this.pieceAt(row)?.head ?? undefined;
  }

  /** The row of the view that stands in a row of the grid; -1: a head, or nothing. */
  viewRow(row: number): number {
    const piece = this.pieceAt(row);
    return !piece || piece.head ? -1 : piece.from + row - piece.at;
  }

  /** Where a row of the view stands in the grid; undefined: hidden in a collapsed group. */
  gridRow(viewRow: number): number | undefined {
    for (const piece of this.pieces) {
      if (!piece.head && viewRow >= piece.from && viewRow < piece.from + piece.n)
        return piece.at + viewRow - piece.from;
    }
    return undefined;
  }

  /** The rows of the view among rows `from ..= to` of the grid, as stretches of inclusive ends. */
  stretches(from: number, to: number): [number, number][] {
    const found: [number, number][] = [];
    for (const piece of this.pieces) {
      if (piece.head || piece.at > to || piece.at + piece.n <= from) continue;
      const first = Math.max(from, piece.at) - piece.at;
      const last = Math.min(to, piece.at + piece.n - 1) - piece.at;
      const before = found.at(-1);
      if (before && before[1] + 1 === piece.from + first) before[1] = piece.from + last;
      else found.push([piece.from + first, piece.from + last]);
    }
    return found;
  }

  /** The paths of the groups that a row of the view lies in. */
  pathsOf(viewRow: number): string[] {
    const holds = (span: GroupSpan<G>) => viewRow >= span.from && viewRow < span.from + span.nRows;
    return this.spans.filter(holds).map((span) => span.path);
  }
}
