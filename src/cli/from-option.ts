import type { RunOptions } from '../interfaces/run.ts';
import { usage } from './arguments.ts';
import type { Arguments, Command } from './command.ts';

/** A day, or a time of a day with its zone; in front of it, perhaps, the name of a reader. */
const WRITTEN =
  /^(?:(?<reader>.+)=)?(?<time>(?<day>\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)$/i;

/**
 * Where the command line wants readers to begin: `--from TIME`, or `--from READER=TIME` as often as there are readers.
 *
 * @throws MillraceError `ERR_USAGE` for what is no time, and for a time of all readers beside others.
 */
export function fromOption(command: Pick<Command, 'name'>, given: Arguments): RunOptions['from'] {
  const times = given.values('from').map((text) => {
    const { reader, time = '', day = '' } = WRITTEN.exec(text)?.groups ?? {};
    const date = new Date(time);
    if (isDay(day) && !Number.isNaN(date.getTime())) return { reader, date };
    throw usage(
      command,
      `--from ${text} is not a time`,
      'Write e.g. 2026-01-01, which begins in UTC, or 2026-01-01T08:30+01:00; for one reader READER=2026-01-01.',
    );
  });
  const [first] = times;
  if (first === undefined) return undefined;
  if (times.length === 1 && first.reader === undefined) return first.date;
  const readers = times.map(({ reader }) => reader);
  if (readers.includes(undefined) || new Set(readers).size < readers.length) {
    throw usage(command, '--from is given twice', 'Name each reader once: --from READER=TIME.');
  }
  return Object.fromEntries(times.map(({ reader, date }) => [reader, date]));
}

/** Whether the calendar has it: `Date` makes the 3rd of March of the 31st of February. */
function isDay(day: string): boolean {
  const date = new Date(day);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
