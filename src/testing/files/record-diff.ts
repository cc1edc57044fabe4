import { diffArrays, diffLines } from 'diff';
import { stringify } from 'yaml';
import { flowText, ON_A_LINE } from './yaml-values.ts';

/** A line of a comparison. */
export interface DiffLine {
  /** `both` has it, only `expected`, only `actual`; a `note` stands for lines that are left out. */
  readonly of: 'both' | 'expected' | 'actual' | 'note';
  readonly text: string;
}

/** Records of either side of a difference that are shown although they are the same. */
const AROUND = 2;
const MOST_LINES = 200;
const WIDTH = 100;
/** Lists that differ in more places are not aligned: that takes longer than anybody reads. */
const MOST_EDITS = 500;

/** A value on one line, as a file says it. */
export function valueLine(value: unknown): string {
  return flowText(value, { defaultStringType: 'PLAIN' });
}

/** Two lists of records side by side, line by line. `text` is what a record is shown as. */
export function recordDiff(
  expected: readonly unknown[],
  actual: readonly unknown[],
  text: (record: unknown) => string = valueLine,
): readonly DiffLine[] {
  const shown = (records: readonly unknown[]) => records.map((record) => ({ text: text(record), record }));
  const [left, right] = [shown(expected), shown(actual)];
  const comparator = (one: Shown, other: Shown) => one.text === other.text;
  const changes = diffArrays(left, right, { maxEditLength: MOST_EDITS, comparator }) ?? [
    { value: left, removed: true, added: false },
    { value: right, removed: false, added: true },
  ];
  const lines: DiffLine[] = [];
  for (const [index, { value, removed, added }] of changes.entries()) {
    const before = changes[index - 1];
    if (removed && changes[index + 1]?.added === true) continue;
    if (added && before?.removed === true) lines.push(...pairs(before.value, value));
    else if (removed || added) lines.push(...value.map((one) => line(removed ? 'expected' : 'actual', one)));
    else lines.push(...context(value, index === 0, index === changes.length - 1));
  }
  if (lines.length <= MOST_LINES) return lines;
  return [...lines.slice(0, MOST_LINES), note(`… and ${lines.length - MOST_LINES} more lines`)];
}

/** A record with what it is on one line. */
interface Shown {
  readonly text: string;
  readonly record: unknown;
}

/** Two values that are no lists of records, e.g. balances. */
export function valueDiff(expected: unknown, actual: unknown): readonly DiffLine[] {
  return blockDiff(block(expected), block(actual));
}

/** All lines of what was not expected at all. */
export function onlyActual(actual: unknown): readonly DiffLine[] {
  return block(actual)
    .trimEnd()
    .split('\n')
    .slice(0, MOST_LINES)
    .map((text) => ({ of: 'actual', text }));
}

function block(value: unknown): string {
  return stringify(value, ON_A_LINE);
}

/** Records that stand in the place of one another; long ones field by field, so that what differs stands out. */
function pairs(left: readonly Shown[], right: readonly Shown[]): DiffLine[] {
  const lines: DiffLine[] = [];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [one, other] = [left[index], right[index]];
    if (one !== undefined && other !== undefined && Math.max(one.text.length, other.text.length) > WIDTH) {
      lines.push(...blockDiff(block([one.record]), block([other.record])));
      continue;
    }
    if (one !== undefined) lines.push(line('expected', one));
    if (other !== undefined) lines.push(line('actual', other));
  }
  return lines;
}

function blockDiff(left: string, right: string): DiffLine[] {
  return diffLines(left, right).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((text): DiffLine => ({ of: added ? 'actual' : removed ? 'expected' : 'both', text })),
  );
}

function context(records: readonly Shown[], first: boolean, last: boolean): DiffLine[] {
  const head = first ? 0 : AROUND;
  const tail = last ? 0 : AROUND;
  const hidden = records.length - head - tail;
  if (hidden <= 1) return records.map((one) => line('both', one));
  return [
    ...records.slice(0, head).map((one) => line('both', one)),
    note(`… ${hidden} the same`),
    ...(tail === 0 ? [] : records.slice(-tail).map((one) => line('both', one))),
  ];
}

function line(of: DiffLine['of'], { text }: Shown): DiffLine {
  return { of, text: `- ${text}` };
}

function note(text: string): DiffLine {
  return { of: 'note', text };
}
