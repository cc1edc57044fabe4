import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { csv, ndjson, text } from '../../../../../src/formats.ts';
import { forEach } from '../../../../../src/io/memory/for-each.ts';
import { toArray } from '../../../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../../../src/processing/graph/flow.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { take } from '../../../../../src/processing/operators/take.ts';
import { run, start } from '../../../../../src/start.ts';
import { turns } from '../../../../../src/testing/turns.ts';
import { recording } from '../../../processing/runtime/recording-writer.ts';
import { fileHandler, type Handler, serve, type TestServer } from './server.ts';

const servers: TestServer[] = [];

async function serving(handler: Handler): Promise<TestServer> {
  const server = await serve(handler);
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const QUICK = { backoff: '0ms..1ms' } as const;
const ROWS = Array.from({ length: 5000 }, (_, n) => `${n},row ${n} ü`);
const CONTENT = Buffer.from(`id,note\n${ROWS.join('\n')}\n`);

async function records<T>(flow: Flow<T>): Promise<readonly T[]> {
  const out = toArray<T>();
  await run(pipeline('read', flow.to(out)));
  return out.records;
}

async function refusal(flow: Flow<unknown>): Promise<unknown> {
  const out = toArray<unknown>();
  return run(pipeline('read', flow.to(out))).then(
    () => 'no refusal',
    (error: unknown) => error,
  );
}

describe('a file behind a URL', () => {
  test('is read like any other, with the URL in origins and its size in the progress', async () => {
    const { origin } = await serving(fileHandler({ content: CONTENT }));
    const url = `${origin}/orders.csv?token=secret`;
    const out = toArray<Record<string, string>>();
    const live = start(pipeline('read', csv.read(url).to(out)));
    const progress: (number | undefined)[] = [];
    live.progress$.subscribe(({ bytesExpected }) => progress.push(bytesExpected));
    const summary = await live.done;
    expect(out.records).toHaveLength(5000);
    expect(out.records[4999]).toEqual({ id: '4999', note: 'row 4999 ü' });
    expect(summary.nodes[0]).toMatchObject({ bytesIn: CONTENT.length });
    expect(progress.at(-1)).toBe(CONTENT.length);
  });

  test('may be compressed by name', async () => {
    const { origin } = await serving(fileHandler({ content: gzipSync(CONTENT) }));
    expect(await records(csv.read(`${origin}/orders.csv.gz`))).toHaveLength(5000);
  });

  test('may be empty, or of a length that is not known', async () => {
    const { origin } = await serving((request, response) => {
      if (request.url === '/empty') response.end();
      else {
        response.write(CONTENT.subarray(0, 100));
        setImmediate(() => response.end(CONTENT.subarray(100)));
      }
    });
    expect(await records(text.read(`${origin}/empty`))).toEqual([]);
    expect(await records(csv.read(new URL(`${origin}/chunked`)))).toHaveLength(5000);
  });

  test('is asked for with the headers and the user that were given', async () => {
    const server = await serving(fileHandler({ content: CONTENT }));
    const url = server.origin.replace('//', '//ann:p%40ss@');
    await records(csv.read(`${url}/a.csv`, { http: { headers: { 'x-key': '1' } } }));
    expect(server.requests[0]!.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('ann:p@ss').toString('base64')}`,
      'x-key': '1',
      'accept-encoding': 'identity',
    });
  });
});

describe('a connection that breaks off', () => {
  test('at any byte is gone on with where it was, of the same version', async () => {
    for (const cut of [0, 1, 7, 1000, 40_000, CONTENT.length - 1]) {
      const server = await serving(
        fileHandler({ content: CONTENT, etag: '"v1"', cutAfter: (count) => (count === 1 ? cut : undefined) }),
      );
      const read = await records(csv.read(`${server.origin}/a.csv`, { http: QUICK }));
      expect(read, `cut after ${cut}`).toHaveLength(5000);
      expect(server.requests.length).toBeLessThanOrEqual(2);
    }
  });

  test('again and again is gone on with as long as something came in between', async () => {
    const server = await serving(fileHandler({ content: CONTENT, etag: '"v1"', cutAfter: () => 9000 }));
    const read = await records(csv.read(`${server.origin}/a.csv`, { http: { ...QUICK, retries: 1 } }));
    expect(read).toHaveLength(5000);
    expect(server.requests.length).toBeGreaterThan(5);
    expect(server.requests.at(-1)!.headers).toMatchObject({ 'if-range': '"v1"' });
  });

  test('also within a compressed file', async () => {
    const content = gzipSync(CONTENT);
    const { origin } = await serving(fileHandler({ content, etag: '"z"', cutAfter: () => 1500 }));
    expect(await records(csv.read(`${origin}/a.csv.gz`, { http: QUICK }))).toHaveLength(5000);
  });

  test.each([
    ['the server sends all of it again', (): Handler => fileHandler({ content: CONTENT })],
    [
      'the server has another version now',
      (): Handler => (request, response) => {
        const from = Number(/\d+/.exec(request.headers.range!)![0]);
        const length = CONTENT.length - from;
        const range = `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}`;
        response.writeHead(206, { etag: '"v2"', 'content-range': range, 'content-length': length });
        response.end(CONTENT.subarray(from));
      },
    ],
    [
      'the server goes on at another byte',
      (): Handler => (_, response) => {
        response.writeHead(206, { etag: '"v1"', 'content-range': `bytes 5-9/${CONTENT.length}` });
        response.end(CONTENT.subarray(5, 10));
      },
    ],
    [
      'the server does not say where it goes on',
      (): Handler => (_, response) => {
        response.writeHead(206, { etag: '"v1"' });
        response.end(CONTENT.subarray(1000));
      },
    ],
  ])('fails, and puts nothing together, when %s', async (_, second) => {
    const first = fileHandler({ content: CONTENT, etag: '"v1"', cutAfter: () => 1000 });
    const { origin } = await serving((...args) => (args[2] === 1 ? first(...args) : second()(...args)));
    expect(await refusal(csv.read(`${origin}/a.csv`, { http: QUICK }))).toMatchObject({
      code: 'ERR_HTTP',
      message: expect.stringContaining('broke off at byte 1000'),
    });
  });

  test('fails when the server names no version that could be gone on with', async () => {
    const server = await serving(fileHandler({ content: CONTENT, cutAfter: () => 1000 }));
    expect(await refusal(csv.read(`${server.origin}/a.csv`, { http: QUICK }))).toMatchObject({
      message: expect.stringContaining('broke off at byte 1000'),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('fails after as many tries as were allowed', async () => {
    const server = await serving((request) => request.socket.destroy());
    expect(
      await refusal(csv.read(`${server.origin}/a.csv`, { http: { ...QUICK, retries: 2 } })),
    ).toMatchObject({
      code: 'ERR_HTTP',
      retryable: true,
    });
    expect(server.requests).toHaveLength(3);
  });
});

describe('an answer that is not the file', () => {
  test.each([404, 401, 400, 301])('of status %i fails at once, with the status', async (status) => {
    const server = await serving((_, response) => response.writeHead(status).end('no'));
    expect(await refusal(csv.read(`${server.origin}/a.csv?key=secret`, { http: QUICK }))).toMatchObject({
      code: 'ERR_HTTP',
      message: expect.stringMatching(
        new RegExp(`^Cannot read ${server.origin}/a.csv\\?…: the server answers ${status}`),
      ),
      retryable: false,
      details: { status },
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([408, 429, 500, 503])('of status %i is asked for again', async (status) => {
    const file = fileHandler({ content: CONTENT });
    const { origin } = await serving((...args) => {
      if (args[2] < 3) args[1].writeHead(status, { 'retry-after': '0' }).end();
      else file(...args);
    });
    expect(await records(csv.read(`${origin}/a.csv`, { http: QUICK }))).toHaveLength(5000);
  });

  test('never is waited for longer than the timeout says', async () => {
    const { origin } = await serving(() => {});
    expect(
      await refusal(csv.read(`${origin}/a.csv`, { http: { ...QUICK, timeout: '20ms', retries: 1 } })),
    ).toMatchObject({ code: 'ERR_TIMEOUT', retryable: true });
  });

  test('that stops in the middle is not waited for either', async () => {
    const { origin } = await serving((_, response, count) => {
      if (count > 1) return;
      response.writeHead(200, { 'content-length': CONTENT.length, etag: '"v1"' });
      response.write(CONTENT.subarray(0, 500));
    });
    const http = { ...QUICK, timeout: '20ms', retries: 1 } as const;
    expect(await refusal(csv.read(`${origin}/a.csv`, { http }))).toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  test('is refused when it is longer than allowed, said or not', async () => {
    const { origin } = await serving((request, response) => {
      if (request.url === '/said') response.setHeader('content-length', CONTENT.length);
      else response.flushHeaders();
      response.end(CONTENT);
    });
    for (const path of ['said', 'unsaid']) {
      expect(await refusal(csv.read(`${origin}/${path}`, { http: { maxBytes: '1 KiB' } }))).toMatchObject({
        code: 'ERR_LIMIT',
      });
    }
  });
});

describe('a redirect', () => {
  test('is followed; another host does not get the headers of the user', async () => {
    const other = await serving(fileHandler({ content: CONTENT }));
    const first = await serving((request, response) => {
      const location =
        request.url === '/a' ? '/b' : `${other.origin.replace('127.0.0.1', 'localhost')}/c.csv`;
      response.writeHead(302, { location }).end();
    });
    const headers = { authorization: 'Bearer secret', 'x-key': 'secret', accept: 'text/csv' };
    expect(await records(csv.read(`${first.origin}/a`, { http: { headers } }))).toHaveLength(5000);
    expect(first.requests[1]!.headers).toMatchObject({ authorization: 'Bearer secret', 'x-key': 'secret' });
    expect(other.requests[0]!.headers).toMatchObject({ accept: 'text/csv' });
    expect(other.requests[0]!.headers).not.toHaveProperty('authorization');
    expect(other.requests[0]!.headers).not.toHaveProperty('x-key');
  });

  test('in a circle, or to what is no web address, fails', async () => {
    const server = await serving((request, response) => {
      response.writeHead(302, { location: request.url === '/file' ? 'file:///etc/passwd' : '/again' }).end();
    });
    expect(await refusal(text.read(`${server.origin}/again`, { http: { redirects: 3 } }))).toMatchObject({
      code: 'ERR_HTTP',
      message: expect.stringContaining('redirects too often'),
    });
    expect(server.requests).toHaveLength(4);
    expect(await refusal(text.read(`${server.origin}/file`))).toMatchObject({
      message: expect.stringContaining('file:///etc/passwd'),
    });
  });
});

describe('nothing is left of a request', () => {
  test('when a branch has enough, or the run is aborted', async () => {
    const server = await serving((_, response) => {
      response.write('{"n":1}\n{"n":2}\n');
    });
    expect(await records(ndjson.read(`${server.origin}/endless`).pipe(take(1)))).toEqual([{ n: 1 }]);
    const live = start(pipeline('read', ndjson.read(`${server.origin}/endless`).to(recording())));
    while (server.requests.length < 2) await turns(1);
    live.abort(new Error('enough'));
    await expect(live.done).rejects.toThrow('enough');
    while (server.sockets.size > 0) await turns(1);
    expect(server.sockets.size).toBe(0);
  });

  test('and a sink that does not take anything holds the server back', async () => {
    let sent = 0;
    const server = await serving((_, response) => {
      const more = (): void => {
        let room = true;
        for (; room && sent < 256 * 2 ** 20; sent += 65_536) room = response.write(`${'x'.repeat(65_535)}\n`);
      };
      response.on('drain', more);
      more();
    });
    const live = start(
      pipeline(
        'read',
        text.read(`${server.origin}/large`).to(forEach((_, { signal }) => once(signal, 'abort'))),
      ),
    );
    let before = -1;
    while (sent !== before || sent === 0) {
      before = sent;
      await turns(300);
    }
    expect(sent).toBeLessThan(64 * 2 ** 20);
    live.abort(new Error('enough'));
    await expect(live.done).rejects.toThrow('enough');
  });

  test.each([true, false])(
    'that the server ends while a sink holds it back, with its length said: %s',
    async (said) => {
      const lines = Array.from({ length: 40 }, (_, n) => `${n} ${'x'.repeat(50_000)}`);
      for (const size of [4, 10, 20, 40]) {
        const part = lines.slice(0, size).join('\n');
        const server = await serving((_, response) => {
          response.useChunkedEncodingByDefault = false;
          response
            .writeHead(200, { connection: 'close', ...(said && { 'content-length': part.length }) })
            .end(part);
        });
        const out: string[] = [];
        const slow = forEach(async (line: string) => {
          out.push(line);
          await turns(20);
        });
        await run(pipeline('read', text.read(`${server.origin}/ended`).to(slow)));
        expect(out.join('\n')).toBe(part);
      }
    },
  );
});

test.each([
  [{ retries: -1 }, 'retries'],
  [{ backoff: 'soon' }, 'backoff'],
  [{ headers: { 'a b': 'x' } }, 'headers'],
  [{ retrys: 1 }, 'retrys'],
])('the options %j are refused by name', (http, name) => {
  expect(() => csv.read('http://127.0.0.1/a.csv', { http } as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringContaining(name) }),
  );
});
