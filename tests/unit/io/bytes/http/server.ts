import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export interface TestServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** What was asked for, in order. */
  readonly requests: IncomingMessage[];
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** A server on this machine, on a port of its own. */
export async function serve(handler: Handler): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    requests.push(request);
    handler(request, response, requests.length);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    sockets,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** The text of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

export interface FileHandlerOptions {
  readonly content: Buffer;
  readonly etag?: string;
  /** After how many bytes of each answer the connection is cut; never when absent. */
  readonly cutAfter?: (count: number) => number | undefined;
}

/** Serves a file, with ranges where it has an entity tag; may cut connections. */
export function fileHandler({ content, etag, cutAfter }: FileHandlerOptions): Handler {
  return (request, response, count) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = from > 0 && request.headers['if-range'] === etag;
    const bytes = part ? content.subarray(from) : content;
    response.writeHead(part ? 206 : 200, {
      'content-length': bytes.length,
      ...(etag === undefined ? {} : { etag }),
      ...(part ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
    });
    const cut = cutAfter?.(count);
    if (cut === undefined || cut >= bytes.length) response.end(bytes);
    else response.write(bytes.subarray(0, cut), () => setImmediate(() => response.destroy()));
  };
}
