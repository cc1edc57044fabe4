import type { PgSubmittable, PgWire } from './pg-client.ts';

const COPY_DATA = 0x64;

/**
 * Statements of which one is `COPY … FROM STDIN`, with its rows. They are sent behind it at once, without waiting for
 * the server to ask: where it refuses the statement, the protocol has it drop them.
 */
export class CopyIn implements PgSubmittable {
  /** Settles when the server is ready again; rejects with what it refused. */
  readonly done: Promise<void>;
  /** How many rows the last statement that counts them has touched. */
  rows = 0;
  readonly #text: string;
  readonly #data: readonly Uint8Array[];
  readonly #settle: PromiseWithResolvers<void>;

  /** `data`: pieces of at most 1 GiB, which must not change before it is done. */
  constructor(text: string, data: readonly Uint8Array[]) {
    this.#text = text;
    this.#data = data;
    this.#settle = Promise.withResolvers<void>();
    this.done = this.#settle.promise;
  }

  submit(wire: PgWire): null {
    const { stream } = wire;
    stream.cork();
    wire.query(this.#text);
    for (const piece of this.#data) {
      const head = Buffer.allocUnsafe(5);
      head[0] = COPY_DATA;
      head.writeInt32BE(piece.length + 4, 1);
      stream.write(head);
      stream.write(piece);
    }
    wire.endCopyFrom();
    stream.uncork();
    return null;
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const count = / (\d+)$/.exec(text)?.[1];
    if (count !== undefined) this.rows = Number(count);
  }

  handleReadyForQuery(): void {
    this.#settle.resolve();
  }

  handleError(error: Error): void {
    this.#settle.reject(error);
  }

  handleCopyInResponse(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}
