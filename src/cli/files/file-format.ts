import { extname } from 'node:path';
import { didYouMean } from '../../core/did-you-mean.ts';
import { namedCompression } from '../../io/bytes/compression.ts';
import { usage } from '../arguments.ts';
import type { Command } from '../command.ts';

export const FORMATS = ['csv', 'tsv', 'ndjson', 'json', 'text', 'parquet', 'arrow'] as const;
export type FileFormat = (typeof FORMATS)[number];

const ENDINGS: Readonly<Record<string, FileFormat>> = Object.freeze({
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.tab': 'tsv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
  '.geojson': 'json',
  '.txt': 'text',
  '.log': 'text',
  '.parquet': 'parquet',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
});

/**
 * What a file is: as the option says, or by the end of its name, without that of a compression.
 *
 * @throws MillraceError `ERR_USAGE` when neither says it.
 */
export function formatOf(
  command: Pick<Command, 'name'>,
  path: string,
  option: 'from' | 'to',
  given: string | undefined,
): FileFormat {
  if (given !== undefined) {
    if ((FORMATS as readonly string[]).includes(given)) return given as FileFormat;
    throw usage(command, `there is no format "${given}"`, didYouMean(given, FORMATS));
  }
  const found = namedFormat(path);
  if (found !== undefined) return found;
  const what =
    path === '-' ? 'a pipe does not tell its format' : `the name of ${path} does not tell its format`;
  throw usage(command, what, `Say it: --${option} ${FORMATS.join('|')}.`);
}

/** What the end of a name says. */
export function namedFormat(path: string): FileFormat | undefined {
  const name = path.replace(/[?#].*$/, '');
  const bare = namedCompression(name) === 'none' ? name : name.slice(0, -extname(name).length);
  return ENDINGS[extname(bare).toLowerCase()];
}
