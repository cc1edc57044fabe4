import { isMillraceError, MillraceError, toError } from '../../core/errors.ts';
import { isPipeline, Pipeline } from '../../processing/graph/pipeline.ts';
import type { Plan } from '../../processing/plan/plan.ts';
import { checkValues } from '../parameters/check-values.ts';
import { type Parameters, parametersOf } from '../parameters/parameters.ts';
import { readSettings } from '../parameters/settings.ts';
import type { Faults } from '../process/faults.ts';
import { kindName } from './kind-name.ts';
import { thrownName } from './load-error.ts';
import type { LoadedModule } from './load-module.ts';

/**
 * The pipeline that a module exports: its default export, or what the function returns that it
 * exports, given the parameters.
 *
 * @throws MillraceError `ERR_MODULE` where there is no pipeline, `ERR_USAGE` for wrong parameters, or
 * what millrace threw while the pipeline was built.
 */
export async function buildPipeline(
  module: LoadedModule,
  written: readonly string[],
  faults: Faults,
): Promise<Pipeline> {
  const { shown, exports } = module;
  const exported = exports.default;
  const settings = readSettings(written);
  if (isPipeline(exported)) {
    refuseSettings(
      shown,
      settings,
      'its default export is a pipeline',
      'Export a function of parameters that returns it',
    );
    return exported;
  }
  if (typeof exported !== 'function') throw notAPipeline(module);
  const parameters = moduleParameters(module);
  if (parameters === undefined) refuseSettings(shown, settings, 'it declares none', 'Declare them');
  const values = parameters === undefined ? {} : await checkValues(shown, parameters, settings);
  const built = await call(shown, exported as Build, values, faults);
  if (isPipeline(built)) return built;
  const { name, hint } = kindName(built);
  throw new MillraceError(
    'ERR_MODULE',
    `Cannot load ${shown}: its default function returned ${name}, not a pipeline`,
    { hint },
  );
}

/** The parameters that a module's pipeline takes; `undefined` when it declares none. */
export function moduleParameters({ shown, exports }: LoadedModule): Parameters | undefined {
  return exports.params === undefined ? undefined : parametersOf(shown, exports.params);
}

export function planOf(pipeline: Pipeline): Plan {
  return Pipeline.plan(pipeline);
}

type Build = (values: unknown) => unknown;

async function call(shown: string, build: Build, values: unknown, faults: Faults): Promise<unknown> {
  try {
    return await Promise.race([build(values), faults.raised]);
  } catch (thrown) {
    if (isMillraceError(thrown)) throw thrown;
    const cause = toError(thrown);
    throw new MillraceError(
      'ERR_MODULE',
      `Cannot load ${shown}: its default function threw ${thrownName(cause)}`,
      {
        cause: thrown,
      },
    );
  }
}

function refuseSettings(
  shown: string,
  settings: ReadonlyMap<string, string>,
  why: string,
  hint: string,
): void {
  const [name] = settings.keys();
  if (name === undefined) return;
  throw new MillraceError('ERR_USAGE', `Cannot set "${name}": ${shown} takes no parameters, ${why}`, {
    hint: `${hint}: export const params = z.object({ ${name}: z.string() }).`,
  });
}

function notAPipeline({ shown, exports }: LoadedModule): MillraceError {
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
  return new MillraceError(
    'ERR_MODULE',
    `Cannot load ${shown}: its default export is ${name}, not a pipeline`,
    {
      hint,
    },
  );
}
