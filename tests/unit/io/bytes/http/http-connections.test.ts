import { Agent, globalAgent } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../../../src/core/clock.ts';
import { ndjson, text } from '../../../../../src/formats.ts';
import { from } from '../../../../../src/from.ts';
import { HttpConnections } from '../../../../../src/io/bytes/http/http-connections.ts';
import { httpRequest } from '../../../../../src/io/bytes/http/http-request.ts';
import { httpTarget } from '../../../../../src/io/bytes/http/http-url.ts';
import { toArray } from '../../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../../src/processing/graph/pipeline.ts';
import { run } from '../../../../../src/start.ts';
import { turns } from '../../../../../src/testing/turns.ts';
import { bodyOf, type Handler, serve, type TestServer } from './server.ts';

const servers: TestServer[] = [];

async function serving(handler: Handler): Promise<TestServer> {
  const server = await serve(handler);
  servers.push(server);
  return server;
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) await server.close();
});

const AT_ONCE = { retries: 0, backoff: '0ms..1ms' } as const;

async function linesOf(url: string, http: object = AT_ONCE): Promise<readonly string[]> {
  const out = toArray<string>();
  await run(pipeline('read', text.read(url, { http }).to(out)));
  return out.records;
}

/** Batches of a thousand records, each of which is a request. */
const send = (url: string) =>
  run(
    pipeline(
      'send',
      from(Array.from({ length: 5000 }, (_, n) => n)).to(ndjson.write(url, { http: AT_ONCE })),
    ),
  );

/** The connections that the requests came by, in order. */
const connectionsOf = ({ requests }: TestServer) => requests.map(({ socket }) => socket);

