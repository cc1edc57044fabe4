import { changedError } from '../../../core/changed-error.ts';
import { MillraceError } from '../../../core/errors.ts';
import { formatSize } from '../../../core/size.ts';
import type { ReadContext } from '../../../interfaces/reader.ts';
import type { RawSource } from '../raw-source.ts';
import { HttpConnections } from './http-connections.ts';
import { answerError, connectionError, statusError } from './http-error.ts';
import type { HttpReadSettings } from './http-options.ts';
import { type HttpAnswer, httpRequest } from './http-request.ts';
import type { HttpResponse } from './http-response.ts';
import { HttpRetries } from './http-retries.ts';
import type { HttpTarget } from './http-url.ts';
import { type HttpIdentity, type HttpVersion, partOf, versionOf } from './http-version.ts';

type Context = Pick<ReadContext, 'clock' | 'expected' | 'signal'>;

const DOING = 'read';

/** Where to go on with what a URL names. */
export interface HttpStart {
  readonly was: HttpIdentity;
  /** Offset of the first byte that is needed. */
  readonly byte: number;
  /** Whether it may be another version by now. */
  readonly anything: boolean;
}

/**
 * The bytes behind a URL, piece by piece. A connection that is lost is made again, and goes on where it
 * broke off, when the server still has the same version; bytes of two versions are never put together.
 */
export class HttpSource implements RawSource {
  /** Offset of the first byte that it gives: 0 where the server gives no parts of what it has. */
  start = 0;
  readonly #target: HttpTarget;
  readonly #settings: HttpReadSettings;
  readonly #context: Context;
  readonly #closing = new AbortController();
  readonly #retries: HttpRetries;
  readonly #connections = new HttpConnections();
  #version: HttpVersion | undefined;
  #answer: HttpAnswer | undefined;
  #content: AsyncIterator<Uint8Array, undefined> | undefined;
  #requesting: AbortController | undefined;
  #offset = 0;
  #ended = false;
  #resuming: HttpStart | undefined;

  private constructor(
    target: HttpTarget,
    settings: HttpReadSettings,
    context: Context,
    random: () => number,
  ) {
    this.#target = target;
    this.#settings = settings;
    this.#context = context;
    const { retries, backoff } = settings;
    const signal = this.#closing.signal;
    this.#retries = new HttpRetries({ retries, backoff, clock: context.clock, random, signal });
  }

  /** Opened when the first answer has come. */
  static async open(
    target: HttpTarget,
    settings: HttpReadSettings,
    context: Context,
    random: () => number = Math.random,
    start?: HttpStart,
  ): Promise<HttpSource> {
    const source = new HttpSource(target, settings, context, random);
    if (start !== undefined) source.#resume(start);
    const stop = (): void => void source.close();
    context.signal.addEventListener('abort', stop, { once: true });
    try {
      await source.#connect();
      return source;
    } catch (error) {
      await source.close();
      throw error;
    } finally {
      context.signal.removeEventListener('abort', stop);
    }
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#closing.signal.aborted || this.#ended) return undefined;
      if (this.#content === undefined) await this.#connect();
      const piece = await this.#piece();
      if (piece !== undefined || this.#ended) return piece;
    }
  }

  identity(): HttpIdentity | undefined {
    const { validator, total, encoded } = this.#version ?? {};
    if (validator === undefined || encoded === undefined) return undefined;
    return { kind: 'http', validator, ...(total === undefined ? {} : { total }), encoded };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#requesting?.abort();
    this.#letGo();
    this.#connections.close();
  }

  /**
   * Of bytes that were encoded on the way, and of those of another version, no part can be asked for. One byte more is
   * asked for than is needed: behind the last there is no part, as if it had changed.
   */
  #resume(start: HttpStart): void {
    this.#resuming = start;
    const { was, byte, anything } = start;
    if (was.encoded || anything || byte <= 1) return;
    this.#version = { validator: was.validator, total: was.total, encoded: false };
    this.start = byte - 1;
    this.#offset = this.start;
  }

  /** The next piece; nothing at the end, when the connection was lost, and when closed. */
  async #piece(): Promise<Uint8Array | undefined> {
    if (this.#content === undefined) return undefined;
    try {
      const { done, value } = await this.#answer!.within(this.#content.next());
      if (this.#closing.signal.aborted) return undefined;
      if (done !== true) return this.#take(value);
      this.#checkLength();
      this.#ended = true;
      this.#letGo();
    } catch (cause) {
      if (this.#closing.signal.aborted) return undefined;
      this.#letGo();
      await this.#lost(connectionError(DOING, this.#target.label, cause));
    }
    return undefined;
  }

  #take(piece: Uint8Array): Uint8Array | undefined {
    if (piece.length === 0) return undefined;
    this.#retries.succeeded();
    this.#offset += piece.length;
    this.#checkLimit(this.#offset);
    return piece;
  }

  /** Waits before another try, where the bytes so far can be gone on from. */
  async #lost(error: MillraceError, response?: HttpResponse): Promise<void> {
    if (!error.retryable) throw error;
    const { validator, encoded } = this.#version ?? { encoded: false };
    if (this.#offset > 0 && (validator === undefined || encoded)) {
      throw new MillraceError(error.code, `${error.message}; it broke off at byte ${this.#offset}`, {
        cause: error,
        hint: 'The server names no version of the content that could be gone on with: read it from the start again.',
        details: error.details,
      });
    }
    await this.#retries.after(error, response);
  }

