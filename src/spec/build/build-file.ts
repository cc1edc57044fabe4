import { didYouMean } from '../../core/did-you-mean.ts';
import { isMillraceError } from '../../core/errors.ts';
import { deadLetters } from '../../from.ts';
import type { LetterTarget } from '../../interfaces/policy.ts';
import type { CheckpointOptions } from '../../interfaces/run.ts';
import { Branch } from '../../processing/graph/branch.ts';
import type { LettersFlow } from '../../processing/graph/enter.ts';
import { Flow } from '../../processing/graph/flow.ts';
import { noteNode, PORT } from '../../processing/graph/node.ts';
import {
  type Pipeline,
  type PipelineOptions,
  pipeline,
  withPathCheck,
  withSettings,
} from '../../processing/graph/pipeline.ts';
import type { BuildContext, WrittenExpression } from '../build-context.ts';
import type { FileModel } from '../file-model.ts';
import { namedStore } from '../named-store.ts';
import { SETTINGS, settingsSchema } from '../settings.ts';
import { type Located, spanAt } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';
import { type CheckedOptions, checkedOptions } from './checked-options.ts';
import { describedSettings } from './described-settings.ts';
import { FlowShapes } from './flow-shapes.ts';
import { named } from './node-name.ts';
import { shownPlace } from './note.ts';
import { outputsOf } from './outputs.ts';
import { ownFlow } from './own-flow.ts';
import { policiesOf } from './policies.ts';
import { checkReferences, type References } from './references.ts';
import { type BuiltSink, sinkWriter } from './sinks.ts';
import { checkSourceExpressions } from './source-expressions.ts';
import { sourceFlow } from './sources.ts';
import { applied, type Built, mapLike, stepsOf } from './steps.ts';

/** What a context is made of. */
export type BaseContext = Omit<BuildContext, 'flow' | 'letters' | 'policies'>;

/** What a file comes to. */
export interface BuiltFile {
  readonly pipeline: Pipeline;
  readonly checkpoint: CheckpointOptions | undefined;
}

/** Makes the graph of a file; `undefined` where something is wrong, all of which is in the problems of the context. */
export async function buildFile(model: FileModel, base: BaseContext): Promise<BuiltFile | undefined> {
  return new Build(model, base).run();
}

class Build {
  readonly #model: FileModel;
  readonly #context: BuildContext;
  readonly #references: References;
  readonly #flows = new Map<string, Promise<Built | undefined>>();
  readonly #letters = new Map<string, LettersFlow>();
  readonly #places = new Map<string, Span>();
  readonly #shapes: FlowShapes;
  /** Whether dead letters go to what a parameter names that has no value yet. */
  #sentAnywhere = false;

