import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import { thrownName } from '../../core/module/load-error.ts';
import { kindName } from './kind-name.ts';
import { isPipeline, type Pipeline } from './pipeline.ts';

/** What a module exports, and how people name it. */
export interface ModuleExports {
  readonly shown: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The error for a module whose default export is neither a pipeline nor a function. */
export function notAPipeline({ shown, exports }: ModuleExports): MillraceError {
  if (!('default' in exports)) {
    const named = Object.keys(exports).find((name) => isPipeline(exports[name]));
    return new MillraceError('ERR_MODULE', `Cannot load ${shown}: it has no default export`, {
      hint:
        named === undefined
          ? 'Write `export default pipeline(name, [flow.to(writer)])`.'
          : `It exports a pipeline as ${named}: write \`export default ${named}\`.`,
    });
  }
  const { name, hint } = kindName(exports.default);
  const message = `Cannot load ${shown}: its default export is ${name}, not a pipeline`;
  return new MillraceError('ERR_MODULE', message, { hint });
}

/**
 * What the default function of a module returns.
 *
 * @throws MillraceError `ERR_MODULE` where it throws, or returns something else; what millrace threw there stays as it is.
 */
export async function returnedPipeline(shown: string, call: () => unknown): Promise<Pipeline> {
  let built: unknown;
  try {
    built = await call();
  } catch (thrown) {
    if (isMillraceError(thrown)) throw thrown;
    const message = `Cannot load ${shown}: its default function threw ${thrownName(toError(thrown))}`;
    throw new MillraceError('ERR_MODULE', message, { cause: thrown });
  }
  if (isPipeline(built)) return built;
  const { name, hint } = kindName(built);
  const message = `Cannot load ${shown}: its default function returned ${name}, not a pipeline`;
  throw new MillraceError('ERR_MODULE', message, { hint });
}
