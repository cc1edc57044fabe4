import Papa from 'papaparse';
import { MillraceError } from '../../../core/errors.ts';
import { HEAD_BYTES } from '../../bytes/file-head.ts';
import type { CsvWriteSettings } from './csv-write-options.ts';

/** A name that was made harmless for spreadsheets. */
const HARMLESS = /^'(?=[=+\-@\t\r])/;

/**
 * The columns of a file that rows are appended to, by its first row: values must not come under other names.
 *
 * @throws MillraceError `ERR_CSV_HEADER` when they are not those of the option, or there is no telling which they are.
 */
export function presentColumns(
  path: string,
  head: Uint8Array,
  settings: CsvWriteSettings,
): readonly string[] {
  const { delimiter, quote, columns, escapeFormulas } = settings;
  const text = Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  const quoting = quote === '' ? { fastMode: true } : { quoteChar: quote };
  const { data, meta } = Papa.parse<string[]>(text, { delimiter, ...quoting, preview: 1 });
  if (head.length >= HEAD_BYTES && !meta.truncated)
    throw refusal(path, `its first row is longer than ${HEAD_BYTES} bytes`);
  const names = (data[0] ?? []).map((name) => (escapeFormulas ? name.replace(HARMLESS, '') : name));
  if (new Set(names).size < names.length) throw refusal(path, 'two of its columns have the same name');
  if (columns === undefined) return names;
  if (columns.length === names.length && columns.every((name, at) => name === names[at])) return names;
  throw refusal(path, `its columns are ${listed(names)}, and those to write ${listed(columns)}`);
}

function listed(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}

function refusal(path: string, found: string): MillraceError {
  return new MillraceError('ERR_CSV_HEADER', `Cannot append to ${path}: ${found}`, {
    hint: 'Write another file; or say header: false, when the first row of this one has no names.',
  });
}
