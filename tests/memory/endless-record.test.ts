import { describe, expect, test } from 'vitest';
import type { Origin } from '../../src/index.ts';
import { reportOf, startJob } from './child.ts';
import { feed } from './feed.ts';

interface Report {
  readonly failure?: { readonly code: string; readonly message: string; readonly origin: Origin };
  readonly records: readonly unknown[];
  readonly letters: readonly { readonly code: string; readonly origin: Origin }[];
  /** The most bytes that were resident at a time. */
  readonly resident: number;
}

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;
const LIMIT = ['--max-old-space-size=64', '--max-semi-space-size=4'];
const BUDGET = 320 * MEBIBYTE;

/** What a job makes of a gibibyte of `filler` between `head` and `tail`. */
async function read(format: string, [head, filler, tail]: readonly [string, string, string]) {
  const mebibyte = Buffer.alloc(MEBIBYTE, filler);
  function* pieces() {
    yield head;
    for (let bytes = 0; bytes < GIBIBYTE; bytes += MEBIBYTE) yield mebibyte;
    yield tail;
  }
  const { process: child, ended } = startJob('endless-record.ts', LIMIT, [format]);
  const reported = reportOf<Report>(child);
  child.stdout!.resume();
  const fed = await feed(child.stdin!, pieces());
  expect(await ended).toMatchObject({ code: 0, errors: '' });
  return { fed, ...(await reported) };
}

describe('pain P38: a record that goes on for a gibibyte stays within the budget', () => {
  test.each(['csv', 'csv by papaparse', 'csv with quotes repaired'])(
    '%s: an unclosed quote ends the run where it opens, and nothing is read behind the limit',
    async (format) => {
      const { fed, failure, resident } = await read(format, ['a,b\n1,2\n3,"', 'x,y\n', '']);
      expect(failure).toMatchObject({ code: 'ERR_CSV_QUOTES', origin: { record: 2, line: 3, byte: 8 } });
      expect(fed).toBeLessThan(64 * MEBIBYTE);
      expect(resident).toBeLessThan(BUDGET);
    },
  );

  test.each([
    ['ndjson', ['{"n":1}\n{"a":"', 'xyz ', '"}\n{"n":2}\n'], [{ n: 1 }, { n: 2 }], 8],
    ['json', ['[{"n":1},\n{"a":"', 'xyz ', '"},{"n":2}]'], [{ n: 1 }, { n: 2 }], 10],
    ['text', ['one\n', 'xyz ', '\ntwo'], ['one', 'two'], 4],
  ] as const)(
    '%s: it is a bad record, and the one behind it is read',
    async (format, parts, records, byte) => {
      const found = await read(format, parts);
      expect(found.failure).toBeUndefined();
      expect(found.records).toEqual(records);
      expect(found.letters).toMatchObject([{ code: 'ERR_LIMIT', origin: { record: 2, line: 2, byte } }]);
      expect(found.fed).toBeGreaterThan(GIBIBYTE);
      expect(found.resident).toBeLessThan(BUDGET);
    },
  );
});
