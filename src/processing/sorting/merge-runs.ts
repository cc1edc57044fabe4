import { EntryCursor } from '../runtime/spill/entry-cursor.ts';
import type { EntryFile } from '../runtime/spill/entry-writer.ts';
import { compareBytes } from './radix-sort.ts';

/** How the entries of runs are compared, where not by the bytes of their keys. */
export interface ValueKeys {
  /** What is compared for the entry at which a cursor stands. */
  read(cursor: EntryCursor): unknown;
  compare(a: unknown, b: unknown): number;
}

/** What takes the entries that a merge gives. */
export interface EntryTaker {
  /** Takes the entry at which the cursor stands; `false` when there is no room: flush, and give it again. */
  take(cursor: EntryCursor): boolean;
  /** Makes room; `false` when nobody wants more. */
  flush(): Promise<boolean>;
}

/** Gives the entries of all runs in their order; equal ones in the order of the runs. */
export async function mergeRuns(
  runs: readonly EntryFile[],
  keys: ValueKeys | undefined,
  taker: EntryTaker,
): Promise<void> {
  const heap = new CursorHeap(keys);
  for (const [index, run] of runs.entries()) {
    const cursor = new EntryCursor(run, index);
    if (await cursor.fetch()) heap.push(cursor);
  }
  for (let first = heap.first; first !== undefined; first = heap.first) {
    while (!taker.take(first)) if (!(await taker.flush())) return;
    heap.advanced(first.step() || (await first.fetch()));
  }
}

/** Cursors, the one at the smallest entry first. */
class CursorHeap {
  readonly #cursors: EntryCursor[] = [];
  readonly #keys: ValueKeys | undefined;

  constructor(keys: ValueKeys | undefined) {
    this.#keys = keys;
  }

  get first(): EntryCursor | undefined {
    return this.#cursors[0];
  }

  push(cursor: EntryCursor): void {
    this.#read(cursor);
    const cursors = this.#cursors;
    let at = cursors.length;
    cursors.push(cursor);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(cursor, cursors[parent]!)) break;
      cursors[at] = cursors[parent]!;
      at = parent;
    }
    cursors[at] = cursor;
  }

  /** The first cursor has gone on, or has come to its end. */
  advanced(on: boolean): void {
    const cursors = this.#cursors;
    let moved = cursors[0]!;
    if (on) this.#read(moved);
    else {
      moved = cursors.pop()!;
      if (cursors.length === 0) return;
    }
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= cursors.length) break;
      if (child + 1 < cursors.length && this.#before(cursors[child + 1]!, cursors[child]!)) child++;
      if (!this.#before(cursors[child]!, moved)) break;
      cursors[at] = cursors[child]!;
      at = child;
    }
    cursors[at] = moved;
  }

  #read(cursor: EntryCursor): void {
    if (this.#keys !== undefined) cursor.key = this.#keys.read(cursor);
  }

  #before(a: EntryCursor, b: EntryCursor): boolean {
    const compared =
      this.#keys === undefined
        ? compareBytes(a.bytes, a.keyStart, a.keyEnd, b.bytes, b.keyStart, b.keyEnd)
        : this.#keys.compare(a.key, b.key);
    return compared === 0 ? a.index < b.index : compared < 0;
  }
}
