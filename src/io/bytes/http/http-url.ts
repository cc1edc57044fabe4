import { MillraceError } from '../../../core/errors.ts';

/** Where a request goes, and what stands for it in messages. */
export interface HttpTarget {
  /** Without user and password: they are in `authorization`. */
  readonly url: string;
  /** For messages, labels and origins: without what may be secret, the query and the user. */
  readonly label: string;
  /** The header for the user and the password of the URL. */
  readonly authorization?: string;
}

/** Whether a path is a URL to fetch. */
export function isHttpUrl(path: string | URL): boolean {
  return /^https?:/i.test(String(path));
}

/**
 * Takes a URL apart.
 *
 * @throws MillraceError `ERR_OPTIONS` when it is none.
 */
export function httpTarget(path: string | URL): HttpTarget {
  const url = URL.parse(String(path));
  if (url === null) {
    throw new MillraceError('ERR_OPTIONS', `Cannot use ${JSON.stringify(String(path))}: it is no URL`, {
      hint: 'Write it out, e.g. "https://example.org/orders.csv".',
    });
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  const label = `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`;
  if (username === '' && password === '') return { url: url.href, label };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, label, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
