/** How much one action of a person may touch through the grid; larger changes belong to formulas and imports. */

/** Rows that clearing, filling or deleting may reach; all of them must be held at once. */
export const EDITED_ROWS = 40_000;
/** Cells that one clearing, filling or pasting of a single value may set. */
export const EDITED_CELLS = 200_000;
/** Cells of one `set_cells`; more go in several commands. */
export const CELLS_PER_COMMAND = 50_000;
/** Rows of one `paste_cells`; more go in several commands. */
export const ROWS_PER_COMMAND = 5_000;

/** An action that is larger than these limits; nothing of it was done. */
export class TooLargeError extends Error {
  /** Translated by the shell. */
  readonly code = "too_many_cells";
  constructor(
    /** Rows (or cells, where these are too many) that were meant. */
    readonly n: number,
    readonly most: number,
  ) {
    super(`${n} is more than ${most} in one action`);
    this.name = "TooLargeError";
  }
}
