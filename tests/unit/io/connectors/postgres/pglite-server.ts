import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';

/** A PostgreSQL in this process, behind a socket on loopback, for the client that users have. */
export interface PgliteServer {
  readonly url: string;
  /** Resolves when no client is connected. */
  left(): Promise<void>;
  /** Cuts all clients off, as a server does that crashes: what they had not committed is gone. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

const [SSL_REQUEST, CANCEL_REQUEST] = [80877103, 80877102];
const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const FLUSH = 'H'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);
const COPY_DONE = 'c'.charCodeAt(0);
const COPY_FAIL = 'f'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);

/**
 * Starts one. It has one session, which its clients share: one that is in a transaction keeps others waiting. A COPY has to be
 * sent whole, without waiting for the server to ask for its rows.
 */
export async function pgliteServer(): Promise<PgliteServer> {
  const database = await PGlite.create();
  const sockets = new Map<Socket, Session>();
  const turns = new Turns();
  const server = createServer((socket) => {
    sockets.set(socket, new Session(socket, database, turns));
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    const left = [...sockets.values()];
    for (const socket of sockets.keys()) socket.destroy();
    await Promise.all(left.map((session) => session.over));
  };
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async left() {
      while (sockets.size > 0) await Promise.all([...sockets.values()].map((session) => session.over));
    },
    cut,
    async close() {
      await cut();
      server.close();
      await database.close();
    },
  };
}

/** Who may use the session of the database. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves to what gives the turn back, when it is one's own. */
  async take(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return resolve;
  }
}

class Session {
  readonly over: Promise<void>;
  readonly #socket: Socket;
  readonly #database: PGlite;
  readonly #turns: Turns;
  #received = Buffer.alloc(0);
  #started = false;
  /** What has come of messages that are to be answered together. */
  #pending: Buffer[] = [];
  #copying = false;
  #working: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;

  constructor(socket: Socket, database: PGlite, turns: Turns) {
    this.#socket = socket;
    this.#database = database;
    this.#turns = turns;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    socket.on('close', () => void this.#leave().then(resolve));
  }

  /** What was not committed is gone. */
  async #leave(): Promise<void> {
    await this.#working;
    if (this.#release !== undefined) await this.#database.execProtocolRaw(query('ROLLBACK'));
    this.#release?.();
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (true) {
      const kindBytes = this.#started ? 1 : 0;
      if (this.#received.length < kindBytes + 4) return;
      const length = kindBytes + this.#received.readInt32BE(kindBytes);
      if (this.#received.length < length) return;
      const message = this.#received.subarray(0, length);
      this.#received = this.#received.subarray(length);
      if (this.#started) this.#take(message);
      else this.#start(message);
    }
  }

  #start(message: Buffer): void {
    const code = message.readInt32BE(4);
    if (code === SSL_REQUEST) this.#socket.write('N');
    else if (code === CANCEL_REQUEST) this.#socket.end();
    else {
      this.#started = true;
      const authenticated = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
      const key = Buffer.from([0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1]);
      this.#socket.write(Buffer.concat([authenticated, key, Buffer.from([READY, 0, 0, 0, 5, IDLE])]));
    }
  }

  #take(message: Buffer): void {
    const [kind] = message;
    if (kind === TERMINATE) {
      this.#socket.end();
      return;
    }
    this.#pending.push(message);
    if (kind === QUERY && /\bFROM STDIN\b/i.test(message.toString('utf8'))) this.#copying = true;
    const ends = this.#copying
      ? kind === COPY_DONE || kind === COPY_FAIL
      : kind === QUERY || kind === SYNC || kind === FLUSH;
    if (!ends) return;
    this.#copying = false;
    const whole = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#working = this.#working.then(() => this.#work(whole));
  }

  async #work(messages: Buffer): Promise<void> {
    if (this.#socket.destroyed) return;
    this.#release ??= await this.#turns.take();
    const answer = Buffer.from(await this.#database.execProtocolRaw(messages));
    if (!this.#socket.destroyed) this.#socket.write(answer);
    if (statusIn(answer) !== IDLE) return;
    this.#release();
    this.#release = undefined;
  }
}

/** Whether the session is in a transaction, as the last message says. */
function statusIn(answer: Buffer): number | undefined {
  const at = answer.length - 6;
  return at >= 0 && answer[at] === READY && answer.readInt32BE(at + 1) === 5 ? answer[at + 5] : undefined;
}

function query(text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const head = Buffer.alloc(5);
  head[0] = QUERY;
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
