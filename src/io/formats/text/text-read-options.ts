import { types } from 'node:util';
import { z } from 'zod';
import type { Size } from '../../../core/size.ts';
import { type FileReadOptions, fileReadFields } from '../../bytes/file-options.ts';
import { sizeSchema } from '../../bytes/size-schema.ts';
import { patternRisk } from './pattern-risk.ts';

/** Options of `text.read`: those of all files, and what makes records of lines. */
export interface TextReadOptions extends FileReadOptions {
  /**
   * What the first line of a record looks like, e.g. `/^\d{4}-\d\d-\d\d /`: lines that do not match go on with the
   * record before, so a stack trace stays with its message. Lines before the first that matches are a record of their
   * own. Without it each line is a record.
   */
  readonly start?: string | RegExp | undefined;
  /**
   * What a record looks like, with a named group for each field, e.g. `/^(?<level>\w+) (?<message>.*)$/s`: records
   * are objects of these fields then, as text, `undefined` where a group takes no part.
   */
  readonly fields?: string | RegExp | undefined;
  /** Whether patterns that may take exponential time are refused. @default true */
  readonly patternGuard?: boolean | undefined;
  /** How long a record may be that `fields` is tried on, and the part of a line that `start` is. @default '64 KiB' */
  readonly maxMatchBytes?: Size | undefined;
}

const pattern = (what: string) =>
  z
    .unknown()
    .transform((given, context) => {
      const isPattern = typeof given === 'string' || types.isRegExp(given);
      const found = isPattern ? compiled(given) : undefined;
      if (found !== undefined) return found;
      const form = isPattern ? 'a regular expression that compiles' : 'string or regular expression';
      context.addIssue({ code: 'custom', message: `expected ${form}` });
      return z.NEVER;
    })
    .optional()
    .describe(what);

export const TextReadSchema = z
  .strictObject({
    ...fileReadFields,
    start: pattern('What the first line of a record looks like; each line is a record when absent'),
    fields: pattern('What a record looks like, with a named group for each field'),
    patternGuard: z.boolean().default(true).describe('Whether patterns of exponential time are refused'),
    maxMatchBytes: sizeSchema(1)
      .prefault('64 KiB')
      .describe('How long a record may be that fields is tried on, and the part of a line that start is'),
  })
  .superRefine(({ start, fields, patternGuard }, context) => {
    if (fields !== undefined && groupNames(fields).length === 0) {
      const message = 'expected a pattern with named groups, such as (?<level>\\w+)';
      context.addIssue({ code: 'custom', path: ['fields'], message });
    }
    if (!patternGuard) return;
    for (const [name, given] of [['start', start] as const, ['fields', fields] as const]) {
      const risk = given === undefined ? undefined : patternRisk(given);
      if (risk === undefined) continue;
      const message = `may take exponential time: ${risk}; write it otherwise, or set patternGuard: false`;
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

/** Checked {@link TextReadOptions}. */
export type TextReadSettings = z.output<typeof TextReadSchema>;

/** The names of the groups, in their order. */
export function groupNames(given: RegExp): readonly string[] {
  const { groups } = new RegExp(`${given.source}|`, given.flags).exec('')!;
  return Object.keys(groups ?? {});
}

/** A pattern that remembers no place from one text to the next. */
function compiled(given: string | RegExp): RegExp | undefined {
  try {
    return typeof given === 'string'
      ? new RegExp(given)
      : new RegExp(given.source, given.flags.replaceAll(/[gy]/g, ''));
  } catch {
    return undefined;
  }
}
