import { describe, expect, test } from 'vitest';
import { LetterCount } from '../../../../src/cli/replay/letter-count.ts';
import { suffixed } from '../../../../src/cli/replay/replay-outputs.ts';

const ORIGIN = {
  source: 'ndjson r.ndjson',
  at: (index: number) => ({
    source: 'ndjson r.ndjson',
    file: 'r.ndjson',
    record: index + 1,
    line: index + 1,
  }),
};
const letter = (node: string) => ({ node, record: null, origin: { source: 'csv', record: 1 } });

describe('LetterCount', () => {
  test('counts letters by node, and keeps the first places', () => {
    const count = new LetterCount();
    count.take([letter('a'), ...Array.from({ length: 9 }, () => letter('b'))], ORIGIN);
    expect(count.letters).toBe(10);
    expect([...count.files]).toEqual(['r.ndjson']);
    expect(count.nodes).toEqual([
      { node: 'a', letters: 1, places: ['r.ndjson line 1'] },
      {
        node: 'b',
        letters: 9,
        places: [2, 3, 4, 5, 6].map((line) => `r.ndjson line ${line}`),
      },
    ]);
  });

  test.each([
    [17, '17 is no dead letter'],
    [{ node: 'a', origin: { source: 'x' } }, 'it has no "record"'],
    [{ record: 1, origin: { source: 'x' } }, 'it has no "node"'],
    [{ record: 1, node: 'a' }, 'it has no "origin"'],
  ])('refuses %j', (value, message) => {
    expect(() => new LetterCount().take([letter('a'), value], ORIGIN)).toThrow(message);
    expect(() => new LetterCount().take([letter('a'), value], ORIGIN)).toThrow('r.ndjson line 2');
  });
});

describe('suffixed', () => {
  test.each([
    ['/d/large.ndjson', '/d/large.again.ndjson'],
    ['/d/large.csv.gz', '/d/large.again.csv.gz'],
    ['/d/{country}.csv', '/d/{country}.again.csv'],
    ['/d.x/out', '/d.x/out.again'],
    ['/d/.hidden', '/d/.hidden.again'],
    ['/d/a-{part}.ndjson', '/d/a-{part}.again.ndjson'],
  ])('%s becomes %s', (path, wanted) => {
    expect(suffixed(path, '.again')).toBe(wanted);
  });
});
