import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { batch, CountedOrigin } from '../../../../../src/core/batch.ts';
import { systemClock } from '../../../../../src/core/clock.ts';
import { ndjsonEncoder, ndjsonWriter } from '../../../../../src/io/formats/ndjson/ndjson-writer.ts';
import { tempFolder } from '../../temp-folder.ts';

test('writes one record a line, also when there are line feeds in it', () => {
  expect(String(ndjsonEncoder().encode([{ a: 'x\ny' }, null, 'é']))).toBe('{"a":"x\\ny"}\nnull\n"é"\n');
  expect(String(ndjsonEncoder().encode([]))).toBe('');
  expect(ndjsonEncoder().finish()).toBe('');
});

test('writes batches larger than what is put together at once, and lines longer than that', () => {
  const records = Array.from({ length: 5000 }, (_, n) => ({ n, text: 'gö\u{1f381}'.repeat(n % 50) }));
  const long = ['x'.repeat(2_000_000), 'é'.repeat(900_000), 'short'];
  for (const batch of [records, long, records, []]) {
    const text = batch.map((record) => `${JSON.stringify(record)}\n`).join('');
    expect(String(ndjsonEncoder().encode(batch)) === text).toBe(true);
  }
});

test.each([undefined, 1n, () => 1])('refuses what JSON cannot say: %s', (record) => {
  expect(() => ndjsonEncoder().encode(['fine', record])).toThrow(
    expect.objectContaining({ code: 'ERR_ENCODE', retryable: false, details: { index: 1 } }),
  );
});

test('appends to a file, a line after its last', async () => {
  const folder = tempFolder();
  folder.write('x.ndjson', '{"a":1}');
  const context = { signal: new AbortController().signal, clock: systemClock, wrote: () => undefined };
  const sink = await ndjsonWriter(join(folder.path, 'x.ndjson'), { append: true }).open(context);
  await sink.write(batch([{ a: 2 }], new CountedOrigin('test', 1)));
  await sink.close();
  expect(readFileSync(join(folder.path, 'x.ndjson'), 'utf8')).toBe('{"a":1}\n{"a":2}\n');
});

test('refuses options that it does not know', () => {
  expect(() => ndjsonWriter('x', { appendd: true } as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining('ndjson.write') }),
  );
});
