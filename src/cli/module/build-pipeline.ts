import { MillraceError } from '../../core/errors.ts';
import { notAPipeline, returnedPipeline } from '../../processing/graph/exported-pipeline.ts';
import { isPipeline, Pipeline } from '../../processing/graph/pipeline.ts';
import type { Plan } from '../../processing/plan/plan.ts';
import { checkValues } from '../parameters/check-values.ts';
import { type Parameters, parametersOf } from '../parameters/parameters.ts';
import { readSettings } from '../parameters/settings.ts';
import type { Faults } from '../process/faults.ts';
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
  const build = exported as Build;
  return returnedPipeline(shown, () => Promise.race([build(values), faults.raised]));
}

/** The parameters that a module's pipeline takes; `undefined` when it declares none. */
export function moduleParameters({ shown, exports }: LoadedModule): Parameters | undefined {
  return exports.params === undefined ? undefined : parametersOf(shown, exports.params);
}

export function planOf(pipeline: Pipeline): Plan {
  return Pipeline.plan(pipeline);
}

type Build = (values: unknown) => unknown;

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
