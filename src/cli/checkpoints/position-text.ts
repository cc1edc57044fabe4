import { relative } from 'node:path';
import { z } from 'zod';
import { showValue } from '../../core/show-value.ts';
import type { ReaderStanding } from '../../interfaces/run.ts';
import { type FilePosition, type FilesPosition, FilesPositionSchema } from '../../io/bytes/file-position.ts';
import { countOf, formatCount } from '../terminal/figures.ts';
import { printable } from '../terminal/printable.ts';

const whole = z.number().int().min(0);
const Counted = z.object({ records: whole, at: z.unknown().optional() });

/** Where a reader stands, for people: `file 3 of 5, orders-3.csv, at line 8,124`. */
export function standingText({ at, position }: Pick<ReaderStanding, 'at' | 'position'>): string {
  if (at === 'beginning') return 'at its beginning';
  if (at === 'end') return 'read to its end';
  const files = FilesPositionSchema.safeParse(position);
  if (files.success) return filesText(files.data);
  const counted = Counted.safeParse(position);
  if (!counted.success) return printable(showValue(position));
  const said = counted.data.at === undefined ? '' : ` (${printable(showValue(counted.data.at))})`;
  return `behind ${countOf(counted.data.records, 'record')}${said}`;
}

function filesText({ files, done, file }: FilesPosition): string {
  const path = files[done];
  if (path === undefined) {
    if (files.length < 2) return files.length === 0 ? 'at its beginning' : 'read to its end';
    return `all ${countOf(files.length, 'file')} read`;
  }
  const which = files.length === 1 ? '' : `file ${formatCount(done + 1)} of ${formatCount(files.length)}, `;
  return `${which}${printable(near(path))}, ${file === undefined ? 'at its beginning' : placeText(file, path)}`;
}

function placeText({ name, text, rows, taken }: FilePosition, path: string): string {
  const entry = name === undefined || name === path ? '' : `${printable(near(name))}, `;
  if (rows !== undefined) return `${entry}behind ${countOf(rows, 'row')}`;
  if (text !== undefined) return `${entry}at line ${formatCount(text.line)}`;
  return `${entry}behind ${countOf(taken, 'byte')}`;
}

/** A path below the working folder as it is from there. */
function near(path: string): string {
  const from = relative('', path);
  return from === '' || from.startsWith('..') || /^https?:/.test(path) ? path : from;
}
