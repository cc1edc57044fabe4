import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  builtins,
  csv,
  from,
  type Operator,
  pipeline,
  type Reader,
  readFrom,
  run,
  toArray,
  type Writer,
} from 'millrace';
import { operatorConformance, readerConformance, writerConformance } from 'millrace/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { journal } from '../journal.ts';
import { plugin } from '../plugin.ts';

const registry = builtins().register(plugin);
const reader = (name: string, options: object) =>
  registry.get('reader', name).create(options as never) as Reader<object>;
const writer = (name: string, options: object) =>
  registry.get('writer', name).create(options as never) as Writer<object>;
const movingMean = (options: object) =>
  registry.get('operator', 'moving_mean').create(options as never) as Operator<object, object>;

const folder = mkdtempSync(join(tmpdir(), 'millrace-weather-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (name: string) => join(folder, `${++files}-${name}`);
function file(name: string, text: string): string {
  const path = fresh(name);
  writeFileSync(path, text);
  return path;
}
/** What others see of a file, and whether anything half-written lies about. */
const seen = (path: string) => ({
  text: existsSync(path) ? readFileSync(path, 'utf8') : undefined,
  partial: readdirSync(folder).filter((name) => name.endsWith('.partial')).length,
});

const records = Array.from({ length: 40 }, (_, at) => ({
  id: `${at}`,
  note: ['plain', 'hü: hott', ''][at % 3]!,
}));
const lines = records.map(({ id, note }) => `id:${id}\tnote:${note}\n`);

describe('the format', () => {
  const sound = file('sound.ltsv', lines.join(''));
  const bad = file(
    'bad.ltsv',
    lines.toSpliced(7, 0, 'no label here\n', '\n', ':empty\n').join('').replaceAll('\n', '\r\n'),
  );
  const suite = readerConformance('ltsv', () => reader('ltsv', { paths: sound, chunkBytes: 64 }), {
    output: records,
    chunked: (chunkBytes) => reader('ltsv', { paths: sound, chunkBytes }),
    bad: {
      make: (chunkBytes = 64) => reader('ltsv', { paths: bad, chunkBytes }),
      output: records,
      failures: 2,
    },
  });
  for (const one of suite) test(one.name, one.run);

  const make = () => {
    const path = fresh('out.ltsv');
    return { writer: writer('ltsv', { path }), written: () => seen(path) };
  };
  const nothing = { text: undefined, partial: 0 };
  const cases = {
    input: records,
    output: { text: lines.join(''), partial: 0 },
    nothing,
    empty: { text: '', partial: 0 },
    poison: { id: 'a\tb' },
    resumes: true,
  };
  for (const one of writerConformance('ltsv', make, cases)) test(one.name, one.run);

  test('is read and written compressed, by globs, and with its own options', async () => {
    const path = fresh('part.ltsv.gz');
    await run(pipeline('write', from(records).to(writer('ltsv', { path, separator: ';' }))));
    const out = toArray<object>();
    const read = reader('ltsv', { paths: join(folder, '*-part.ltsv.gz'), separator: ';' });
    await run(pipeline('read', readFrom(read).to(out)));
    expect(out.records).toEqual(records);
  });
});

describe('the reader', () => {
  const output = Array.from({ length: 72 }, (_, hour) => ({
    time: new Date(Date.UTC(2026, 0, 1, hour)).toISOString(),
    celsius: expect.any(Number),
  }));
  test('gives a reading for each hour', async () => {
    const out = toArray<object>();
    await run(pipeline('readings', readFrom(reader('station', { days: 3 })).to(out)));
    expect(out.records).toEqual(output);
  });

  test('conforms', async () => {
    const out = toArray<object>();
    await run(pipeline('readings', readFrom(reader('station', { days: 3 })).to(out)));
    const suite = readerConformance('station', () => reader('station', { days: 3 }), { output: out.records });
    for (const one of suite) await one.run();
    expect(suite.length).toBeGreaterThan(5);
  });
});

describe('the writer', () => {
  const make = () => {
    const path = fresh('table.md');
    return { writer: writer('markdown', { path, columns: ['id', 'note'] }), written: () => seen(path) };
  };
  const input = [{ id: 1, note: 'a|b' }, { id: 2, note: 'two\nlines' }, { id: 3 }];
  const suite = writerConformance('markdown', make, {
    input,
    output: {
      text: '| id | note |\n| --- | --- |\n| 1 | a\\|b |\n| 2 | two<br>lines |\n| 3 |  |\n',
      partial: 0,
    },
    nothing: { text: undefined, partial: 0 },
    empty: { text: '', partial: 0 },
    poison: null as never,
    faults: {
      'the folder is not there': () => {
        const path = join(folder, 'missing', 'table.md');
        return { writer: writer('markdown', { path }), written: () => seen(path) };
      },
    },
  });
  for (const one of suite) test(one.name, one.run);
});

describe('the operator', () => {
  const suite = operatorConformance('movingMean', () => movingMean({ field: 'n', over: 2 }), {
    input: [{ n: 1 }, { n: 3 }, { n: 7 }],
    output: [
      { n: 1, mean: 1 },
      { n: 3, mean: 2 },
      { n: 7, mean: 5 },
    ],
    one: [{ n: 1, mean: 1 }],
  });
  for (const one of suite) test(one.name, one.run);

  test('refuses what is no number, with the record', async () => {
    const made = pipeline(
      'mean',
      from([{ n: 'x' }])
        .pipe(movingMean({ field: 'n' }))
        .to(toArray()),
    );
    await expect(run(made)).rejects.toMatchObject({ code: 'ERR_VALIDATION', origin: { record: 1 } });
  });
});

test('the function works out degrees', () => {
  const [fahrenheit] = plugin.functions!;
  expect([0, 100, -40, 20n].map((celsius) => fahrenheit!.call(celsius as never))).toEqual([32, 212, -40, 68]);
});

test('the hooks say how a run went, whichever way it went', async () => {
  const said: string[] = [];
  const hooks = journal((line) => said.push(line));
  const plugins = [{ ...plugin, hooks }];
  await run(pipeline('fine', from(records).to(toArray())), { plugins });
  const broken = pipeline('broken', csv.read(join(folder, 'missing.csv')).to(toArray()));
  await expect(run(broken, { plugins })).rejects.toThrow();
  expect(said).toEqual([
    'weather: fine begins',
    'weather: fine wrote 40 records',
    'weather: broken begins',
    expect.stringMatching(/^weather: broken failed: Cannot /),
  ]);
});
