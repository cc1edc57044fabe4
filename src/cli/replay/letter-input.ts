import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Reader } from '../../interfaces/reader.ts';
import { ioError } from '../../io/bytes/io-error.ts';
import { keepTrackOf, released } from '../../processing/runtime/spill/live-folders.ts';
import { usage } from '../arguments.ts';
import type { Arguments, Command } from '../command.ts';
import { namedFormat } from '../files/file-format.ts';
import { type FileInput, openInput } from '../files/file-input.ts';

/** Dead letters that can be read as often as there are nodes that refused some. */
export interface LetterInput {
  /** The file with what came through stdin. */
  readonly stdin: string | undefined;
  open(): Promise<Reader<unknown>>;
  /** Removes what was kept of stdin. */
  remove(): Promise<void>;
}

/**
 * The files that dead letters are in. What comes through stdin is kept in a temporary file.
 *
 * @throws MillraceError `ERR_USAGE` for none, and for a format that is neither NDJSON nor JSON.
 */
export async function letterInput(command: Pick<Command, 'name'>, given: Arguments): Promise<LetterInput> {
  const paths = given.positionals.slice(1);
  if (paths.length === 0) {
    throw usage(
      command,
      'no dead letters are given',
      `Name the file: millrace ${command.name} orders.ts rejects.ndjson; - is stdin.`,
    );
  }
  const format =
    given.value('from') ?? (paths.every((path) => namedFormat(path) === 'json') ? 'json' : 'ndjson');
  if (format !== 'ndjson' && format !== 'json') {
    throw usage(command, `dead letters cannot be read from ${format}`, 'Write --from ndjson or --from json.');
  }
  const kept = paths.includes('-') ? await keptStdin() : undefined;
  const input: FileInput = {
    paths: paths.map((path) => (path === '-' ? kept!.path : path)),
    format,
    delimiter: undefined,
    untyped: false,
  };
  return {
    stdin: kept?.path,
    open: () => openInput(input),
    remove: async () => kept?.remove(),
  };
}

/** The folder goes, however the command ends. */
async function keptStdin(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-letters-'));
  keepTrackOf(folder);
  const path = join(folder, 'stdin');
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    released(folder);
  };
  try {
    await pipeline(process.stdin, createWriteStream(path));
  } catch (cause) {
    await remove();
    throw ioError('keep', 'stdin', cause);
  }
  return { path, remove };
}
