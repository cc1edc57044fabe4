import { concat, defer, EMPTY, finalize, from, mergeMap, type Observable } from 'rxjs';
import type { OnError } from '../../interfaces/policy.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import type { Paths } from './file-options.ts';
import { type GlobChoice, type InputFile, inputFiles, pathsLabel } from './paths.ts';

export interface EachFileSpec<T> {
  /** The registered name, e.g. `csv`. */
  readonly name: string;
  readonly paths: Paths;
  readonly settings: GlobChoice & { readonly onError?: OnError | undefined };
  /** Reads one file; `label` is the source of its origins. */
  readonly read: (file: InputFile, label: string, context: ReadContext) => Observable<Item<T>>;
}

/** A reader of files: finds them when it is opened, and reads one after another. */
export function eachFile<T>({ name, paths, settings, read }: EachFileSpec<T>): Reader<T> {
  const label = `${name} ${pathsLabel(paths)}`;
  return Object.freeze({
    name,
    label,
    traits: Object.freeze({ bounded: true, replay: 'none' as const, splittable: false }),
    ...(settings.onError === undefined ? {} : { onError: settings.onError }),
    open: (context: ReadContext) =>
      defer(() => {
        const left = new AbortController();
        return from(inputFiles(paths, settings, left.signal)).pipe(
          mergeMap((files) => {
            for (const file of files) context.expected(file.bytes);
            return files.length === 0 ? EMPTY : concat(...files.map((file) => read(file, label, context)));
          }),
          finalize(() => left.abort()),
        );
      }),
  });
}
