import { z } from 'zod';
import { type Backoff, parseBackoff } from '../../../core/backoff.ts';
import { type Duration, duration } from '../../../core/duration.ts';
import type { Size } from '../../../core/size.ts';
import { sizeSchema } from '../size-schema.ts';

/** How requests to `http:` and `https:` URLs are made. */
export interface HttpOptions {
  /** Headers of each request; sent to the host of the URL only, not to one that it redirects to. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Tries after one that failed, when no byte came in between. @default 5 */
  readonly retries?: number | undefined;
  /** First and longest wait before another try; each is drawn with full jitter. @default '200ms..30s' */
  readonly backoff?: Backoff | undefined;
  /** Longest wait for an answer, and for the next piece of it. @default '30s' */
  readonly timeout?: Duration | undefined;
  /** Redirects that are followed. @default 10 */
  readonly redirects?: number | undefined;
}

/** How files are read from URLs. */
export interface HttpReadOptions extends HttpOptions {
  /** Bytes that a file may have as it comes. @default no limit */
  readonly maxBytes?: Size | undefined;
}

/** How records are written to URLs. */
export interface HttpWriteOptions extends HttpOptions {
  /** @default 'POST' */
  readonly method?: 'POST' | 'PUT' | undefined;
}

/** Where there is none, `Headers`, which Node loads when it is named first, is left alone. */
function isHeaders(headers: unknown): boolean {
  try {
    if (Object.keys(headers as object).length === 0) return true;
    return new Headers(headers as Record<string, string>) !== undefined;
  } catch {
    return false;
  }
}

/** Text or numbers that `read` understands; becomes what it makes of them. */
function readBy<T>(read: (value: never) => T, expected: string) {
  return z.unknown().transform((value, context) => {
    try {
      return read(value as never);
    } catch {
      context.addIssue({ code: 'custom', message: `expected ${expected}` });
      return z.NEVER;
    }
  });
}

const fields = {
  headers: z
    .record(z.string(), z.string())
    .refine(isHeaders, 'expected names and values of headers')
    .default({})
    .describe('Headers of each request, for the host of the URL only'),
  retries: z.int().min(0).default(5).describe('Tries after one that failed'),
  backoff: readBy(parseBackoff, 'the first and the longest wait, such as "200ms..30s"')
    .prefault('200ms..30s')
    .describe('First and longest wait before another try'),
  timeout: readBy((value) => duration(value), 'a duration such as "30s"')
    .prefault('30s')
    .describe('Longest wait for an answer, and for the next piece of it'),
  redirects: z.int().min(0).default(10).describe('Redirects that are followed'),
} as const;

export const HttpReadSchema = z.strictObject({
  ...fields,
  maxBytes: sizeSchema(1).optional().describe('Bytes that a file may have as it comes'),
});

export const HttpWriteSchema = z.strictObject({
  ...fields,
  method: z.enum(['POST', 'PUT']).default('POST').describe('Method of the requests'),
});

/** Checked {@link HttpReadOptions}: defaults filled in, bytes and milliseconds as numbers. */
export type HttpReadSettings = z.output<typeof HttpReadSchema>;
/** Checked {@link HttpWriteOptions}. */
export type HttpWriteSettings = z.output<typeof HttpWriteSchema>;
