import { z } from 'zod';
import type { HttpResponse } from './http-response.ts';

/** What tells one state of what a URL names from another. */
export interface HttpVersion {
  /** For `If-Range`: the entity tag, when it is a strong one, or else the date of the last change. */
  readonly validator: string | undefined;
  /** Bytes in all, where the server says so. */
  readonly total: number | undefined;
  /** Whether the bytes were encoded on the way and decoded here: then offsets say nothing to the server. */
  readonly encoded: boolean;
}

/** What tells the version of a URL that was read from another; only those that have a validator can be told. */
export const HttpIdentitySchema = z.strictObject({
  kind: z.literal('http'),
  validator: z.string(),
  total: z.number().optional(),
  encoded: z.boolean(),
});

export type HttpIdentity = z.output<typeof HttpIdentitySchema>;

/** The version that an answer with the whole content is of. */
export function versionOf({ headers }: HttpResponse): HttpVersion {
  const tag = headers.etag;
  const strong = tag?.startsWith('"') === true ? tag : undefined;
  const encoding = headers['content-encoding'];
  const encoded = encoding !== undefined && !/^identity$/i.test(encoding);
  const length = Number(headers['content-length'] ?? Number.NaN);
  return {
    validator: strong ?? (tag === undefined ? headers['last-modified'] : undefined),
    total: encoded || !Number.isSafeInteger(length) ? undefined : length,
    encoded,
  };
}

/** Where the part of an answer with status 206 begins, and how long the whole is. */
export function partOf({ headers }: HttpResponse): {
  readonly from: number;
  readonly total: number | undefined;
} {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (match === null) return { from: Number.NaN, total: undefined };
  return { from: Number(match[1]), total: match[2] === '*' ? undefined : Number(match[2]) };
}
