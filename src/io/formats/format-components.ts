import { z } from 'zod';
import { component } from '../../core/component.ts';
import { withRole } from '../../core/option-role.ts';
import type { Component } from '../../interfaces/component.ts';
import type { DecodeContext, Decoder, EncodeContext, Encoder } from '../../interfaces/format.ts';
import { fileReadFields, fileWriteFields, type Paths } from '../bytes/file-options.ts';
import { fileReader } from '../bytes/file-reader.ts';
import { fileWriter } from '../bytes/file-writer.ts';

/** A format that a reader and a writer of files are made of. */
export interface FormatSource {
  readonly name: string;
  readonly summary: string;
  /** The options besides those of files; none is called as one of these. */
  readonly options: z.ZodObject;
  readonly decoder?: ((context: DecodeContext, options: never) => Decoder<unknown>) | undefined;
  readonly encoder?: ((context: EncodeContext, options: never) => Encoder<never>) | undefined;
  /** Whether a run can go on with a file from a checkpoint: decoders tell where they stand, encoders what they remember. */
  readonly resumable: boolean;
  /** Whether records can be added to a file that is there: not where the format has an end. */
  readonly appendable: boolean;
}

/** Names that options of a format cannot have: those of files have them. */
export const FILE_OPTIONS: ReadonlySet<string> = new Set([
  ...Object.keys(fileReadFields),
  ...Object.keys(fileWriteFields),
  'path',
  'paths',
]);

const { append: _, ...wholeFields } = fileWriteFields;

/** Paths to read, as an option. */
export const readPaths = withRole(
  z
    .union([z.string(), z.array(z.string()).min(1)])
    .describe('Path, glob or list of them; "-" is the standard input'),
  { role: 'path', also: 'streams' },
);

/** A path to write to, as an option. */
export const writePath = withRole(z.string().describe('Path of the file; "-" is the standard output'), {
  role: 'path',
  also: 'streams',
});

/** The reader and the writer of a format, as far as it can be read and written: with all that readers and writers of files take. */
export function formatComponents(source: FormatSource): readonly Component[] {
  return [
    ...(source.decoder === undefined ? [] : [readerOf(source, source.decoder)]),
    ...(source.encoder === undefined ? [] : [writerOf(source, source.encoder)]),
  ];
}

function readerOf(
  { name, summary, options, resumable }: FormatSource,
  decoder: NonNullable<FormatSource['decoder']>,
): Component {
  const schema = options.safeExtend({ ...fileReadFields, paths: readPaths });
  const create = ({ paths, ...given }: { readonly paths: Paths }) => {
    const reader = fileReader({
      name,
      paths,
      options: given,
      decoder: (context) => decoder(context, given as never),
    });
    if (resumable) return reader;
    return Object.freeze({ ...reader, traits: Object.freeze({ ...reader.traits, replay: 'none' as const }) });
  };
  return component('reader', name, summary, schema, create as never, 'paths');
}

function writerOf(
  { name, summary, options, resumable, appendable }: FormatSource,
  encoder: NonNullable<FormatSource['encoder']>,
): Component {
  const schema = options.safeExtend({
    ...(appendable ? fileWriteFields : wholeFields),
    path: writePath,
  });
  const create = ({ path, ...given }: { readonly path: string }) =>
    fileWriter<never>({
      name,
      path,
      options: given,
      encoder: ({ appending, path: at }) => encoder({ appending, path: at }, given as never),
      resumable,
      appendable,
    });
  return component('writer', name, summary, schema, create as never, 'path');
}
