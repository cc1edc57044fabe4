import { optionalPeer } from '../../../core/optional-peer.ts';
import type { Encoder } from '../../../interfaces/format.ts';
import type { OutputChange, WriteContext, Writer } from '../../../interfaces/writer.ts';
import { type FileWriterSpec, fileWriter } from '../../bytes/file-writer.ts';
import { pathsLabel } from '../../bytes/paths.ts';

/** A package that is loaded when a writer is opened. */
export interface Peer<L> {
  readonly name: string;
  readonly load: () => Promise<L>;
}

/** A writer of files whose encoder needs a package that millrace does not bring along. */
export function peerWriter<T, L>(
  spec: Omit<FileWriterSpec<T>, 'encoder'>,
  { name, load }: Peer<L>,
  encoder: (library: L) => Encoder<T>,
): Writer<T> {
  const { files, ...described } = fileWriter<T>({ ...spec, encoder: notLoaded, appendable: false });
  return Object.freeze({
    ...described,
    ...(files !== undefined && {
      files: {
        ...files,
        rewritten({ path, append, ...change }: OutputChange) {
          if (append === true) return files.rewritten({ append });
          const options = { ...spec.options, ...change };
          return peerWriter<T, L>({ ...spec, path: path ?? spec.path, options }, { name, load }, encoder);
        },
      },
    }),
    async open(context: WriteContext) {
      const library = await optionalPeer(name, load, `write ${pathsLabel(spec.path)}`);
      return fileWriter<T>({ ...spec, encoder: () => encoder(library) }).open(context);
    },
  });
}

/** Stands in for the encoder in what is only described. */
function notLoaded(): never {
  throw new Error('The library is loaded when the writer is opened');
}
