import { Readable, Writable } from 'node:stream';
import type { Item } from '../../interfaces/signal.ts';

/** The sending end of an edge: a Node stream of batches and signals that holds at most its share of the capacity. */
export class Outlet extends Readable {
  /** Records sent into the edge, also those that came after it was cancelled. */
  sent = 0;
  #full = false;
  #room: (() => void) | undefined;
  #demanded: (() => void) | undefined;

  /** `demanded` is called once, when something downstream first asks for data. */
  constructor(capacity: number, demanded: () => void) {
    super({ objectMode: true, highWaterMark: Math.max(1, capacity - 1) });
    this.#demanded = demanded;
  }

  get full(): boolean {
    return this.#full && !this.destroyed;
  }

  send(item: Item<unknown>): void {
    if (item.kind === 'batch') this.sent += item.records.length;
    if (!this.destroyed) this.#full = !this.push(item);
  }

  /** Calls back once when there is room again, also when the edge is gone. */
  onRoom(callback: () => void): void {
    if (!this.full) callback();
    else this.#room = callback;
  }

  override _read(): void {
    this.#full = false;
    const demanded = this.#demanded;
    this.#demanded = undefined;
    demanded?.();
    this.#release();
  }

  override _destroy(_error: Error | null, callback: () => void): void {
    this.#release();
    callback();
  }

  #release(): void {
    const room = this.#room;
    this.#room = undefined;
    room?.();
  }
}

/** What an inlet gives its items to. */
export interface Receiver {
  /** Whether event time is of use to it. @default true */
  readonly heedsTime?: boolean;
  /** Takes an item; the next one comes when what it returns has resolved. */
  receive(item: Item<unknown>): void | Promise<void>;
  /** No more items follow. */
  ended(): void | Promise<void>;
  /** Either of them threw or rejected. */
  crashed(error: unknown): void;
}

/** The receiving end of an edge: one item is in work, at most one waits. */
export class Inlet extends Writable {
  /** Records taken from the edge. */
  received = 0;
  readonly #receiver: Receiver;

  constructor(capacity: number, receiver: Receiver) {
    super({ objectMode: true, highWaterMark: capacity > 1 ? 2 : 1 });
    this.#receiver = receiver;
  }

  override _write(item: Item<unknown>, _encoding: string, done: () => void): void {
    if (item.kind === 'batch') this.received += item.records.length;
    this.#settle(() => this.#receiver.receive(item), done);
  }

  override _final(done: () => void): void {
    this.#settle(() => this.#receiver.ended(), done);
  }

  /** Errors go to the receiver, not into the stream: the run decides what they end. */
  #settle(work: () => void | Promise<void>, done: () => void): void {
    try {
      const pending = work();
      if (pending === undefined) done();
      else pending.then(done, (error: unknown) => this.#receiver.crashed(error));
    } catch (error) {
      this.#receiver.crashed(error);
    }
  }
}
