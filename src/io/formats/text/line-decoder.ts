import { isAscii } from 'node:buffer';
import { batch } from '../../../core/batch.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { DecodeContext, Decoder, DecoderPosition } from '../../../interfaces/format.ts';
import { ByteOrigin, type Spans } from '../../bytes/byte-origin.ts';
import { DROPPING, type LineBlock, LineBlocks, lineSpans } from '../../bytes/line-blocks.ts';
import { longRecord, rawHead } from '../../bytes/record-limit.ts';

/** Decodes lines, which end in LF or CRLF, into strings without their ends. */
export class LineDecoder implements Decoder<string> {
  readonly #context: DecodeContext;
  readonly #maxBytes: number;
  readonly #blocks: LineBlocks;
  #line: number;
  #fatal: { readonly error: unknown } | undefined;

  constructor(context: DecodeContext, maxBytes: number) {
    this.#context = context;
    this.#maxBytes = maxBytes;
    this.#blocks = new LineBlocks(maxBytes, context.offset ?? 0, context.from?.state === DROPPING);
    this.#line = context.from?.line ?? 1;
  }

  decode(chunk: Uint8Array): Batch<string> | undefined {
    return this.#split(this.#blocks.push(chunk));
  }

  flush(): Batch<string> | undefined {
    return this.#split(this.#blocks.flush());
  }

  position(): DecoderPosition | undefined {
    if (this.#fatal !== undefined) return undefined;
    const { next, dropping } = this.#blocks;
    const place = { byte: next, line: this.#line, record: this.#line };
    return dropping ? { ...place, state: DROPPING } : place;
  }

  #split(block: LineBlock | undefined): Batch<string> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    if (block === undefined) return undefined;
    const { bytes, byte } = block;
    const { source, file, converted } = this.#context;
    const lines = linesOf(bytes);
    const dropped: number[] = [];
    const piece = { source, file, converted, bytes, byte, line: this.#line, record: this.#line };
    const origin = new ByteOrigin(piece, () => spans(bytes), dropped);
    this.#line += lines.length;
    const records = block.long ? this.#short(lines, origin, dropped) : lines;
    return records.length === 0 ? undefined : batch(records, origin);
  }

  /** Lines before the one that ends the run still leave; what ends it is thrown by the next call. */
  #short(lines: readonly string[], origin: ByteOrigin, dropped: number[]): readonly string[] {
    const kept: string[] = [];
    try {
      for (const [place, line] of lines.entries()) {
        if (Buffer.byteLength(line) <= this.#maxBytes) {
          kept.push(line);
          continue;
        }
        const at = origin.atPlace(place);
        const error = longRecord('line', at, this.#maxBytes);
        const replacement = this.#context.failed({ error, origin: at, raw: rawHead(line, this.#maxBytes) });
        if (replacement === undefined) dropped.push(place);
        else kept.push(replacement.record as string);
      }
    } catch (error) {
      if (kept.length === 0) throw error;
      this.#fatal = { error };
    }
    return kept;
  }
}

/**
 * Each line is decoded by itself: a piece of one long string would keep all of that alive for as
 * long as somebody keeps the line.
 */
function linesOf(bytes: Uint8Array): readonly string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(10, from);
    const end = feed === -1 ? bytes.length : feed;
    lines.push(buffer.toString(encoding, from, end > from && bytes[end - 1] === 13 ? end - 1 : end));
    from = end + 1;
  }
  return lines;
}

function spans(bytes: Uint8Array): Spans {
  const found: number[] = [];
  for (const { from, to } of lineSpans(bytes)) found.push(from, to);
  return found;
}
