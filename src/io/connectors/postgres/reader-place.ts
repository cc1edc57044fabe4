import { z } from 'zod';
import { changedError, checkedPosition } from '../../../core/changed-error.ts';

const PlaceSchema = z.strictObject({
  /** Records that were made. */
  records: z.int().min(0),
  /** What is read, as it stands in SQL; absent for a query. */
  table: z.string().optional(),
  /** The columns that rows are put in order by, and what the last row has there; absent before the first. */
  order: z.array(z.string()).optional(),
  after: z.array(z.string()).optional(),
  /** The time that the first row must not be older than, in milliseconds from the epoch. */
  begin: z.number().optional(),
});

/** Where reading stands: behind a row. */
export type ReaderPlace = z.output<typeof PlaceSchema>;

/**
 * Where to begin; `from` may be a time.
 *
 * @throws MillraceError `ERR_CHANGED` for a position of something else.
 */
export function startingPlace(from: unknown, table: string | undefined, label: string): ReaderPlace {
  const named = table === undefined ? {} : { table };
  if (from === undefined) return { records: 0, ...named };
  if (from instanceof Date) return { records: 0, ...named, begin: from.getTime() };
  const place = checkedPosition(PlaceSchema, from, label);
  if (place.table === table) return place;
  throw changedError(
    label,
    `the checkpoint is of ${place.table ?? 'a query'}`,
    'Read the same again, or start afresh without the checkpoint.',
  );
}

/** The key to go on behind, which has to be in the order that rows come in now. */
export function keyOf(
  { order, after }: ReaderPlace,
  names: readonly string[],
  label: string,
): readonly string[] | undefined {
  if (after === undefined) return undefined;
  if (order?.length === names.length && names.every((name, at) => name === order[at])) return after;
  const had = order?.join(', ') ?? 'nothing';
  throw changedError(
    label,
    `the checkpoint is of rows in the order of ${had}, and they come in that of ${names.join(', ') || 'nothing'}`,
    'Read by the same key again, or start afresh without the checkpoint.',
  );
}
