import { extname } from 'node:path';
import { didYouMean } from '../../core/did-you-mean.ts';
import type { PluginFormat } from '../../interfaces/plugin.ts';
import { namedCompression } from '../../io/bytes/compression.ts';
import { usage } from '../arguments.ts';
import type { Command } from '../command.ts';

export const FORMATS = ['csv', 'tsv', 'ndjson', 'json', 'text', 'parquet', 'arrow'] as const;
/** One that is built in, or the name of one that a plugin brings. */
export type FileFormat = (typeof FORMATS)[number] | (string & {});

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
  brought: readonly PluginFormat[] = [],
): FileFormat {
  const usable = brought.filter(({ reads, writes }) => (option === 'from' ? reads : writes));
  const known = [...FORMATS, ...usable.map(({ name }) => name)];
  if (given !== undefined) {
    if (known.includes(given)) return given;
    throw usage(command, `there is no format "${given}"`, didYouMean(given, known));
  }
  const found = namedFormat(path, usable);
  if (found !== undefined) return found;
  const what =
    path === '-' ? 'a pipe does not tell its format' : `the name of ${path} does not tell its format`;
  throw usage(command, what, `Say it: --${option} ${known.join('|')}.`);
}

/** What the end of a name says; built-in formats come first. */
export function namedFormat(path: string, brought: readonly PluginFormat[] = []): FileFormat | undefined {
  const name = path.replace(/[?#].*$/, '');
  const bare = namedCompression(name) === 'none' ? name : name.slice(0, -extname(name).length);
  const end = extname(bare).toLowerCase();
  return ENDINGS[end] ?? brought.find(({ extensions }) => extensions.includes(end))?.name;
}
