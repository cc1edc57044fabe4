import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, test } from 'vitest';
import type { WriteContext, Writer } from '../../src/interfaces/writer.ts';
import {
  type MakeWriter,
  type WriterCases,
  writerConformance,
} from '../../src/testing/writer-conformance.ts';
import { bodyOf, serve } from '../unit/io/bytes/http/server.ts';
import { openFiles, temporaryFolder } from './folder.ts';
import { FORMATS } from './formats.ts';

const folder = temporaryFolder();

function suite(name: string, make: MakeWriter<unknown>, cases: WriterCases<unknown>): void {
  describe(name, () => {
    for (const one of writerConformance('writer', make, { leaks: openFiles, ...cases }))
      test(one.name, one.run);
  });
}

/** Takes requests, and keeps what came to each path; paths that begin with a status get that. */
const bodies = new Map<string, string[]>();
const server = await serve(async (request, response) => {
  const path = request.url!;
  const status = Number(/^\/(\d{3})\//.exec(path)?.[1] ?? 200);
  const bytes = await bodyOf(request);
  const gzipped = request.headers['content-encoding'] === 'gzip';
  if (status === 599) return void response.destroy();
  if (status === 200) bodies.get(path)?.push((gzipped ? gunzipSync(bytes) : bytes).toString());
  response.writeHead(status).end();
});
afterAll(() => server.close());

const HTTP = { retries: 0 } as const;
let paths = 0;

function toServer(write: (url: string) => Writer<unknown>, status = 200): MakeWriter<unknown> {
  return () => {
    const path = `/${status}/${++paths}`;
    const seen: string[] = [];
    bodies.set(path, seen);
    return { writer: write(`${server.origin}${path}`), written: () => seen };
  };
}

/** What whole documents, one a request, hold together. */
function joined(
  make: MakeWriter<unknown>,
  join: (documents: readonly string[]) => unknown,
): MakeWriter<unknown> {
  return async () => {
    const { writer, written } = await make();
    return { writer, written: () => join(written() as string[]) };
  };
}

const TOGETHER: Readonly<Record<string, (documents: readonly string[]) => unknown>> = {
  csv: (documents) => {
    const [first = '', ...others] = documents.filter((document) => document !== '');
    return first + others.map((one) => one.slice(one.indexOf('\n') + 1)).join('');
  },
  ndjson: (documents) => documents.join(''),
  json: (documents) => documents.flatMap((document) => JSON.parse(document)),
  text: (documents) => documents.join(''),
};

/** The standard output, until the next one takes its place. */
let stdout: Writable | undefined;
const own = Object.getOwnPropertyDescriptor(process, 'stdout')!;
const real = process.stdout;
Object.defineProperty(process, 'stdout', { ...own, get: () => stdout ?? real });
afterAll(() => {
  Object.defineProperty(process, 'stdout', own);
});

function toStdout(write: (path: string) => Writer<unknown>, broken = false): MakeWriter<unknown> {
  return () => {
    const pieces: Buffer[] = [];
    const target = new Writable({
      highWaterMark: 16,
      write(piece, _encoding, done) {
        pieces.push(piece);
        setImmediate(done, broken ? Object.assign(new Error('EPIPE'), { code: 'EPIPE' }) : null);
      },
    });
    const writer = write('-');
    const open = (context: WriteContext) => {
      stdout = target;
      return writer.open(context).finally(() => {
        stdout = undefined;
      });
    };
    return { writer: Object.freeze({ ...writer, open }), written: () => Buffer.concat(pieces).toString() };
  };
}

/** The kinds of formats to pipes: with nothing at the end, and with something. */
const PIPED: readonly string[] = ['ndjson', 'json'];

/** Processes that read named pipes; one whose pipe is never opened waits for ever. */
const cats: ChildProcess[] = [];
afterAll(() => {
  for (const cat of cats) cat.kill();
});

function toPipe(write: (path: string) => Writer<unknown>): MakeWriter<unknown> {
  return () => {
    const path = folder.path('pipe');
    execFileSync('mkfifo', [path]);
    const cat = spawn('cat', [path]);
    cats.push(cat);
    const content = textOf(cat.stdout);
    let opened = false;
    const writer = write(path);
    const open = (context: WriteContext) => {
      opened = true;
      return writer.open(context);
    };
    return { writer: Object.freeze({ ...writer, open }), written: () => (opened ? content : '') };
  };
}

for (const [name, { write, records: input, text, empty, poison }] of Object.entries(FORMATS)) {
  const together = TOGETHER[name]!;
  const output = name === 'json' ? input : text;
  const nothing = name === 'json' ? [] : '';
  for (const compression of ['none', 'gzip'] as const) {
    const to = (status?: number) => toServer((url) => write(url, { http: HTTP, compression }), status);
    suite(`${name} to a server, compression ${compression}`, joined(to(), together), {
      input,
      output,
      nothing,
      empty: nothing,
      poison,
      staysWritten: true,
      faults: {
        'the server refuses it': to(422),
        'the server fails': to(500),
        'the server hangs up': to(599),
        'there is no server': () => ({
          writer: write('http://127.0.0.1:1/', { http: HTTP }),
          written: () => undefined,
        }),
      },
    });
  }
  suite(
    `${name} to the standard output`,
    toStdout((path) => write(path)),
    {
      input,
      output: text,
      nothing: '',
      empty,
      poison,
      staysWritten: true,
      faults: { 'nobody reads it any more': toStdout((path) => write(path), true) },
    },
  );
  if (process.platform === 'win32' || !PIPED.includes(name)) continue;
  suite(
    `${name} to a named pipe`,
    toPipe((path) => write(path)),
    {
      input,
      output: text,
      nothing: '',
      empty,
      poison,
      staysWritten: true,
    },
  );
}

const BEFORE: Readonly<Record<string, string>> = {
  csv: 'id,note\n0,"there before"\n',
  ndjson: '{"there":"before"}',
  text: 'there before',
};

for (const [name, before] of Object.entries(BEFORE)) {
  const { write, records: input, text, poison } = FORMATS[name]!;
  const lines = name === 'csv' ? text.slice(text.indexOf('\n') + 1) : text;
  const whole = before.endsWith('\n') ? before : `${before}\n`;
  const written = (content: string) => ({ text: content, partial: 0 });
  suite(
    `${name} appended to a file`,
    () => {
      const path = folder.file(`x.${name}`, before);
      return { writer: write(path, { append: true }), written: () => folder.content(path) };
    },
    { input, output: written(whole + lines), nothing: written(before), empty: written(before), poison },
  );
  suite(
    `${name} appended to a file that is not there yet`,
    () => {
      const path = folder.path(`x.${name}`);
      return { writer: write(path, { append: true, bufferBytes: 1 }), written: () => folder.content(path) };
    },
    { input, output: written(text), nothing: { text: undefined, partial: 0 }, empty: written(''), poison },
  );
}
