import { z } from 'zod';
import { batch } from '../../../core/batch.ts';
import { checkedPosition } from '../../../core/changed-error.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { DecodeContext, Decoder, DecoderPosition } from '../../../interfaces/format.ts';
import { ByteOrigin, type BytePiece, lineFeeds, utf8 } from '../../bytes/byte-origin.ts';
import { fileOrigin } from '../../bytes/file-origin.ts';
import { ARRAY_END, type Container, type Expected, elementSpans, pastSpace } from './element-spans.ts';
import { Envelope, EnvelopeStateSchema } from './envelope.ts';
import { faultError, truncatedError } from './json-error.ts';
import type { ContainerPath } from './json-path.ts';
import { RecordParser, type RecordSettings } from './record-parser.ts';
import { Structure, type StructureState, StructureStateSchema } from './structure.ts';

export interface JsonDecoderSettings extends RecordSettings {
  readonly path: ContainerPath;
  readonly maxDepth: number;
}

const COMMA = 44;

const JsonStateSchema = z.strictObject({
  envelope: EnvelopeStateSchema,
  expected: z.enum(['first', 'element', 'comma']),
  /** Within an element that is too long. */
  dropping: StructureStateSchema.optional(),
});

/**
 * Decodes the elements of one array, or the members of one object, of a document. In a chunk, only the
 * place behind the last whole element is looked for; what lies before it is parsed at once. When that
 * fails, or somebody asks for an origin, the elements are found one by one.
 */
export class JsonDecoder<T> implements Decoder<T> {
  readonly #context: DecodeContext;
  readonly #settings: JsonDecoderSettings;
  readonly #envelope: Envelope;
  readonly #parser: RecordParser<T>;
  readonly #isArray: boolean;
  #container: Container | undefined;
  #structure!: Structure;
  #expected: Expected = 'first';
  /** What was taken of the element under way, from its first byte. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** Whether the element under way is too long, and what comes of it is dropped. */
  #dropping = false;
  /** Place of what is held, or else of what comes next. */
  #byte: number;
  #line: number;
  #record: number;
  #fatal: { readonly error: unknown } | undefined;

