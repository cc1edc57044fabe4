import { catchError, concat, defer, EMPTY, finalize, from, map, mergeMap, type Observable, tap } from 'rxjs';
import { batch, MarkedOrigin } from '../../core/batch.ts';
import { isMillraceError } from '../../core/errors.ts';
import type { OnError } from '../../interfaces/policy.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import type { Paths } from './file-options.ts';
import { FilesProgress, type FileWork } from './files-progress.ts';
import { type GlobChoice, type InputFile, inputFiles, namesStdin, onlyGlobs, pathsLabel } from './paths.ts';

export interface EachFileSpec<T> {
  /** The registered name, e.g. `csv`. */
  readonly name: string;
  readonly paths: Paths;
  readonly settings: GlobChoice & { readonly onError?: OnError | undefined };
  /** Reads one file; `label` is the source of its origins. */
  readonly read: (
    file: InputFile,
    label: string,
    context: ReadContext,
    work: FileWork,
  ) => Observable<Item<T>>;
}

/**
 * A reader of files: finds them when it is opened, and reads one after another. Those of a glob may be left out by their
 * time: who names a file wants it, however old it is.
 */
export function eachFile<T>({ name, paths, settings, read }: EachFileSpec<T>): Reader<T> {
  const label = `${name} ${pathsLabel(paths)}`;
  const timed = onlyGlobs(paths);
  const replay = namesStdin(paths) ? ('none' as const) : ('position' as const);
  return Object.freeze({
    name,
    label,
    traits: Object.freeze({ bounded: true, replay, splittable: false, timed }),
    ...(settings.onError === undefined ? {} : { onError: settings.onError }),
    open: (context: ReadContext) =>
      defer(() => {
        const left = new AbortController();
        const progress = new FilesProgress(label, context.from, timed);
        const settle = replay === 'none' ? () => {} : context.positioned(() => progress.position());
        context.stopping(() => progress.emitHeld());
        const { checkPath } = context;
        return from(inputFiles(paths, settings, left.signal, progress.finished, checkPath)).pipe(
          catchError((error: unknown) => {
            // Where all are gone, the one is that was still to be read.
            if (isMillraceError(error) && error.code === 'ERR_NO_MATCH') progress.begin([]);
            throw error;
          }),
          mergeMap((found) => {
            const files = progress.begin(progress.young(found));
            context.expected(progress.left(files));
            if (files.length === 0) return EMPTY;
            const one = (file: InputFile, index: number) => {
              const end = () => {
                progress.end();
                settle();
              };
              const items = defer(() => read(file, label, context, progress.work(index)));
              return repeated(items, progress.occurrence(index)).pipe(tap({ complete: end }));
            };
            return concat(...files.map(one));
          }),
          finalize(() => left.abort()),
        );
      }),
  });
}

/** What is read of a file that is not the first of its name says so in its origins. */
function repeated<T>(items: Observable<Item<T>>, occurrence: number): Observable<Item<T>> {
  if (occurrence === 1) return items;
  return items.pipe(
    map((item) =>
      item.kind === 'batch' ? batch(item.records, new MarkedOrigin(item.origin, { occurrence })) : item,
    ),
  );
}
