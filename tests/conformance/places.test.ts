import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, test } from 'vitest';
import type { Reader } from '../../src/interfaces/reader.ts';
import { type ReaderCases, readerConformance } from '../../src/testing/reader-conformance.ts';
import { serve } from '../unit/io/bytes/http/server.ts';
import { openFiles, temporaryFolder } from './folder.ts';
import { FORMATS } from './formats.ts';

const folder = temporaryFolder();

function suite(name: string, make: () => Reader<unknown>, cases: ReaderCases<unknown>): void {
  describe(name, () => {
    for (const one of readerConformance(name, make, { leaks: openFiles, ...cases })) test(one.name, one.run);
  });
}

/**
 * Serves what was published, in pieces of `piece` bytes, also from an offset on; with `cut`, one byte less than it
 * says.
 */
const served = new Map<string, Buffer>();
const server = await serve(({ url, headers }, response) => {
  const { pathname, searchParams } = new URL(url!, 'http://127.0.0.1');
  const whole = served.get(pathname)!;
  const cut = searchParams.has('cut');
  const total = whole.length + (cut ? 1 : 0);
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const bytes = whole.subarray(from);
  response.setHeader('etag', `"${pathname}"`);
  if (headers.range !== undefined) {
    const there = from < total && headers['if-range'] === `"${pathname}"`;
    response.statusCode = there ? 206 : 416;
    response.setHeader('content-range', `bytes ${there ? `${from}-${total - 1}` : '*'}/${total}`);
  }
  if (cut) response.setHeader('content-length', total - from);
  const piece = Number(searchParams.get('piece') ?? bytes.length);
  for (let at = 0; at < bytes.length; at += piece) response.write(bytes.subarray(at, at + piece));
  if (cut) response.write('', () => setImmediate(() => response.destroy()));
  else response.end();
});
afterAll(() => server.close());

/** Origins do not show the query of a URL, so that they are the same for every size of the pieces. */
function publish(name: string, content: string | Uint8Array): (query?: string) => string {
  const path = `/${served.size}/${name}`;
  served.set(path, Buffer.from(content));
  return (query = 'piece=100000') => `${server.origin}${path}?${query}`;
}

/** The standard input, until the next one takes its place. */
let stdin = new Readable();
const own = Object.getOwnPropertyDescriptor(process, 'stdin')!;
Object.defineProperty(process, 'stdin', { ...own, get: () => stdin });
afterAll(() => {
  Object.defineProperty(process, 'stdin', own);
});

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function* breaking(bytes: Buffer): Generator<Buffer> {
  yield bytes;
  throw new Error('the terminal is gone');
}

for (const [name, { read, text, records: output, bad }] of Object.entries(FORMATS)) {
  const http = { retries: 0 };
  const url = publish(`rows.${name}`, text);
  const zipped = publish(`rows.${name}.gz`, gzipSync(text));
  const badUrl = bad && publish(`bad.${name}`, bad);
  suite(`${name} by http`, () => read(url(), { http }), {
    output,
    chunked: (bytes) => read(url(`piece=${bytes}`), { http }),
    failing: { make: () => read(url('cut'), { http }), before: output },
    ...(badUrl && {
      bad: { make: (bytes = 64) => read(badUrl(`piece=${bytes}`), { http }), output, failures: 2 },
    }),
  });
  suite(`${name}.gz by http`, () => read(zipped(), { http }), {
    output,
    chunked: (bytes) => read(zipped(`piece=${bytes}`), { http }),
    failing: { make: () => read(zipped('cut'), { http }), before: output },
  });
  suite(`${name} of a file and by http`, () => read([folder.file('x', text), url()], { http }), {
    output: [...output, ...output],
  });

  const input = (content: Iterable<Buffer>): Reader<unknown> => {
    stdin = Readable.from(content, { objectMode: false });
    return read('-', { chunkBytes: 64 });
  };
  const bytes = Buffer.from(text);
  suite(`${name} of the standard input`, () => input(pieces(bytes, 64)), {
    output,
    once: true,
    failing: { make: () => input(breaking(bytes)), before: output },
    ...(bad && { bad: { make: () => input(pieces(Buffer.from(bad), 64)), output, failures: 2 } }),
  });
}
