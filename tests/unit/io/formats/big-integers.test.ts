import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { from, json, ndjson, pipeline, run, toArray } from '../../../../src/index.ts';
import { tempFolder } from '../temp-folder.ts';

const TEXT = '{"id":9007199254740993,"n":[1,-12345678901234567890,1.5,1e30]}';
const WANTED = {
  number: { id: 9007199254740992, n: [1, -12345678901234567000, 1.5, 1e30] },
  bigint: { id: 9007199254740993n, n: [1, -12345678901234567890n, 1.5, 1e30] },
  string: { id: '9007199254740993', n: [1, '-12345678901234567890', 1.5, 1e30] },
};

describe.each(Object.entries(WANTED))('with bigints: %s', (kind, wanted) => {
  const bigints = kind as keyof typeof WANTED;

  test('ndjson.read gives integers beyond 2^53 so', async () => {
    const path = tempFolder().write('a.ndjson', `{"id":1}\n${TEXT}\n{"id":2}`);
    const out = toArray<unknown>();
    await run(pipeline('x', ndjson.read(path, { bigints }).to(out)));
    expect(out.records).toEqual([{ id: 1 }, wanted, { id: 2 }]);
  });

  test('so do the columns of lines whose shape is known', async () => {
    const lines = Array.from(
      { length: 3000 },
      (_, n) => `{"id":${n % 7 === 0 ? '9007199254740993' : n},"n":0}`,
    );
    const path = tempFolder().write('a.ndjson', lines.join('\n'));
    const out = toArray<{ id: unknown }>();
    await run(pipeline('x', ndjson.read<{ id: unknown }>(path, { bigints, columns: ['id'] }).to(out)));
    expect(out.records.map(({ id }) => id)).toEqual(lines.map((_, n) => (n % 7 === 0 ? wanted.id : n)));
  });
});

describe('a BigInt', () => {
  const record = { id: 9007199254740993n, list: [{ n: -1n }], text: '1' };

  test.each([
    ['number', '{"id":9007199254740993,"list":[{"n":-1}],"text":"1"}'],
    ['string', '{"id":"9007199254740993","list":[{"n":"-1"}],"text":"1"}'],
  ] as const)('is written as a %s', async (bigints, line) => {
    const folder = tempFolder();
    const records = from([{ id: 1 }, record]);
    await run(
      pipeline('x', [
        records.to(ndjson.write(join(folder.path, 'a.ndjson'), { bigints })),
        records.to(json.write(join(folder.path, 'a.json'), { bigints })),
      ]),
    );
    expect(readFileSync(join(folder.path, 'a.ndjson'), 'utf8')).toBe(`{"id":1}\n${line}\n`);
    expect(readFileSync(join(folder.path, 'a.json'), 'utf8')).toBe(`[\n{"id":1},\n${line}\n]\n`);
  });

  test('goes through a file and back', async () => {
    const path = join(tempFolder().path, 'a.ndjson');
    await run(pipeline('x', from([record]).to(ndjson.write(path, { bigints: 'number' }))));
    const out = toArray<unknown>();
    await run(pipeline('x', ndjson.read(path, { bigints: 'bigint' }).to(out)));
    expect(out.records).toEqual([{ ...record, list: [{ n: -1 }] }]);
  });

  test('fails by default, with a hint, and a cycle fails whatever is said of BigInt', async () => {
    const path = join(tempFolder().path, 'a.ndjson');
    const cycle: { id: bigint; self?: unknown } = { id: 1n };
    cycle.self = cycle;
    await expect(run(pipeline('x', from([record]).to(ndjson.write(path))))).rejects.toMatchObject({
      code: 'ERR_ENCODE',
      hint: expect.stringContaining('bigints: "number"'),
    });
    const writer = ndjson.write(path, { bigints: 'string' });
    await expect(run(pipeline('x', from([cycle]).to(writer)))).rejects.toMatchObject({ code: 'ERR_ENCODE' });
  });
});
