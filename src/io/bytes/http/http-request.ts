import { MillraceError } from '../../../core/errors.ts';
import type { Clock } from '../../../interfaces/clock.ts';
import type { HttpConnections } from './http-connections.ts';
import { answerError, connectionError } from './http-error.ts';
import type { HttpResponse } from './http-response.ts';
import type { HttpTarget } from './http-url.ts';

export interface HttpRequest {
  readonly connections: HttpConnections;
  readonly target: HttpTarget;
  /** For messages: `read`, `write to`. */
  readonly doing: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly redirects: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** An answer whose content may still be on its way. */
export interface HttpAnswer {
  readonly response: HttpResponse;
  /** Waits for something of the answer, for as long as the timeout allows. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Lets go of the connection. May be called twice. */
  cancel(): void;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and follows its redirects. What the user set goes to the origin of the URL only; from
 * https to http nothing is followed. The content comes as it lies there: it is not asked for compressed.
 *
 * @throws MillraceError `ERR_HTTP`, `ERR_TIMEOUT`, both retryable where it was the connection.
 */
export async function httpRequest(
  request: HttpRequest,
  canceller = new AbortController(),
): Promise<HttpAnswer> {
  const { target, doing, clock, timeoutMs } = request;
  const { signal } = canceller;
  const within = async <T>(work: Promise<T>): Promise<T> => {
    const aborted = Promise.withResolvers<never>();
    const stop = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const cancel = clock.schedule(() => canceller.abort(timedOut(doing, target.label, timeoutMs)), timeoutMs);
    try {
      // Whether Node tells of what was cut does not matter: it is not waited for.
      return await Promise.race([work, aborted.promise]);
    } catch (cause) {
      throw signal.reason instanceof MillraceError ? signal.reason : cause;
    } finally {
      cancel();
      signal.removeEventListener('abort', stop);
    }
  };
  try {
    const response = await within(follow(request, signal));
    return {
      response,
      within,
      cancel: () => {
        canceller.abort();
        response.cancel();
      },
    };
  } catch (cause) {
    canceller.abort();
    throw connectionError(doing, target.label, cause);
  }
}

async function follow(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
  const { connections, target, doing, headers, body } = request;
  let { method } = request;
  let url = new URL(target.url);
  for (let left = request.redirects; ; left--) {
    const near = url.origin === new URL(target.url).origin;
    const sent = method === 'GET' ? undefined : body;
    const response = await connections.request({
      url,
      method,
      headers: {
        ...COMMON,
        ...(near ? ownHeaders(request) : plainHeaders(headers)),
        'accept-encoding': 'identity',
        ...(sent !== undefined && { 'content-length': `${sent.length}` }),
      },
      body: sent,
      signal,
    });
    const { location } = response.headers;
    if (!REDIRECTS.has(response.status) || location === undefined) return response;
    response.skip();
    if (left === 0)
      throw answerError(doing, target.label, 'it redirects too often', 'Raise http: { redirects }.');
    const next = URL.parse(location, url.href);
    if (
      next === null ||
      !/^https?:$/.test(next.protocol) ||
      (url.protocol === 'https:' && next.protocol === 'http:')
    ) {
      throw answerError(
        doing,
        target.label,
        `it redirects to ${JSON.stringify(location)}, which is not followed`,
        'Name the final URL.',
      );
    }
    if (response.status === 303) method = 'GET';
    url = next;
  }
}

const COMMON = { accept: '*/*', 'user-agent': 'millrace' } as const;

function ownHeaders({ headers, target }: HttpRequest): Record<string, string> {
  const { authorization } = target;
  return { ...(authorization === undefined ? {} : { authorization }), ...headers };
}

/** Headers may hold secrets of any name: another host gets only what concerns the content. */
function plainHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const plain = Object.entries(headers).filter(([name]) =>
    /^(range|if-range|accept|content-type|content-encoding)$/i.test(name),
  );
  return Object.fromEntries(plain);
}

function timedOut(doing: string, label: string, ms: number): MillraceError {
  return new MillraceError('ERR_TIMEOUT', `Cannot ${doing} ${label}: nothing came for ${ms} ms`, {
    retryable: true,
    hint: 'Raise http: { timeout }.',
    details: { url: label },
  });
}
