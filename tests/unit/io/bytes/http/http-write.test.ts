import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { csv, json, ndjson } from '../../../../../src/formats.ts';
import { from } from '../../../../../src/from.ts';
import type { DeadLetter } from '../../../../../src/interfaces/failure.ts';
import type { Writer } from '../../../../../src/interfaces/writer.ts';
import { toArray } from '../../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { deadLetter } from '../../../../../src/processing/policies/dead-letter.ts';
import { run, start } from '../../../../../src/start.ts';
import { turns } from '../../../../../src/testing/turns.ts';
import { bodyOf, type Handler, serve, type TestServer } from './server.ts';

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
const RECORDS = [
  { id: 1, note: 'a' },
  { id: 2, note: 'b, "c"' },
];

function sent(to: (url: string) => Writer<unknown>, status: (body: string, count: number) => number) {
  const bodies: string[] = [];
  const serverOf = serving(async (request, response, count) => {
    const bytes = await bodyOf(request);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const code = status(body, count);
    if (code < 300) bodies.push(body);
    response.writeHead(code).end();
  });
  return serverOf.then((server) => ({ server, bodies, writer: to(`${server.origin}/ingest`) }));
}

describe('records are sent to a URL', () => {
  test.each<[string, (url: string) => Writer<unknown>, string, string]>([
    ['csv', (url) => csv.write(url), 'text/csv; charset=utf-8', 'id,note\n1,a\n2,"b, ""c"""\n'],
    [
      'ndjson',
      (url) => ndjson.write(url, { compression: 'gzip' }),
      'application/x-ndjson',
      '{"id":1,"note":"a"}\n{"id":2,"note":"b, \\"c\\""}\n',
    ],
    ['json', (url) => json.write(url), 'application/json', JSON.stringify(RECORDS)],
  ])('as whole documents of %s', async (_, to, type, text) => {
    const { server, bodies, writer } = await sent(to, () => 200);
    const { balance } = await run(pipeline('send', from(RECORDS).to(writer)));
    expect(balance).toMatchObject({ read: 2, written: 2 });
    expect(server.requests[0]!.headers['content-type']).toBe(type);
    expect(bodies.map((body) => body.replaceAll(/(?<=[[,])\n|\n(?=\])/g, '').trim())).toEqual([text.trim()]);
  });

  test('as small as the level asks for', async () => {
    const records = Array.from({ length: 500 }, (_, n) => ({
      n: (n * 7919) % 1000,
      text: `${'abcde'.slice(n % 5)} again`,
    }));
    for (const level of [0, 1, 9]) {
      const to = (url: string) => ndjson.write(url, { compression: 'gzip', level });
      const { bodies, server, writer } = await sent(to, () => 200);
      await run(pipeline('send', from(records).to(writer)));
      expect(bodies.join('').split('\n')).toHaveLength(501);
      const { length } = gzipSync(bodies[0]!, { level });
      expect(server.requests[0]!.headers['content-length']).toBe(String(length));
    }
  });

  test('each batch by itself, with the method and headers that were asked for', async () => {
    const to = (url: string) => ndjson.write(url, { http: { method: 'PUT', headers: { 'x-key': '1' } } });
    const { server, bodies, writer } = await sent(to, () => 204);
    await run(pipeline('send', from(Array.from({ length: 2000 }, (_, n) => n)).to(writer)));
    expect(bodies.length).toBeGreaterThan(1);
    expect(bodies.join('').split('\n')).toHaveLength(2001);
    expect(server.requests[0]).toMatchObject({ method: 'PUT', headers: { 'x-key': '1' } });
  });
});

describe('a server that does not take a request', () => {
  test('for the moment gets it again, under the same key', async () => {
    const { server, bodies, writer } = await sent(
      (url) => ndjson.write(url, { http: QUICK }),
      (_, count) => (count < 3 ? 503 : 200),
    );
    await run(pipeline('send', from(RECORDS).to(writer)));
    expect(bodies).toHaveLength(1);
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  test('because of one record gets the others', async () => {
    const { bodies, writer } = await sent(
      (url) => ndjson.write(url, { http: QUICK, onError: deadLetter(letters) }),
      (body) => (body.includes('"id":2') ? 422 : 200),
    );
    const { balance } = await run(pipeline('send', from(RECORDS).to(writer)));
    expect(bodies).toEqual(['{"id":1,"note":"a"}\n']);
    expect(letters.records).toMatchObject([{ record: { id: 2 }, error: { code: 'ERR_HTTP' } }]);
    expect(balance).toMatchObject({ read: 2, written: 1, deadLettered: 1 });
  });
  const letters = toArray<DeadLetter>();

  test('at all fails the run with its status', async () => {
    const { server, writer } = await sent(
      (url) => ndjson.write(url, { http: QUICK }),
      () => 400,
    );
    await expect(run(pipeline('send', from(RECORDS).to(writer)))).rejects.toMatchObject({
      code: 'ERR_HTTP',
      message: expect.stringContaining(`to ${server.origin}/ingest: the server answers 400 Bad Request`),
    });
  });

  test('and never answers is given up when the run is aborted', async () => {
    const server = await serving(() => {});
    const live = start(pipeline('send', from(RECORDS).to(ndjson.write(`${server.origin}/ingest`))));
    while (server.requests.length === 0) await turns(1);
    live.abort(new Error('enough'));
    await expect(live.done).rejects.toThrow('enough');
    while (server.sockets.size > 0) await turns(1);
    expect(server.requests).toHaveLength(1);
  });
});

test.each([
  { append: true },
  { overwrite: false },
  { mkdir: true },
  { bufferBytes: '1 MiB' },
  { rotate: { records: 1 } },
  { partitionBy: 'id' },
  { nullPartition: 'x' },
  { maxOpenFiles: 3 },
  { maxPartitions: 3 },
  { compression: 'zstd' },
  { level: 3 },
  { compression: 'gzip', level: 10 },
])('the options %j of files are refused for URLs', (options) => {
  expect(() => ndjson.write('https://127.0.0.1/ingest', options as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS' }),
  );
});
