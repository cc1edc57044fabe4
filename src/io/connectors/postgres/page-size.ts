/** Bytes that a page should have: enough that asking for it does not count, and little enough to be held. */
const PAGE_BYTES = 2 ** 20;

/** Rows of the first page, of which nobody knows yet how large they are. */
const FIRST = 256;

/** How many times as large as the one before a page may be: the rows that come may be larger. */
const GROWTH = 4;

/** How many rows to ask for, so that about as many bytes come each time. */
export class PageSize {
  rows: number;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
    this.rows = Math.min(FIRST, most);
  }

  /** A page came: so many rows of so many bytes. */
  came(rows: number, bytes: number): void {
    if (rows === 0) return;
    const fitting = Math.floor(PAGE_BYTES / Math.max(1, bytes / rows));
    this.rows = Math.max(1, Math.min(fitting, GROWTH * rows, this.#most));
  }
}
