import { z } from 'zod';
import { checkedPosition } from '../../../core/changed-error.ts';
import { COLUMN_TYPES, type ColumnType } from '../../../core/column-types.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { DecodeContext, Decoder, DecoderPosition } from '../../../interfaces/format.ts';
import { utf8Tail } from '../../bytes/utf8-text.ts';
import { type Dialect, isStandardDialect } from './csv-dialect.ts';
import { HeldBytes } from './held-bytes.ts';
import { IndexedDecoder } from './indexed-decoder.ts';
import { inferTypes, SAMPLE_BYTES } from './infer-types.ts';
import { PapaDecoder } from './papa-decoder.ts';
import type { CsvDecoding } from './row-judge.ts';
import { type RowsDecoder, type RowsStart, RowsStarter } from './rows-start.ts';
import { canIndex } from './structural-index.ts';

const NONE: Uint8Array = new Uint8Array(0);
const NO_TYPES: readonly ColumnType[] = [];

/** What was found out in front of the rows that are to come. */
const CsvStateSchema = z.strictObject({
  dialect: z.strictObject({
    delimiter: z.string().min(1),
    quote: z.string().max(1),
    escape: z.string().optional(),
    comment: z.string().optional(),
    newline: z.enum(['\n', '\r']),
  }),
  types: z.array(z.enum(COLUMN_TYPES)).readonly().optional(),
  head: z.union([z.array(z.string()), z.number().int().min(0)]).optional(),
});

/** CSV: once the dialect is known, the fast way where it can be taken, else papaparse's. */
export class CsvDecoder<T> implements Decoder<T> {
  readonly #context: DecodeContext;
  readonly #settings: CsvDecoding;
  readonly #starter: RowsStarter;
  readonly #held = new HeldBytes();
  #found: RowsStart | undefined;
  /** Length of held bytes from which on they are looked at for types again. */
  #sampleDue = 0;
  #decoder: RowsDecoder<T> | undefined;

  constructor(settings: CsvDecoding, context: DecodeContext) {
    this.#context = context;
    this.#settings = settings;
    this.#starter = new RowsStarter(settings, context);
    const { from } = context;
    if (from?.state === undefined) return;
    const state = checkedPosition(CsvStateSchema, from.state, context.file ?? context.source);
    this.#found = { ...state, byte: from.byte, line: from.line };
    this.#decoder = this.#rows(this.#found);
  }

  /** Before the rows begin, nothing is given out, and all is read again. */
  position(): DecoderPosition | undefined {
    const { offset: byte = 0 } = this.#context;
    const found = this.#found;
    const decoder = this.#decoder;
    if (found === undefined || decoder === undefined) return { byte, line: 1, record: 1 };
    const position = decoder.position();
    if (position === undefined) return undefined;
    const { head, ...place } = position;
    const { dialect, types } = found;
    return { ...place, state: { dialect, types, head } };
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    if (this.#decoder === undefined) {
      this.#held.add(chunk);
      this.#decoder = this.#start(chunk, false);
      return this.#decoder?.decode(this.#held.slice(0, this.#held.length));
    }
    return this.#decoder.decode(chunk);
  }

  flush(): Batch<T> | undefined {
    if (this.#decoder !== undefined) return this.#decoder.flush(NONE);
    this.#decoder = this.#start(NONE, true);
    return this.#decoder?.flush(this.#held.slice(0, this.#held.length));
  }

  #start(chunk: Uint8Array, last: boolean): RowsDecoder<T> | undefined {
    this.#found ??= this.#starter.find(this.#held, chunk, last);
    const start = this.#found;
    if (start === undefined) return undefined;
    const types = typeof this.#settings.types === 'string' ? this.#infer(start.dialect, last) : NO_TYPES;
    if (types === undefined) {
      this.#held.keep(0);
      return undefined;
    }
    this.#found = { ...start, types };
    return this.#rows(this.#found);
  }

  #rows(start: RowsStart): RowsDecoder<T> {
    return isStandardDialect(start.dialect) && canIndex()
      ? new IndexedDecoder(this.#settings, this.#context, start)
      : new PapaDecoder(this.#settings, this.#context, start);
  }

  #infer(dialect: Dialect, last: boolean): readonly ColumnType[] | undefined {
    if (this.#held.length < this.#sampleDue && !last) return undefined;
    this.#sampleDue = 1.25 * this.#held.length;
    const bytes = this.#held.slice(0, SAMPLE_BYTES);
    const whole = last && bytes.length === this.#held.length;
    const text = bytes.toString('utf8', 0, whole ? bytes.length : bytes.length - utf8Tail(bytes));
    return inferTypes(text, dialect, this.#settings, last);
  }
}
