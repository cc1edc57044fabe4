import { z } from 'zod';
import type { Duration } from '../../core/duration.ts';
import { duration } from '../../core/duration.ts';
import type { Size } from '../../core/size.ts';
import { size } from '../../core/size.ts';

/** The values of the placeholders of a path, by their names. */
export type PartitionValues = Readonly<Record<string, unknown>>;

/** When a file is complete and the next one begins: at whichever comes first. */
export interface RotateOptions {
  /** Bytes of a file before compression; looked at after each batch, so that it may have one batch more. */
  readonly bytes?: Size | undefined;
  /** Records of a file. */
  readonly records?: number | undefined;
  /** Time since the first record of a file, such as `'5m'`. */
  readonly every?: Duration | undefined;
}

/** What writers of files take to write several. */
export interface SplitOptions {
  /**
   * Names of fields, each of which stands in braces in the path: `out/{country}/{date}.csv`; or a function
   * that gives the values of what stands there. Records with the same values go to one file.
   */
  // biome-ignore lint/suspicious/noExplicitAny: whoever writes the function knows the type of the records
  readonly partitionBy?: string | readonly string[] | ((record: any) => PartitionValues) | undefined;
  /** What stands in a path for `null`, `undefined` and empty text; without it, such records fail. */
  readonly nullPartition?: string | undefined;
  /** Files of partitions that are open at a time. @default 64 */
  readonly maxOpenFiles?: number | undefined;
  /** Files of partitions in one run: more are taken for a mistake. @default 10_000 */
  readonly maxPartitions?: number | undefined;
  /**
   * When to go on in another file. Files are numbered where `{part}` stands in the path, or behind their
   * name; each gets its name as soon as it is complete, and keeps it whatever happens later.
   */
  readonly rotate?: RotateOptions | undefined;
}

function isPartitionBy(value: unknown): boolean {
  if (typeof value === 'function') return true;
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.length > 0 && names.every((name) => typeof name === 'string' && /^[^{}/\\]+$/.test(name));
}

/** Text or a number that `read` understands; becomes the number. */
function readBy(read: (value: string | number) => number, expected: string) {
  return z.union([z.number(), z.string()]).transform((value, context) => {
    try {
      const amount = read(value);
      if (amount > 0) return amount;
    } catch {
      // The issue says it.
    }
    context.addIssue({ code: 'custom', message: `expected ${expected}` });
    return z.NEVER;
  });
}

const rotateSchema = z
  .strictObject({
    bytes: readBy(size, 'a size such as "64 MiB"').optional().describe('Bytes of a file before compression'),
    records: z.int().min(1).optional().describe('Records of a file'),
    every: readBy(duration, 'a duration such as "5m"').optional().describe('Time since its first record'),
  })
  .refine(
    ({ bytes, records, every }) => bytes !== undefined || records !== undefined || every !== undefined,
    'expected bytes, records or every',
  );

/** The fields of {@link SplitOptions}, for the schemas of the formats to spread. */
export const splitFields = {
  partitionBy: z
    .unknown()
    .refine(isPartitionBy, 'expected names of fields, or a function that gives values by names')
    .transform((value) => value as NonNullable<SplitOptions['partitionBy']>)
    .optional()
    .describe('Names of fields whose values stand in braces in the path; each combination gets a file'),
  nullPartition: z
    .string()
    .min(1)
    .optional()
    .describe('What stands in a path for null and empty text; without it, such records fail'),
  maxOpenFiles: z.int().min(1).default(64).describe('Files of partitions that are open at a time'),
  maxPartitions: z.int().min(1).default(10_000).describe('Files of partitions in one run'),
  rotate: rotateSchema.optional().describe('When a file is complete and the next one begins'),
} as const;
