import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';
import { parseOptions } from '../../core/options.ts';
import type { Size } from '../../core/size.ts';
import type { OnError, Policy } from '../../interfaces/policy.ts';
import type { SpillOptions } from '../../interfaces/run.ts';
import { type Guarantees, guaranteesOf } from '../checkpoint/guarantees.ts';
import { explainPlan } from '../plan/explain.ts';
import type { Plan } from '../plan/plan.ts';
import { planGraph } from '../plan/planner.ts';
import { onErrorList } from '../policies/on-error.ts';
import { Branch } from './branch.ts';
import { checkGraph, listedTwice } from './check.ts';
import { describeGraph, type GraphDescription, type SettingsDescription } from './describe.ts';
import { dot, mermaid } from './diagram.ts';
import { collectGraph, type Graph } from './graph.ts';
import { PORT } from './node.ts';
import { stateOptions } from './state-options.ts';

/** What holds for the whole of a pipeline. */
export interface PipelineOptions {
  /** The default for all nodes that have no `onError` of their own. @default fail() */
  readonly onError?: OnError;
  /** Batches that wait on each edge at the most. @default 2 */
  readonly edgeCapacity?: number;
  /** Memory that stateful operators share: bytes, or text such as `'64 MiB'`. @default '256 MiB' */
  readonly memory?: Size;
  /** Where state goes that has no room in memory, or `false`: nowhere. @default the system's temporary folder */
  readonly spill?: SpillOptions | false;
}

const optionsSchema = z.strictObject({
  onError: z.custom<OnError>().optional().describe('Policies for nodes that have none of their own'),
  edgeCapacity: z.int().min(1).max(1024).default(2).describe('Batches that wait on each edge at the most'),
  ...stateOptions.shape,
});

/** By which a pipeline of another copy of millrace is known, and its plan found. */
const PLAN = Symbol.for('millrace.pipeline');

/** A named, validated graph: all that is upstream of its sinks. A frozen value; it can run many times. */
export class Pipeline {
  readonly name: string;
  readonly #graph: Graph;
  readonly #plan: Plan;

  constructor(name: string, graph: Graph, plan: Plan) {
    this.name = name;
    this.#graph = graph;
    this.#plan = plan;
    Object.freeze(this);
  }

  /** The graph as plain JSON, stable from run to run. */
  describe(): GraphDescription {
    return describeGraph(this.name, this.#graph, this.#plan.settings);
  }

  /** The graph as a Mermaid flowchart. */
  toMermaid(): string {
    return mermaid(this.#graph);
  }

  /** The graph in Graphviz's DOT language. */
  toDot(): string {
    return dot(this.name, this.#graph);
  }

  /** The plan as text: the stages, what was fused and why, the capacities of the edges. */
  explain(): string {
    return explainPlan(this.name, this.#plan);
  }

  /** How often a record is in the output of each sink, whatever happens to the process: in runs with checkpoints. */
  guarantees(): Guarantees {
    return guaranteesOf(this.#graph);
  }

  /** @internal */
  get [PLAN](): Plan {
    return this.#plan;
  }

  /** @internal */
  static plan(pipeline: Pipeline): Plan {
    return pipeline[PLAN];
  }
}

/** Whether `value` is a {@link Pipeline}, of whichever copy of millrace. */
export function isPipeline(value: unknown): value is Pipeline {
  return typeof value === 'object' && value !== null && PLAN in value;
}

/**
 * Puts branches together into a pipeline, and checks the whole: routes of a split that lead nowhere,
 * two sinks on one file, names used twice, cycles, readers that cannot be opened as described,
 * diamonds that can deadlock.
 *
 * @throws MillraceError `ERR_PIPELINE_INVALID` with every problem in its message and in `details.problems`.
 * @example
 * ```ts
 * import { csv, filter, ndjson, pipeline } from 'millrace';
 *
 * const paid = csv.read('orders.csv').pipe(filter((order) => order.status === 'paid'));
 *
 * export default pipeline('orders', [paid.to(ndjson.write('paid.ndjson'))]);
 * ```
 */
export function pipeline(
  name: string,
  branches: Branch | readonly Branch[],
  options: PipelineOptions = {},
): Pipeline {
  const { onError, edgeCapacity, memory, spill } = parseOptions(optionsSchema, options, `pipeline "${name}"`);
  const list = Array.isArray(branches) ? (branches as readonly Branch[]) : [branches as Branch];
  const strangers = list.filter((branch) => !(branch instanceof Branch));
  if (strangers.length > 0) {
    throw invalid(
      name,
      strangers.map((stranger) => `${kindOf(stranger)} is not a branch: end the flow with .to(writer)`),
    );
  }
  if (list.length === 0) throw invalid(name, ['It has no sinks: end a flow with .to(writer) and list it']);
  const sinks = list.map((branch) => branch[PORT]);
  const defaults: readonly Policy[] = onErrorList(onError);
  const { graph, problems } = collectGraph(sinks, defaults);
  const { plan, problems: planProblems } = planGraph(graph, edgeCapacity);
  const all = [...listedTwice(sinks), ...problems, ...checkGraph(graph), ...planProblems];
  if (all.length > 0) throw invalid(name, all);
  const settings = settingsOf(options);
  const made = { ...plan, state: Object.freeze({ memory, spill }), ...(settings && { settings }) };
  return new Pipeline(name, graph, Object.freeze(made));
}

/** The same pipeline, whose description tells these settings. */
export function withSettings(pipeline: Pipeline, settings: SettingsDescription): Pipeline {
  const plan = Pipeline.plan(pipeline);
  return new Pipeline(
    pipeline.name,
    plan.graph,
    Object.freeze({ ...plan, settings: Object.freeze(settings) }),
  );
}

/** The same pipeline, whose readers and writers open nothing that this throws for. */
export function withPathCheck(pipeline: Pipeline, checkPath: (path: string) => void): Pipeline {
  const plan = Pipeline.plan(pipeline);
  return new Pipeline(pipeline.name, plan.graph, Object.freeze({ ...plan, checkPath }));
}

/** The settings that are given, as they are; `undefined` for none. */
function settingsOf({ edgeCapacity, memory, spill }: PipelineOptions): SettingsDescription | undefined {
  const given = {
    ...(edgeCapacity !== undefined && { edgeCapacity }),
    ...(memory !== undefined && { memory }),
    ...(spill !== undefined && { spill: spill === false ? spill : Object.freeze({ ...spill }) }),
  };
  return Object.keys(given).length === 0 ? undefined : Object.freeze(given);
}

function invalid(name: string, problems: readonly string[]): MillraceError {
  const list = problems.length === 1 ? problems[0]! : problems.map((problem) => `\n  - ${problem}`).join('');
  return new MillraceError('ERR_PIPELINE_INVALID', `Cannot build pipeline "${name}": ${list}`, {
    details: { problems },
  });
}

function kindOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return PORT in value ? 'A flow' : 'An object';
  return String(value);
}
