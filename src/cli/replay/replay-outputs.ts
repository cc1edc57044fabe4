import { basename, dirname, join } from 'node:path';
import { shortPath } from '../../core/module/user-frame.ts';
import type { OutputFiles, Writer } from '../../interfaces/writer.ts';
import { Pipeline } from '../../processing/graph/pipeline.ts';
import { REPLAY_LETTERS } from '../../processing/graph/replay.ts';
import { swapNodes } from '../../processing/graph/swap-nodes.ts';
import { usage } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type FileIds, fileId } from './letter-files.ts';

/** What becomes of files that are there: nothing, as they are in the way; or they are added to, replaced, left beside others. */
export type OutputWay =
  | { readonly way: 'none' | 'append' | 'overwrite' }
  | { readonly way: 'suffix'; readonly suffix: string };

const WAYS =
  'Add to them with --append, write beside them with --output-suffix .again, or replace them with --overwrite; --rejects names another file for what is refused again.';

/**
 * The pipeline with its files written in this way.
 *
 * @param read The files that dead letters are read from: they are written in no way, whatever leads there.
 * @throws MillraceError `ERR_USAGE` with all files that are in the way.
 */
export async function withOutputs(
  command: Pick<Command, 'name'>,
  pipeline: Pipeline,
  how: OutputWay,
  read: FileIds,
): Promise<Pipeline> {
  const writers: Record<string, Writer<never>> = {};
  const inTheWay: string[] = [];
  let both: string | undefined;
  for (const { name, node } of Pipeline.plan(pipeline).graph.vertices) {
    if (node.kind !== 'sink' || node.writer.files === undefined) continue;
    const { writer, files, existing } = await rewritten(
      node.writer.files,
      name === REPLAY_LETTERS && how.way === 'suffix' ? { way: 'none' } : how,
    );
    const id = await fileId(files.path);
    if (id !== undefined && read.has(id)) both = files.path;
    else if (existing !== undefined && how.way !== 'append' && how.way !== 'overwrite') {
      inTheWay.push(`${shortPath(existing)} ("${name}")`);
    }
    writers[name] = writer as Writer<never>;
  }
  const there = inTheWay.length === 1 ? 'an output is there' : 'outputs are there';
  const problem = `${there} already: ${inTheWay.join(', ')}`;
  if (both !== undefined) throw readAndWritten(command, both, inTheWay.length > 0 ? problem : undefined);
  if (inTheWay.length > 0) throw usage(command, problem, WAYS);
  return swapNodes(pipeline, { writers });
}

interface Rewritten {
  readonly writer: Writer<unknown>;
  readonly files: OutputFiles<unknown>;
  readonly existing: string | undefined;
}

async function rewritten(files: OutputFiles<unknown>, how: OutputWay): Promise<Rewritten> {
  const existing = await files.existing();
  switch (how.way) {
    case 'append':
      // What is not there needs no adding to: so formats that have an end are written, too.
      return { writer: files.rewritten(existing === undefined ? {} : { append: true }), files, existing };
    case 'overwrite':
      return { writer: files.rewritten({ append: false, overwrite: true }), files, existing };
    case 'none':
      return { writer: files.rewritten({ append: false, overwrite: false }), files, existing };
    case 'suffix': {
      const path = suffixed(files.path, how.suffix);
      const writer = files.rewritten({ path, append: false, overwrite: false });
      return { writer, files: writer.files!, existing: await writer.files!.existing() };
    }
  }
}

/** `large.ndjson.gz` becomes `large.again.ndjson.gz`. */
export function suffixed(path: string, suffix: string): string {
  const name = basename(path);
  // Dots in braces belong to a placeholder, and one at the beginning to a hidden file.
  const endings = /(?:\.[^.{}]+){1,2}$/.exec(name.slice(1))?.[0] ?? '';
  return join(dirname(path), `${name.slice(0, name.length - endings.length)}${suffix}${endings}`);
}

function readAndWritten(command: Pick<Command, 'name'>, path: string, others: string | undefined): Error {
  return usage(
    command,
    `${shortPath(path)} is where dead letters are read from, and where those that are refused again would go`,
    others === undefined
      ? 'Name another file for these: --rejects again.ndjson.'
      : `Name another file for these: --rejects again.ndjson. And ${others}: add to them with --append, write beside them with --output-suffix .again, or replace them with --overwrite.`,
  );
}
