import type { DataType, Table, Vector } from 'apache-arrow';
import type { Encoder } from '../../../interfaces/format.ts';
import { type BufferedColumn, ColumnBuffer } from '../columnar/column-buffer.ts';
import type { ColumnKind } from '../columnar/column-kinds.ts';
import type { ArrowWriteSettings } from './arrow-write-options.ts';

type Library = typeof import('apache-arrow');

/** What ends a stream: a message of no length. */
const END_BYTES = 8;

/**
 * Encodes records as an Arrow IPC stream: a batch of records of each call. The library makes whole streams; of
 * those after the first, what says which columns there are is left out, and of all but the last, the end.
 */
export class ArrowEncoder implements Encoder<unknown> {
  readonly #library: Library;
  readonly #buffer: ColumnBuffer;
  #begun = false;
  #begunBefore = false;

  constructor(library: Library, settings: ArrowWriteSettings) {
    this.#library = library;
    this.#buffer = new ColumnBuffer(settings);
  }

  encode(records: readonly unknown[]): Uint8Array {
    this.#buffer.push(records);
    this.#begunBefore = this.#begun;
    if (records.length === 0) return new Uint8Array(0);
    const stream = this.#stream(this.#buffer.take());
    this.#begun = true;
    return stream.subarray(this.#begunBefore ? schemaBytes(stream) : 0, -END_BYTES);
  }

  undo(): void {
    this.#begun = this.#begunBefore;
    this.#buffer.undo();
  }

  finish(): Uint8Array {
    const stream = this.#stream(this.#buffer.take());
    return this.#begun ? stream.subarray(-END_BYTES) : stream;
  }

  #stream(columns: readonly BufferedColumn[]): Uint8Array {
    const { tableToIPC } = this.#library;
    return tableToIPC(this.#table(columns), 'stream');
  }

  #table(columns: readonly BufferedColumn[]): Table {
    const { Field, Schema, Table } = this.#library;
    const fields = columns.map(({ name, kind }) => new Field(name, this.#type(kind), true));
    const schema = new Schema(fields);
    if ((columns[0]?.values.length ?? 0) === 0) return new Table(schema);
    const vectors = columns.map((column, index) => [column.name, this.#vector(column, fields[index]!.type)]);
    return new Table(schema, Object.fromEntries(vectors) as Record<string, Vector>);
  }

  #vector({ values }: BufferedColumn, type: DataType): Vector {
    const builder = this.#library.makeBuilder({ type, nullValues: [null] });
    for (const value of values) builder.append(value);
    return builder.finish().toVector();
  }

  #type(kind: ColumnKind): DataType {
    const { Binary, Bool, Float64, Int32, Int64, TimestampMillisecond, Utf8 } = this.#library;
    const types: Readonly<Record<ColumnKind, () => DataType>> = {
      boolean: () => new Bool(),
      int32: () => new Int32(),
      int64: () => new Int64(),
      double: () => new Float64(),
      string: () => new Utf8(),
      timestamp: () => new TimestampMillisecond(),
      binary: () => new Binary(),
      json: () => new Utf8(),
    };
    return types[kind]();
  }
}

/** The bytes of the message at the beginning that says which columns there are; it has no body. */
function schemaBytes(stream: Uint8Array): number {
  return 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
}
