import { MillraceError } from '../../../core/errors.ts';
import type { Clock } from '../../../interfaces/clock.ts';
import { answerError, connectionError } from './http-error.ts';
import type { HttpTarget } from './http-url.ts';

export interface HttpRequest {
  readonly target: HttpTarget;
  /** For messages: `read`, `write to`. */
  readonly doing: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly redirects: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** An answer whose body may still be on its way. */
export interface HttpAnswer {
  readonly response: Response;
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
  const within = <T>(work: Promise<T>): Promise<T> => {
    const cancel = clock.schedule(() => canceller.abort(timedOut(doing, target.label, timeoutMs)), timeoutMs);
    return work.finally(cancel);
  };
  try {
    const response = await within(follow(request, canceller.signal));
    return { response, within, cancel: () => canceller.abort() };
  } catch (cause) {
    canceller.abort();
    throw connectionError(
      doing,
      target.label,
      canceller.signal.reason instanceof MillraceError ? canceller.signal.reason : cause,
    );
  }
}

async function follow(request: HttpRequest, signal: AbortSignal): Promise<Response> {
  const { target, doing, headers, body } = request;
  let { method } = request;
  let url = new URL(target.url);
  for (let left = request.redirects; ; left--) {
    const near = url.origin === new URL(target.url).origin;
    const response = await fetch(`${url}`, {
      method,
      headers: near ? ownHeaders(request) : plainHeaders(headers),
      ...(body === undefined || method === 'GET' ? {} : { body }),
      redirect: 'manual',
      signal,
    });
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return response;
    await response.body?.cancel();
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

const TRANSPORT = { 'accept-encoding': 'identity', connection: 'close' } as const;

function ownHeaders({ headers, target }: HttpRequest): Record<string, string> {
  const { authorization } = target;
  return { ...(authorization === undefined ? {} : { authorization }), ...headers, ...TRANSPORT };
}

/** Headers may hold secrets of any name: another host gets only what concerns the content. */
function plainHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const plain = Object.entries(headers).filter(([name]) =>
    /^(range|if-range|accept|content-type|content-encoding)$/i.test(name),
  );
  return { ...Object.fromEntries(plain), ...TRANSPORT };
}

function timedOut(doing: string, label: string, ms: number): MillraceError {
  return new MillraceError('ERR_TIMEOUT', `Cannot ${doing} ${label}: nothing came for ${ms} ms`, {
    retryable: true,
    hint: 'Raise http: { timeout }.',
    details: { url: label },
  });
}
