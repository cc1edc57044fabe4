import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Reader } from '../../interfaces/reader.ts';
import { usage } from '../arguments.ts';
import type { Arguments, Command } from '../command.ts';
import { namedFormat } from '../files/file-format.ts';
import { type FileInput, openInput } from '../files/file-input.ts';

/** Dead letters that can be read as often as there are nodes that refused some. */
export interface LetterInput {
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
  const kept = paths.includes('-') ? await mkdtemp(join(tmpdir(), 'millrace-letters-')) : undefined;
  if (kept !== undefined) await pipeline(process.stdin, createWriteStream(join(kept, 'stdin')));
  const input: FileInput = {
    paths: paths.map((path) => (path === '-' ? join(kept!, 'stdin') : path)),
    format,
    delimiter: undefined,
    untyped: false,
  };
  return {
    open: () => openInput(input),
    async remove() {
      if (kept !== undefined) await rm(kept, { recursive: true, force: true });
    },
  };
}
