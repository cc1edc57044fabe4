import type { Compression } from './compression.ts';
import { plainHead } from './file-head.ts';

/** What an encoder may want to know about where it begins. */
export interface EncoderStart {
  /** Whether there is something before what it will write: a header row would come twice. */
  readonly appending: boolean;
  /** Where, for messages. */
  readonly path: string;
  /** The first bytes of what is before, without its compression. */
  readonly head: Uint8Array;
}

/** `head`: the first bytes of what is before, as they lie there; empty when nothing is. */
export function encoderStart(path: string, head: Uint8Array, compression: Compression): EncoderStart {
  return { path, appending: head.length > 0, head: plainHead(path, head, compression) };
}
