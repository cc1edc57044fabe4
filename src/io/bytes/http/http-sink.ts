import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import { MillraceError } from '../../../core/errors.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { Sink, WriteContext } from '../../../interfaces/writer.ts';
import { HttpConnections } from './http-connections.ts';
import { statusError } from './http-error.ts';
import type { HttpWriteSettings } from './http-options.ts';
import { httpRequest } from './http-request.ts';
import type { HttpResponse } from './http-response.ts';
import { HttpRetries } from './http-retries.ts';
import type { HttpTarget } from './http-url.ts';

const compressed: (text: Uint8Array, options: ZlibOptions) => Promise<Uint8Array> = promisify(gzip);

export interface HttpSinkSpec<T> {
  readonly target: HttpTarget;
  readonly settings: HttpWriteSettings;
  /** Makes the encoder of one request: each is a document of its own. */
  readonly encoder: () => Encoder<T>;
  readonly contentType: string;
  /** How requests are compressed by gzip, if at all. */
  readonly compress?: { readonly level: number | undefined };
  readonly context: WriteContext;
  /** @default Math.random */
  readonly random?: () => number;
}

/** Sends each batch as a request of its own. A batch is taken when the server has said that it took it. */
export class HttpSink<T> implements Sink<T> {
  readonly #spec: HttpSinkSpec<T>;
  readonly #retries: HttpRetries;
  readonly #connections = new HttpConnections();

  constructor(spec: HttpSinkSpec<T>) {
    this.#spec = spec;
    const { settings, context, random = Math.random } = spec;
    const { retries, backoff } = settings;
    this.#retries = new HttpRetries({
      retries,
      backoff,
      clock: context.clock,
      random,
      signal: context.signal,
    });
  }

  async write({ records }: Batch<T>): Promise<void> {
    const encoder = this.#spec.encoder();
    const text = Buffer.concat([Buffer.from(encoder.encode(records)), Buffer.from(encoder.finish())]);
    const body = this.#spec.compress === undefined ? text : await compressed(text, this.#spec.compress);
    // The same for each try, so that a server that took one does not take the next one too.
    const key = randomUUID();
    this.#retries.succeeded();
    while (!(await this.#send(body, key)));
    this.#spec.context.wrote(body.length);
  }

  async close(): Promise<void> {
    this.#connections.close();
  }

  async abort(): Promise<void> {
    this.#connections.close();
  }

  /** Whether the server took it; when not, there is another try after this. */
  async #send(body: Uint8Array, key: string): Promise<boolean> {
    const { target, settings, contentType, compress, context } = this.#spec;
    let response: HttpResponse | undefined;
    try {
      const canceller = new AbortController();
      const stop = (): void => canceller.abort();
      context.signal.addEventListener('abort', stop, { once: true });
      try {
        const answer = await httpRequest(
          {
            connections: this.#connections,
            target,
            doing: 'write to',
            method: settings.method,
            headers: {
              'content-type': contentType,
              'idempotency-key': key,
              ...(compress === undefined ? {} : { 'content-encoding': 'gzip' }),
              ...settings.headers,
            },
            body,
            redirects: settings.redirects,
            timeoutMs: settings.timeout,
            clock: context.clock,
          },
          canceller,
        );
        response = answer.response;
        response.skip();
      } finally {
        context.signal.removeEventListener('abort', stop);
      }
      if (!response.ok) throw statusError('write to', target.label, response);
      return true;
    } catch (error) {
      if (context.signal.aborted) {
        throw new MillraceError('ERR_ABORTED', `Cannot write to ${target.label}: the run is over`, {
          cause: error,
        });
      }
      await this.#retries.after(error, response);
      return false;
    }
  }
}
