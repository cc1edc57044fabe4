import { isAscii } from 'node:buffer';
import { batch } from '../../../core/batch.ts';
import type { Batch, BatchOrigin, Origin } from '../../../interfaces/batch.ts';
import type { DecodeContext, Decoder, DecoderPosition } from '../../../interfaces/format.ts';
import { fileOrigin } from '../../bytes/file-origin.ts';
import { type LineBlock, LineBlocks, lineSpans } from '../../bytes/line-blocks.ts';
import { longRecord, rawHead } from '../../bytes/record-limit.ts';

export interface MultiLineSettings {
  /** What the first line of a record looks like. */
  readonly start: RegExp;
  readonly maxRecordBytes: number;
  /** The part of a line that `start` is tried on, in bytes. */
  readonly maxMatchBytes: number;
}

/** The record that the next line may go on with. */
interface OpenRecord {
  readonly origin: Origin;
  readonly byte: number;
  readonly line: number;
  text: string;
  bytes: number;
}

/** Decodes records of several lines, the first of which matches a pattern, into text with LF between the lines. */
export class MultiLineDecoder implements Decoder<string> {
  readonly #context: DecodeContext;
  readonly #settings: MultiLineSettings;
  readonly #blocks: LineBlocks;
  #open: OpenRecord | undefined;
  #line: number;
  #record: number;
  #fatal: { readonly error: unknown } | undefined;

  constructor(context: DecodeContext, settings: MultiLineSettings) {
    this.#context = context;
    this.#settings = settings;
    this.#blocks = new LineBlocks(settings.maxRecordBytes, context.offset ?? 0);
    this.#line = context.from?.line ?? 1;
    this.#record = context.from?.record ?? 1;
  }

  decode(chunk: Uint8Array): Batch<string> | undefined {
    return this.#gather(this.#blocks.push(chunk), false);
  }

  flush(): Batch<string> | undefined {
    return this.#gather(this.#blocks.flush(), true);
  }

  /** The record that is open begins anew. */
  position(): DecoderPosition | undefined {
    if (this.#fatal !== undefined) return undefined;
    const { byte, line } = this.#open ?? { byte: this.#blocks.next, line: this.#line };
    return { byte, line, record: this.#record };
  }

  /** Records before the one that ends the run still leave; what ends it is thrown by the next call. */
  #gather(block: LineBlock | undefined, last: boolean): Batch<string> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    const records: string[] = [];
    const origins: Origin[] = [];
    try {
      if (block !== undefined) this.#lines(block, records, origins);
      if (last) this.#close(records, origins);
    } catch (error) {
      if (records.length === 0) throw error;
      this.#fatal = { error };
    }
    if (records.length === 0) return undefined;
    return batch(records, new MultiLineOrigin(this.#context.source, records, origins));
  }

  #lines({ bytes, byte }: LineBlock, records: string[], origins: Origin[]): void {
    const { start, maxMatchBytes, maxRecordBytes } = this.#settings;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
    for (const { from, to } of lineSpans(bytes)) {
      const line = buffer.toString(encoding, from, to);
      const begins = start.test(to - from <= maxMatchBytes ? line : line.slice(0, maxMatchBytes));
      if (begins || this.#open === undefined) {
        this.#close(records, origins);
        const origin = fileOrigin(this.#context, this.#record, this.#line, byte + from);
        this.#open = { origin, byte: byte + from, line: this.#line, text: line, bytes: to - from };
      } else {
        this.#open.bytes += to - from + 1;
        // What is too long is refused when it ends; of its text no more is kept than shows what it was.
        if (this.#open.bytes <= maxRecordBytes) this.#open.text += `\n${line}`;
      }
      this.#line++;
    }
  }

  #close(records: string[], origins: Origin[]): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#record++;
    const { maxRecordBytes } = this.#settings;
    let { text } = open;
    if (open.bytes > maxRecordBytes) {
      const { origin } = open;
      const error = longRecord('record', origin, maxRecordBytes);
      const replacement = this.#context.failed({ error, origin, raw: rawHead(text, maxRecordBytes) });
      if (replacement === undefined) return;
      text = replacement.record as string;
    }
    records.push(text);
    origins.push(open.origin);
  }
}

class MultiLineOrigin implements BatchOrigin {
  readonly source: string;
  readonly #records: readonly string[];
  readonly #origins: readonly Origin[];

  constructor(source: string, records: readonly string[], origins: readonly Origin[]) {
    this.source = source;
    this.#records = records;
    this.#origins = origins;
  }

  at(index: number): Origin {
    return this.#origins[index]!;
  }

  raw(index: number): string | undefined {
    return this.#records[index];
  }
}