describe('a connection', () => {
  test('is used for one request of a sink after the other, and is gone when the run is done', async () => {
    const server = await serving((request, response) => {
      request.resume().on('end', () => response.writeHead(200).end('taken'));
    });
    await send(`${server.origin}/ingest`);
    expect(server.requests.length).toBeGreaterThan(2);
    // The end of an answer is not waited for: it may come behind the next request.
    expect(new Set(connectionsOf(server)).size).toBeLessThanOrEqual(2);
    while (server.sockets.size > 0) await turns(1);
  });

  test('is gone when the run has failed, also that of a redirect', async () => {
    const server = await serving((request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end('there');
      else response.writeHead(404).end('nothing');
    });
    await expect(linesOf(`${server.origin}/a`)).rejects.toMatchObject({ details: { status: 404 } });
    expect(server.requests.map(({ url }) => url)).toEqual(['/a', '/b']);
    while (server.sockets.size > 0) await turns(1);
  });

  test('that the server lets go of as it is used again is no failure of what reads: it goes by another', async () => {
    const used = new Set<unknown>();
    const server = await serving((request, response) => {
      if (used.has(request.socket)) request.socket.destroy();
      else response.writeHead(200).end();
      used.add(request.socket);
    });
    const connections = new HttpConnections();
    const asked = {
      url: new URL(server.origin),
      method: 'GET',
      headers: {},
      body: undefined,
      signal: new AbortController().signal,
    };
    for (let count = 0; count < 3; count++) {
      const response = await connections.request(asked);
      response.skip();
      await turns(20);
    }
    connections.close();
    expect(used.size).toBe(3);
    expect(server.requests).toHaveLength(5);
  });

  test.each([0, 1])('and of what writes is a try that failed, of %d more', async (retries) => {
    const bodies: string[] = [];
    const used = new Set<unknown>();
    const server = await serving(async (request, response) => {
      bodies.push((await bodyOf(request)).toString());
      // It has heard all of it, and may have done it.
      if (used.has(request.socket)) request.socket.destroy();
      else response.writeHead(200, { 'content-length': 0 }).end();
      used.add(request.socket);
    });
    async function* slowly() {
      for (const n of [1, 2]) {
        yield n;
        await turns(20);
      }
    }
    const out = ndjson.write(server.origin, { http: { ...AT_ONCE, retries } });
    const done = run(pipeline('send', from(slowly()).to(out)));
    if (retries === 0) await expect(done).rejects.toMatchObject({ code: 'ERR_HTTP' });
    else expect((await done).balance).toMatchObject({ written: 2 });
    expect(bodies).toEqual(['1\n', '2\n', '2\n'].slice(0, 2 + retries));
  });

  test('is cut when an answer that nobody reads is long', async () => {
    const server = await serving((request, response) => {
      request.resume().on('end', () => response.writeHead(200).end('x'.repeat(2 ** 20)));
    });
    await send(`${server.origin}/ingest`);
    while (server.sockets.size > 0) await turns(1);
    expect(new Set(connectionsOf(server)).size).toBeGreaterThan(1);
  });

  test.each([200, 307])(
    'is cut when the next request is answered and an answer of %d has not ended',
    async (status) => {
      let most = 0;
      const server = await serving((request, response) => {
        const location = `/${server.requests.length}`;
        request.resume().on('end', () => response.writeHead(status, { location }).write('there is more'));
        most = Math.max(most, server.sockets.size);
      });
      const connections = new HttpConnections();
      const asked = { target: httpTarget(server.origin), doing: 'write to', method: 'POST', headers: {} };
      const limits = { redirects: 10, timeoutMs: 10_000, clock: systemClock };
      if (status === 200) {
        for (let count = 0; count < 11; count++) {
          const { response } = await httpRequest({ connections, ...asked, ...limits });
          response.skip();
          await turns(5);
        }
      } else await expect(httpRequest({ connections, ...asked, ...limits })).rejects.toThrow('too often');
      expect(server.requests).toHaveLength(11);
      expect(most).toBeLessThanOrEqual(3);
      connections.close();
      while (server.sockets.size > 0) await turns(1);
    },
  );

  test.each(['read', 'write'])('that is to become another protocol fails what would %s', async (does) => {
    const server = await serving((request, response) => {
      const upgrade = { upgrade: 'x', connection: 'upgrade' };
      request.resume().on('end', () => response.writeHead(101, upgrade).end());
    });
    const url = `${server.origin}/a`;
    await expect(does === 'read' ? linesOf(url) : send(url)).rejects.toMatchObject({
      code: 'ERR_HTTP',
      message: expect.stringContaining('the server closed the connection'),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('goes by the proxy that Node was told to use', async () => {
    const proxy = await serving((_, response) => response.end('by the proxy'));
    const told = new Agent({
      proxyEnv: { HTTP_PROXY: proxy.origin },
    } as object) as unknown as typeof globalAgent;
    vi.spyOn(globalAgent as unknown as { options: object }, 'options', 'get').mockReturnValue(
      (told as unknown as { options: object }).options,
    );
    expect(await linesOf('http://nowhere.invalid/a')).toEqual(['by the proxy']);
    expect(proxy.requests[0]!.url).toBe('http://nowhere.invalid/a');
  });
});

describe('content that is encoded on the way', () => {
  const TEXT = Array.from({ length: 2000 }, (_, n) => `line ${n}`);
  const PLAIN = Buffer.from(TEXT.join('\n'));

  test.each<[string, Buffer]>([
    ['gzip', gzipSync(PLAIN)],
    ['x-gzip', gzipSync(PLAIN)],
    ['deflate', deflateSync(PLAIN)],
    ['deflate', deflateRawSync(PLAIN)],
    ['br', brotliCompressSync(PLAIN)],
    ['zstd', zstdCompressSync(PLAIN)],
    ['deflate, GZIP', gzipSync(deflateSync(PLAIN))],
    ['identity', PLAIN],
  ])('by %s is read as it was', async (encoding, bytes) => {
    const { origin } = await serving((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding, 'content-length': bytes.length }).end(bytes);
    });
    expect(await linesOf(`${origin}/a`)).toEqual(TEXT);
  });

  test.each(['gzip', 'deflate', 'br', 'zstd'])('by %s and of no length is empty', async (encoding) => {
    const { origin } = await serving((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding, 'content-length': 0 }).end();
    });
    expect(await linesOf(`${origin}/a`)).toEqual([]);
  });

  test.each([deflateSync, deflateRawSync])(
    'by either kind of deflate, and long, is read as it was',
    async (deflate) => {
      const long = Buffer.from('all the same, '.repeat(200_000));
      const { origin } = await serving((_, response) => {
        response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflate(long));
      });
      const read = await linesOf(`${origin}/a`);
      expect(read).toHaveLength(1);
      expect(Buffer.from(read[0]!).equals(long)).toBe(true);
    },
  );

  test.each([
    ['cut off', deflateSync(PLAIN).subarray(0, 500)],
    ['raw and cut off', deflateRawSync(PLAIN).subarray(0, 500)],
    ['something else', Buffer.from('no deflate at all')],
    ['nothing', Buffer.alloc(0)],
  ])('by deflate that is %s is a failure', async (_, bytes) => {
    const { origin } = await serving((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'deflate' }).end(bytes);
    });
    await expect(linesOf(`${origin}/a`)).rejects.toMatchObject({ code: 'ERR_HTTP' });
  });

  test('and cut off is a failure, also where the server ends it as if that were all', async () => {
    const { origin } = await serving((_, response) => {
      response.useChunkedEncodingByDefault = false;
      response.writeHead(200, { 'content-encoding': 'gzip', connection: 'close' });
      response.end(gzipSync(PLAIN).subarray(0, 500));
    });
    await expect(linesOf(`${origin}/a`)).rejects.toMatchObject({ code: 'ERR_HTTP' });
  });
});