  constructor(context: DecodeContext, settings: JsonDecoderSettings) {
    this.#context = context;
    this.#settings = settings;
    const { from } = context;
    const where = context.file ?? context.source;
    const state = from?.state === undefined ? undefined : checkedPosition(JsonStateSchema, from.state, where);
    this.#envelope = new Envelope(settings, state?.envelope);
    this.#isArray = settings.path.closer === ARRAY_END;
    this.#parser = new RecordParser(context, settings, this.#isArray ? 'elements' : 'members');
    this.#byte = context.offset ?? 0;
    this.#line = from?.line ?? 1;
    this.#record = from?.record ?? 1;
    if (state === undefined) return;
    this.#expected = state.expected;
    this.#dropping = state.dropping !== undefined;
    if (this.#envelope.entered) this.#enter(state.dropping);
  }

  /** An element under way begins anew, unless it is too long. */
  position(): DecoderPosition | undefined {
    if (this.#fatal !== undefined) return undefined;
    const envelope = this.#envelope.snapshot();
    const dropping = this.#dropping ? this.#structure.snapshot() : undefined;
    const state = { envelope, expected: this.#expected, ...(dropping && { dropping }) };
    return { byte: this.#byte, line: this.#line, record: this.#record, state };
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    let at = 0;
    let made: Batch<T> | undefined;
    while (at < chunk.length && this.#fatal === undefined) {
      if (this.#container === undefined) at = this.#around(chunk, at);
      else if (this.#dropping) at = this.#drop(chunk, at);
      else {
        const stop = this.#structure.scan(chunk, at);
        made = this.#take(chunk, at, stop);
        at = stop + 1;
        if (this.#structure.ended) {
          this.#container = undefined;
          this.#envelope.leave();
        }
      }
    }
    if (made !== undefined) return made;
    if (this.#fatal !== undefined) throw this.#fatal.error;
    return undefined;
  }

  /** What was not seen to end is no record, even if it could be one: a number may have been cut. */
  flush(): Batch<T> | undefined {
    if (this.#fatal !== undefined) throw this.#fatal.error;
    if (this.#container === undefined && this.#envelope.done) return undefined;
    if (this.#partBytes === 0) throw truncatedError(this.#origin(0), this.#envelope.untouched);
    const piece = this.#piece(Buffer.concat(this.#parts));
    const { fault, expected } = elementSpans(piece.bytes, this.#container!, this.#expected);
    if (fault !== undefined) throw faultError(fault, new ByteOrigin(piece, [fault.at]).atPlace(0));
    const end = new ByteOrigin(piece, [piece.bytes.length]).atPlace(0);
    throw truncatedError(end, false, expected === 'comma' ? undefined : this.#origin(0));
  }

  /** Passes over what is not in the array or object. */
  #around(chunk: Uint8Array, from: number): number {
    const envelope = this.#envelope;
    envelope.line = this.#line;
    const at = envelope.scan(chunk, from);
    const { fault } = envelope;
    this.#line = envelope.line;
    if (fault !== undefined) this.#fatal = { error: faultError(fault, this.#origin(fault.at - from)) };
    else if (envelope.entered) this.#enter();
    this.#byte += at - from;
    return at;
  }

  #enter(from?: StructureState): void {
    const { depth } = this.#envelope;
    const { path, maxDepth, maxRecordBytes } = this.#settings;
    this.#container = { closer: path.closer, depth, maxDepth, maxRecordBytes };
    this.#structure = new Structure(depth, maxDepth, path.closer, from);
  }

  /** Drops what is left of an element that is too long. */
  #drop(chunk: Uint8Array, from: number): number {
    const structure = this.#structure;
    const at = structure.scanBytes(chunk, from, true);
    this.#line += structure.lines;
    this.#byte += at - from;
    if (structure.fault !== undefined) {
      this.#fatal = { error: faultError(structure.fault, this.#origin(0)) };
    } else if (structure.ended || structure.cut !== -1) {
      this.#dropping = false;
      this.#expected = structure.cut !== -1 && chunk[at - 1] === COMMA ? 'element' : 'comma';
    }
    return at;
  }

  /** Makes records of what ended between `from` and where the scan stopped, and holds the rest. */
  #take(chunk: Uint8Array, from: number, stop: number): Batch<T> | undefined {
    const { cut, cuts, ended, fault, lines } = this.#structure;
    const over = ended || fault !== undefined;
    let to = over ? stop + 1 : Math.max(cut, from);
    const held = to === from ? this.#partBytes : 0;
    const rest = over ? 0 : held + chunk.length - (held === 0 ? pastSpace(chunk, to) : to);
    if (rest > this.#settings.maxRecordBytes) to = chunk.length;
    if (to === from) {
      this.#hold(chunk, from);
      return undefined;
    }
    const last = from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
    const bytes = this.#partBytes === 0 ? last : Buffer.concat([...this.#parts, last]);
    const before = this.#partBytes - from;
    const heldLines = this.#partBytes === 0 ? 0 : lineFeeds(bytes, 0, this.#partBytes);
    const piece = this.#piece(bytes);
    this.#parts = [];
    this.#partBytes = 0;
    const made = this.#together(piece, cuts, before) ?? this.#each(piece);
    this.#byte += bytes.length;
    this.#line += heldLines + lines - lineFeeds(chunk, to, stop);
    if (!over && !this.#dropping) this.#hold(chunk, to);
    return made.records.length === 0 ? undefined : made;
  }

  /** Keeps the chunk from `from`, without white space before an element. */
  #hold(chunk: Uint8Array, from: number): void {
    const start = this.#partBytes === 0 ? pastSpace(chunk, from) : from;
    this.#line += lineFeeds(chunk, from, start);
    this.#byte += start - from;
    if (start >= chunk.length) return;
    this.#parts.push(start === 0 ? chunk : chunk.subarray(start));
    this.#partBytes += chunk.length - start;
  }

  /**
   * All elements of a piece, those between two cuts by one call of the parser, when that is known to be
   * safe and succeeds. Long texts are not parsed at once, as they leave the young heap.
   */
  #together(piece: BytePiece, cuts: readonly number[], shift: number): Batch<T> | undefined {
    const { bytes } = piece;
    if (!this.#isArray || bytes.length > this.#parser.safeBytes) return undefined;
    const { ended } = this.#structure;
    const last = bytes.length - (ended ? 1 : 0);
    let records: T[] = [];
    let expected = this.#expected;
    let from = 0;
    for (let index = 0; from < last; index++) {
      const end = index < cuts.length ? cuts[index]! + shift : last;
      if (expected === 'comma') {
        from = pastSpace(bytes, from);
        if (from === last) break;
        if (bytes[from++] !== COMMA) return undefined;
      }
      const comma = bytes[end - 1] === COMMA && !(ended && end === last);
      const values = this.#parser.values(utf8(bytes, from, comma ? end - 1 : end));
      if (values === undefined || values.length === 0) return undefined;
      records = index === 0 ? values : records.concat(values);
      expected = comma ? 'element' : 'comma';
      from = end;
    }
    if (records.length === 0) return undefined;
    const container = this.#container!;
    const before = this.#expected;
    this.#expected = expected;
    this.#record += records.length;
    return batch(records, new ByteOrigin(piece, () => elementSpans(bytes, container, before).spans));
  }

  #each(piece: BytePiece): Batch<T> {
    const { bytes } = piece;
    const { spans, colons, fault, expected, endless } = elementSpans(bytes, this.#container!, this.#expected);
    const dropped: number[] = [];
    const origin = new ByteOrigin(piece, spans, dropped);
    const records =
      (fault === undefined ? this.#parser.all(bytes, spans, colons) : undefined) ??
      this.#parser.each(bytes, spans, origin, dropped);
    this.#expected = expected;
    this.#dropping = endless;
    this.#record += spans.length / 2;
    this.#fatal = this.#parser.thrown;
    if (fault !== undefined && this.#fatal === undefined) {
      const at = new ByteOrigin(piece, [fault.at]).atPlace(0);
      this.#fatal = { error: faultError(fault, { ...at, record: this.#record }) };
    }
    return batch(records, origin);
  }

  #piece(bytes: Uint8Array): BytePiece {
    const { source, file, converted } = this.#context;
    return { source, file, converted, bytes, byte: this.#byte, line: this.#line, record: this.#record };
  }

  #origin(bytesOn: number) {
    return fileOrigin(this.#context, this.#record, this.#line, this.#byte + bytesOn);
  }
}