  constructor(model: FileModel, base: BaseContext) {
    this.#model = model;
    this.#context = {
      ...base,
      letters: (name, span) => this.#lettersTo(name, span),
      policies: (node) => policiesOf(node, this.#context),
      flow: (node) => ownFlow(node, this.#context),
    };
    this.#references = checkReferences(model, base.problems);
    this.#shapes = new FlowShapes(model, this.#references);
  }

  async run(): Promise<BuiltFile | undefined> {
    const { problems } = this.#context;
    const settings = await this.#settings();
    for (const name of this.#model.flows.keys()) await this.#flow(name);
    const branches: Branch[] = [];
    const sinks = new Map<string, BuiltSink | undefined>();
    for (const [name, entry] of this.#model.sinks) sinks.set(name, await sinkWriter(entry, this.#context));
    this.#reportUnsent();
    for (const [name, sink] of sinks) {
      const flow = await this.#sinkFlow(name);
      if (sink !== undefined && flow !== undefined) branches.push(this.#branch(name, flow, sink));
    }
    if (this.#sentAnywhere || problems.count > 0 || settings === undefined || branches.length < sinks.size)
      return undefined;
    const { checkpoint, ...options } = settings.value as Record<string, unknown>;
    try {
      const made = pipeline(this.#model.name, branches, options as PipelineOptions);
      const described = describedSettings(
        this.#model,
        settings.data as Record<string, unknown>,
        this.#context,
      );
      const { checkPath } = this.#context.confinement;
      const confined = checkPath === undefined ? made : withPathCheck(made, checkPath);
      return {
        pipeline: described === undefined ? confined : withSettings(confined, described),
        checkpoint: await checkpointed(checkpoint),
      };
    } catch (thrown) {
      if (!isMillraceError(thrown)) throw thrown;
      const { problems: found, issues } = thrown.details;
      if (Array.isArray(issues)) {
        for (const { path, message } of issues as { path: string; message: string }[]) {
          problems.add(spanAt(this.#model.root, path.split('.')), `${path}: ${message}`, thrown.hint);
        }
        return undefined;
      }
      for (const one of Array.isArray(found) ? (found as string[]) : [thrown.message]) {
        problems.add(this.#placeOf(one), one, thrown.hint);
      }
      return undefined;
    }
  }

  async #settings(): Promise<CheckedOptions | undefined> {
    const { root } = this.#model;
    const given = [...root.entries].filter(([key]) => SETTINGS.includes(key));
    const whose = { what: 'the pipeline', at: { ...root.span, end: root.span.start } };
    return checkedOptions(settingsSchema, mapLike(root, given), whose, this.#context);
  }

  #flow(name: string): Promise<Built | undefined> {
    const known = this.#flows.get(name) ?? this.#builtFlow(name);
    this.#flows.set(name, known);
    return known;
  }

  async #builtFlow(name: string): Promise<Built | undefined> {
    const { source, steps: items, as } = this.#model.flows.get(name)!;
    const steps = await stepsOf(items, this.#context);
    if (source === undefined || this.#references.inCycle(name)) return undefined;
    if (!this.#places.has(source[0])) this.#places.set(source[0], source[1].key);
    const isLetters = source[0] === 'deadLetters';
    const expressions: WrittenExpression[] = [];
    const start = isLetters
      ? this.#lettersOf(name)
      : await sourceFlow(source, (node) => this.#referred(node), { ...this.#context, expressions });
    if (start === undefined) return undefined;
    const first = isLetters ? start : named(start, as, this.#context);
    const built = first === undefined ? undefined : applied(steps, first);
    this.#shapes.follow(name, start, steps);
    checkSourceExpressions(source[1].value, expressions, this.#shapes.inputs(name), this.#context);
    if (built === undefined || built instanceof Flow) return built;
    const flow = this.#model.flows.get(name)!;
    const outputs = Object.keys(built);
    const written = outputsOf(flow) ?? [];
    if (outputs.every((one) => written.includes(one))) return built;
    return this.#context.problems.add(
      flow.key,
      `the flow "${name}" has the outputs ${outputs.join(', ')}, which cannot be told from how it is written`,
      'What outputs there are cannot depend on parameters: write e.g. late: route.',
    );
  }

  async #referred(node: Located): Promise<Flow<unknown> | undefined> {
    const reference = this.#references.of(node);
    if (reference === undefined || this.#references.inCycle(reference.flow)) return undefined;
    const built = await this.#flow(reference.flow);
    if (built === undefined || built instanceof Flow) return built;
    return Object.hasOwn(built, reference.output ?? '') ? built[reference.output!] : undefined;
  }

  async #sinkFlow(name: string): Promise<Flow<unknown> | undefined> {
    const { from } = this.#model.sinks.get(name)!;
    return from === undefined ? this.#letters.get(name) : this.#referred(from.value);
  }

  #branch(name: string, flow: Flow<unknown>, { writer, at, written }: BuiltSink): Branch {
    this.#places.set(name, at);
    const node = flow.to(writer).as(name)[PORT];
    return new Branch(noteNode(node, shownPlace(at), written));
  }

  /** Where dead letters go that are sent to a sink, or to a flow that says `deadLetters: true`. */
  #lettersTo(name: string | undefined, span: Span): LetterTarget | undefined {
    if (name === undefined) {
      this.#sentAnywhere = true;
      return undefined;
    }
    const { sinks, flows } = this.#model;
    const { problems } = this.#context;
    const sink = sinks.get(name);
    const flow = flows.get(name);
    if (sink !== undefined && sink.from === undefined) return this.#lettersOf(name);
    if (flow?.source?.[0] === 'deadLetters') return this.#lettersOf(name);
    if (sink !== undefined) {
      return problems.add(
        span,
        `the sink "${name}" takes the records of a flow, so dead letters cannot go there`,
        'Send them to a sink of their own, without "from".',
      );
    }
    if (flow !== undefined) {
      return problems.add(
        span,
        `the flow "${name}" takes no dead letters`,
        'Send them to a sink, or to a flow that says deadLetters: true.',
      );
    }
    const takers = [...sinks].filter(([, { from }]) => from === undefined).map(([one]) => one);
    return problems.add(span, `there is no sink "${name}" for dead letters`, didYouMean(name, takers));
  }

  #lettersOf(name: string): LettersFlow {
    const known = this.#letters.get(name);
    if (known !== undefined) return known;
    const { key } = (this.#model.sinks.get(name) ?? this.#model.flows.get(name))!;
    const made = deadLetters();
    const { node, port } = made[PORT];
    const Letters = made.constructor as new (
      ...parameters: ConstructorParameters<typeof LettersFlow>
    ) => LettersFlow;
    const placed = new Letters(
      {
        node: noteNode(node, shownPlace(key), {
          component: 'deadLetters',
          options: { [this.#model.sinks.has(name) ? 'sink' : 'flow']: name },
        }),
        port,
      },
      Flow.toolkit(made),
    );
    this.#letters.set(name, placed);
    return placed;
  }

  #reportUnsent(): void {
    const { problems } = this.#context;
    // What failed to be made might have sent some.
    if (problems.count > 0 || this.#sentAnywhere) return;
    for (const [name, { from, key }] of this.#model.sinks) {
      if (from !== undefined || this.#letters.has(name)) continue;
      problems.add(
        key,
        `nothing is written to the sink "${name}"`,
        'Say where its records come from, from: flow, or send dead letters to it.',
      );
    }
  }

  /** The place of the node that a problem of the graph names. */
  #placeOf(problem: string): Span {
    const found = [...this.#places].find(
      ([name]) => problem.includes(`"${name}"`) || problem.endsWith(` ${name}`),
    );
    const { root } = this.#model;
    return found?.[1] ?? root.entries.get('name')?.key ?? { ...root.span, end: root.span.start };
  }
}

/** The checkpoints as a run takes them: a file says in text where they are. */
async function checkpointed(given: unknown): Promise<CheckpointOptions | undefined> {
  if (given === undefined) return undefined;
  const options = given as CheckpointOptions & { readonly store: string | undefined };
  // It is a parameter that has no value yet.
  if (options.store === undefined) return undefined;
  return { ...options, store: await namedStore(options.store, 'keep checkpoints') };
}
