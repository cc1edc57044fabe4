import type { Reader } from '../../src/interfaces/reader.ts';
import type { Writer } from '../../src/interfaces/writer.ts';
import type { FileReadOptions, FileWriteOptions } from '../../src/io/bytes/file-options.ts';
import { csvReader } from '../../src/io/formats/csv/csv-reader.ts';
import { csvWriter } from '../../src/io/formats/csv/csv-writer.ts';
import { jsonReader } from '../../src/io/formats/json/json-reader.ts';
import { jsonWriter } from '../../src/io/formats/json/json-writer.ts';
import { ndjsonReader } from '../../src/io/formats/ndjson/ndjson-reader.ts';
import { ndjsonWriter } from '../../src/io/formats/ndjson/ndjson-writer.ts';
import { textReader } from '../../src/io/formats/text/text-reader.ts';
import { textWriter } from '../../src/io/formats/text/text-writer.ts';

/** A format of text, with some records and what they are as text, read and written. */
export interface TextFormat {
  readonly read: (path: string | readonly string[], options: FileReadOptions) => Reader<unknown>;
  readonly write: (path: string, options?: FileWriteOptions) => Writer<unknown>;
  readonly records: readonly unknown[];
  readonly text: string;
  /** The text with two bad records between the others. */
  readonly bad?: string;
  /** The text of no records. */
  readonly empty: string;
  /** A record that the writer must refuse. */
  readonly poison: unknown;
}

/** More than one batch in small pieces. */
const rows = Array.from({ length: 60 }, (_, id) => ({
  id: `${id}`,
  note: ['plain', 'Zoë 日本 🚲', 'a "b", c', 'x'.repeat(id)][id % 4]!,
}));
const lines = rows.map((row) => JSON.stringify(row));
const csvLines = rows.map(({ id, note }) => {
  const quoted = note.includes('"') ? `"${note.replaceAll('"', '""')}"` : note;
  return `${id},${quoted}\n`;
});

export const FORMATS: Readonly<Record<string, TextFormat>> = {
  csv: {
    read: csvReader,
    write: csvWriter,
    records: rows,
    text: `id,note\n${csvLines.join('')}`,
    bad: `id,note\n1\n${csvLines.join('')}2,3,4\n`,
    empty: '',
    poison: { id: 4, note: () => 'no text' },
  },
  ndjson: {
    read: ndjsonReader,
    write: ndjsonWriter,
    records: rows,
    text: `${lines.join('\n')}\n`,
    bad: `{\n${lines.join('\n')}\n}\n`,
    empty: '',
    poison: () => 'no text',
  },
  json: {
    read: jsonReader,
    write: jsonWriter,
    records: rows,
    text: `[\n${lines.join(',\n')}\n]\n`,
    bad: `[tru,${lines.join(',')},nul]`,
    empty: '[]\n',
    poison: () => 'no text',
  },
  text: {
    read: textReader,
    write: textWriter as TextFormat['write'],
    records: lines,
    text: `${lines.join('\n')}\n`,
    empty: '',
    poison: 4,
  },
};
