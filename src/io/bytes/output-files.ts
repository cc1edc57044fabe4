import { stat } from 'node:fs/promises';
import { MillraceError } from '../../core/errors.ts';
import type { OutputChange, OutputFiles, Writer } from '../../interfaces/writer.ts';
import type { FileWriterSpec } from './file-writer.ts';

/**
 * What is known of the files of a writer of files.
 *
 * @param pattern The path with placeholders in braces, where there are several files.
 * @param make Makes the writer of another specification.
 */
export function outputFiles<T>(
  path: string,
  pattern: string | undefined,
  spec: FileWriterSpec<T>,
  make: (spec: FileWriterSpec<T>) => Writer<T>,
): OutputFiles<T> {
  return Object.freeze({
    path: pattern ?? path,
    existing: () => (pattern === undefined ? existingFile(path) : existingOf(pattern)),
    rewritten({ path: other, ...change }: OutputChange) {
      if (change.append === true && spec.appendable === false) {
        throw new MillraceError(
          'ERR_OPTIONS',
          `Cannot append to ${path}: a file of ${spec.name} has an end`,
          {
            hint: 'Write to another file.',
          },
        );
      }
      return make({ ...spec, path: other ?? spec.path, options: { ...spec.options, ...change } });
    },
  });
}

async function existingFile(path: string): Promise<string | undefined> {
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() === true ? path : undefined;
}

async function existingOf(pattern: string): Promise<string | undefined> {
  const glob = await import('glob');
  const parts = pattern.split(/\{[^{}]+\}/).map((text) => glob.escape(text));
  for await (const found of glob.globIterate(parts.join('*'), { nodir: true })) return found;
  return undefined;
}