  async #connect(): Promise<void> {
    while (this.#content === undefined && !this.#ended && !this.#closing.signal.aborted) {
      try {
        await this.#request();
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        if (!(error instanceof MillraceError)) throw error;
        await this.#lost(error, this.#answer?.response);
      }
    }
  }

  async #request(): Promise<void> {
    const { headers, redirects, timeout } = this.#settings;
    const { clock } = this.#context;
    this.#answer = undefined;
    this.#requesting = new AbortController();
    const answer = await httpRequest(
      {
        connections: this.#connections,
        target: this.#target,
        doing: DOING,
        method: 'GET',
        headers: { ...headers, ...this.#range() },
        redirects,
        timeoutMs: timeout,
        clock,
      },
      this.#requesting,
    );
    this.#answer = answer;
    try {
      this.#accept(answer.response);
    } catch (error) {
      answer.cancel();
      throw error;
    }
  }

  #range(): Record<string, string> {
    if (this.#offset === 0) return {};
    return { range: `bytes=${this.#offset}-`, 'if-range': this.#version!.validator! };
  }

  #accept(response: HttpResponse): void {
    const { label } = this.#target;
    const resuming = this.#resuming;
    if (resuming !== undefined && !resuming.anything) this.#checkVersion(response, resuming.was);
    if (this.#offset > 0) this.#checkPart(response);
    else if (response.status !== 200 && response.status !== 204) throw statusError(DOING, label, response);
    else this.#begin(response);
    if (resuming !== undefined && this.#offset > 0 && this.#version?.total !== undefined) {
      this.#context.expected(this.#version.total);
    }
    this.#resuming = undefined;
    this.#content = response.content();
    this.#ended = this.#content === undefined;
  }

  /** The first answer of a run that goes on; one that has all of it begins at the beginning. */
  #checkVersion(response: HttpResponse, was: HttpIdentity): void {
    const gone = response.status === 416 || response.status === 412;
    if (response.status !== 200 && response.status !== 204 && !gone) return;
    if (gone || versionOf(response).validator !== was.validator) {
      throw changedError(
        this.#target.label,
        'the server has another version of it',
        "Start afresh without the checkpoint, or say resume: { changed: 'allow' } to go on at the same place of this version.",
        { changed: 'version' },
      );
    }
    this.#offset = 0;
    this.start = 0;
    this.#version = undefined;
  }

  #begin(response: HttpResponse): void {
    const first = this.#version === undefined;
    this.#version = versionOf(response);
    const { total } = this.#version;
    if (total === undefined) return;
    this.#checkLimit(total);
    if (first) this.#context.expected(total);
  }

  /** What goes on must be of the same version, and begin where the bytes so far end. */
  #checkPart(response: HttpResponse): void {
    const { label } = this.#target;
    const { validator, total } = this.#version!;
    const again = `it broke off at byte ${this.#offset}, and`;
    const hint = 'Read it from the start again.';
    if (response.status === 200) {
      throw answerError(
        DOING,
        label,
        `${again} now the server sends all of it: it has changed, or cannot go on`,
        hint,
      );
    }
    if (response.status === 416 && total === undefined) {
      throw answerError(DOING, label, `${again} now the server has no such bytes: it has changed`, hint);
    }
    if (response.status !== 206) throw statusError(DOING, label, response);
    const part = partOf(response);
    const tag = response.headers.etag;
    const changed = tag !== undefined && validator!.startsWith('"') && tag !== validator;
    if (
      changed ||
      part.from !== this.#offset ||
      (total !== undefined && part.total !== undefined && part.total !== total)
    ) {
      throw answerError(DOING, label, `${again} what the server goes on with is something else`, hint);
    }
  }

  #checkLength(): void {
    const total = this.#version?.total;
    if (total === undefined || total === this.#offset) return;
    throw new MillraceError(
      'ERR_TRUNCATED',
      `Cannot read ${this.#target.label}: it ends after ${this.#offset} of ${total} bytes`,
      { retryable: true, hint: 'The connection was closed too early.', details: { url: this.#target.label } },
    );
  }

  #checkLimit(bytes: number): void {
    const { maxBytes } = this.#settings;
    if (maxBytes === undefined || bytes <= maxBytes) return;
    throw new MillraceError(
      'ERR_LIMIT',
      `Cannot read ${this.#target.label}: it is longer than ${formatSize(maxBytes)}`,
      { hint: 'Raise http: { maxBytes } if it is meant to be.', details: { maxBytes } },
    );
  }

  #letGo(): void {
    this.#content = undefined;
    this.#answer?.cancel();
  }
}
