import { withoutWarnings } from '../../core/deprecation.ts';
import { isMillraceError, toError } from '../../core/errors.ts';
import type { BuildContext } from '../build-context.ts';
import { type Located, spanAt } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';

/** What `make` makes; `undefined` where it throws, which is a problem of what `node` says, or of `at`. */
export function attempt<T>(
  { problems }: BuildContext,
  at: Span,
  make: () => T,
  node?: Located,
): T | undefined {
  try {
    // The file tells of what is deprecated, with its place.
    return withoutWarnings(make);
  } catch (thrown) {
    const error = toError(thrown);
    const hint = isMillraceError(thrown) ? thrown.hint : undefined;
    const issues = isMillraceError(thrown) ? thrown.details.issues : undefined;
    if (node === undefined || !Array.isArray(issues)) return problems.add(at, error.message, hint);
    for (const { path, message } of issues as { path: string; message: string }[]) {
      const parts = path === '' ? [] : path.split('.');
      problems.add(
        parts.length === 0 ? at : spanAt(node, parts),
        path === '' ? message : `${path}: ${message}`,
        hint,
      );
    }
    return undefined;
  }
}
