import type { SchemaElement } from 'hyparquet';
import type { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Encoder } from '../../../interfaces/format.ts';
import { ColumnBuffer } from '../columnar/column-buffer.ts';
import type { ColumnKind } from '../columnar/column-kinds.ts';
import { CODECS } from './parquet-compressors.ts';
import type { ParquetWriteSettings } from './parquet-write-options.ts';

type Library = typeof import('hyparquet-writer');

const ELEMENTS: Readonly<Record<ColumnKind, Omit<SchemaElement, 'name'>>> = {
  boolean: { type: 'BOOLEAN' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  binary: { type: 'BYTE_ARRAY' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON' },
};

/**
 * Encodes records as a Parquet file. They are held as columns until a row group is full; the call after encodes
 * it, and what a call that was undone has encoded comes with the next.
 */
export class ParquetEncoder implements Encoder<unknown> {
  readonly #library: Library;
  readonly #settings: ParquetWriteSettings;
  readonly #buffer: ColumnBuffer;
  readonly #bytes: ByteWriter;
  #writer: ParquetWriter | undefined;
  #ready: Uint8Array = new Uint8Array(0);
  #given: Uint8Array = new Uint8Array(0);

  constructor(library: Library, settings: ParquetWriteSettings) {
    this.#library = library;
    this.#settings = settings;
    this.#buffer = new ColumnBuffer(settings);
    this.#bytes = new library.ByteWriter();
  }

  encode(records: readonly unknown[]): Uint8Array {
    if (this.#buffer.rows >= this.#settings.groupRows) this.#encodeGroup();
    this.#buffer.push(records);
    this.#given = this.#ready;
    this.#ready = new Uint8Array(0);
    return this.#given;
  }

  undo(): void {
    this.#buffer.undo();
    this.#ready = this.#given;
  }

  finish(): Uint8Array {
    if (this.#buffer.rows > 0) this.#encodeGroup();
    this.#open().finish();
    this.#take();
    return this.#ready;
  }

  #encodeGroup(): void {
    const writer = this.#open();
    const columnData = this.#buffer.take().map(({ name, kind, values }) => ({
      name,
      data: kind === 'json' ? values.map(parsed) : values,
    }));
    writer.write({ columnData, rowGroupSize: columnData[0]!.data.length });
    this.#take();
  }

  #open(): ParquetWriter {
    const kinds = this.#buffer.kinds ?? [];
    const { codec, ...compression } = CODECS[this.#settings.codec];
    this.#writer ??= new this.#library.ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: 'root', num_children: kinds.length },
        ...kinds.map(([name, kind]) => ({ name, repetition_type: 'OPTIONAL' as const, ...ELEMENTS[kind] })),
      ],
      codec,
      ...('compress' in compression ? { compressors: { [codec]: compression.compress } } : {}),
      createdBy: 'millrace',
    });
    return this.#writer;
  }

  /** What the library has written goes on to what is ready. */
  #take(): void {
    const { buffer, index } = this.#bytes;
    this.#ready = Buffer.concat([this.#ready, new Uint8Array(buffer, 0, index)]);
    this.#bytes.index = 0;
  }
}

/** The library writes the text itself; the value is one that nobody else can change. */
function parsed(text: unknown): unknown {
  return text === null ? null : JSON.parse(text as string);
}
