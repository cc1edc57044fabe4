import { batch, PickedOrigin } from '../../../core/batch.ts';
import type { ColumnRows } from '../../../core/column-rows.ts';
import type { Batch, Origin } from '../../../interfaces/batch.ts';
import type { Replacement } from '../../../interfaces/failure.ts';
import type { ReadContext } from '../../../interfaces/reader.ts';
import type { RowProgress } from '../../bytes/row-progress.ts';
import { unsafeInteger } from './big-integers.ts';
import { RowOrigin, type RowPlace } from './row-origin.ts';

/** The wanted columns of some rows of a file. */
export interface RowGroup {
  /** Number of its first row within the file, counted from 0. */
  readonly start: number;
  readonly rows: number;
  readonly columns: readonly ArrayLike<unknown>[];
  /** The column of each row, by its place in the group, that has an integer which no number can say. */
  readonly unsafe: ReadonlyMap<number, string>;
}

const BATCH = 1024;

/**
 * The rows of a group from row `first` of the file on, made as they are asked for; those with an integer that no
 * number can say are bad.
 */
export function* groupBatches<T>(
  group: RowGroup,
  make: ColumnRows,
  place: Omit<RowPlace, 'first'>,
  context: ReadContext,
  progress: RowProgress,
  first = 0,
): Generator<Batch<T>, void> {
  for (let from = Math.max(0, first - group.start); from < group.rows; from += BATCH) {
    const to = Math.min(from + BATCH, group.rows);
    const rows: unknown[] = make(group.columns, from, to);
    const origin = new RowOrigin({ ...place, first: group.start + from + 1 });
    const made =
      group.unsafe.size === 0
        ? batch(rows as T[], origin)
        : judged<T>(rows, from, group.unsafe, origin, context);
    progress.made(group.start + to);
    yield made;
  }
}

function judged<T>(
  rows: readonly unknown[],
  from: number,
  unsafe: ReadonlyMap<number, string>,
  origin: RowOrigin,
  context: ReadContext,
): Batch<T> {
  const kept: unknown[] = [];
  const indices: number[] = [];
  for (const [index, row] of rows.entries()) {
    const column = unsafe.get(from + index);
    const replaced = column === undefined ? { record: row } : refused(row, column, origin.at(index), context);
    if (replaced === undefined) continue;
    kept.push(replaced.record);
    indices.push(index);
  }
  return batch(kept as T[], new PickedOrigin(origin, indices));
}

function refused(
  row: unknown,
  column: string,
  origin: Origin,
  context: ReadContext,
): Replacement | undefined {
  return context.failed({ error: unsafeInteger(column, origin), origin, partial: row });
}
