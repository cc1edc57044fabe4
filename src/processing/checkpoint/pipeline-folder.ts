import { MillraceError } from '../../core/errors.ts';

/** Bytes that a name may have in most file systems, less what is put behind it. */
const MOST_BYTES = 240;
const PLAIN = /[\p{L}\p{N}_-]/u;

/**
 * The name of the folder for a pipeline: no two pipelines share one, also where case does not count. Small letters,
 * digits, `-` and `_` stay as they are; the rest is `%` and its bytes.
 *
 * @throws MillraceError `ERR_OPTIONS` for a name that makes no folder.
 */
export function pipelineFolder(pipeline: string): string {
  const composed = pipeline.normalize('NFC') === pipeline;
  const stays = (character: string) =>
    PLAIN.test(character) && character === character.toLowerCase() && (composed || character < '\x80');
  const name = [...pipeline].map((character) => (stays(character) ? character : escaped(character))).join('');
  if (!pipeline.isWellFormed() || name === '' || Buffer.byteLength(name) > MOST_BYTES) {
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot keep checkpoints of ${JSON.stringify(pipeline)}: its name makes no folder`,
      { hint: `Give the pipeline a name of 1 to ${MOST_BYTES} bytes.` },
    );
  }
  return name;
}

/** The name of the pipeline that has a folder of this name; `undefined` where none has. */
export function folderPipeline(folder: string): string | undefined {
  // Some systems take names apart into letters and accents when they list them.
  const name = folder.normalize('NFC');
  const pipeline = name.replaceAll(/(?:%[\da-f]{2})+/g, (codes) =>
    Buffer.from(codes.replaceAll('%', ''), 'hex').toString(),
  );
  try {
    return pipelineFolder(pipeline) === name ? pipeline : undefined;
  } catch {
    return undefined;
  }
}

function escaped(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
