import type { Operator } from '../../interfaces/operator.ts';
import { Flow } from '../../processing/graph/flow.ts';
import type { Written } from '../../processing/graph/node.ts';
import { routedFlows } from '../../processing/graph/windowed-flow.ts';
import type { BuildContext, WrittenExpression } from '../build-context.ts';
import type { Shape } from '../expressions/shape.ts';
import { stepShape } from '../shapes/step-shape.ts';
import {
  kindOf,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  NO_ENTRIES,
  plainData,
  plainObject,
} from '../source/located.ts';
import type { Span } from '../source/source-text.ts';
import { attempt } from './attempt.ts';
import { checkedOptions } from './checked-options.ts';
import { fileName, namedComponent } from './component-name.ts';
import { checkExpressions } from './expression-function.ts';
import { modulePart } from './module-export.ts';
import { named } from './node-name.ts';
import { noted, shownPlace, writtenOf } from './note.ts';
import { OriginCell, withOrigins } from './origin-cell.ts';
import { outputsOf } from './outputs.ts';
import { processStep } from './process-step.ts';
import { splitStep } from './split-step.ts';
import { unsugared } from './sugar.ts';

/** A flow, or those that a split makes of it, by their names. */
export type Built = Flow<unknown> | Readonly<Record<string, Flow<unknown>>>;

/** Goes on with a flow; `undefined` where that cannot be done, which has been noted. */
export interface Step {
  (flow: Flow<unknown>): Built | undefined;
  /** Checks its expressions by what is known of the records that come, and says what is known of those that go on. */
  readonly shape?: (before: Shape) => Shape;
}

/** One operator as it is written. */
export interface WrittenStep {
  readonly name: string;
  readonly at: Span;
  readonly options: Located;
  readonly as: LocatedEntry | undefined;
}

/** Names of steps that are no components. */
export const GRAPH_STEPS: readonly string[] = ['keyBy', 'process', 'split', 'use'];

/** A flow with all of its steps; `undefined` where one of them cannot be used. */
export function applied(steps: readonly (Step | undefined)[], start: Flow<unknown>): Built | undefined {
  let built: Built | undefined = start;
  for (const step of steps) {
    if (step === undefined || !(built instanceof Flow)) return undefined;
    built = step(built);
  }
  return built;
}

/** All steps of a pipe, each checked; `undefined` for one that cannot be used. */
export async function stepsOf(
  items: readonly Located[],
  context: BuildContext,
): Promise<readonly (Step | undefined)[]> {
  const written = items.map((item) => writtenStep(item, context));
  const broken = written.map((step) => (step === undefined ? [undefined] : []));
  const steps: (Step | undefined)[] = broken.flat();
  const sound = written.filter((step) => step !== undefined);
  const plain = unsugared(sound, context);
  for (const [index, step] of plain.entries()) {
    if (index < plain.length - 1 && hasOutputs(step)) {
      context.problems.add(
        step.at,
        `a ${step.name}${step.name === 'split' ? '' : ' with several outputs'} ends the pipe: what follows belongs to one of its outputs`,
        'Go on in another flow, with from: flow.output.',
      );
    }
    steps.push(await stepOf(step, context));
  }
  return steps;
}

function writtenStep(node: Located, { problems }: BuildContext): WrittenStep | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const none: Located = { kind: 'map', entries: NO_ENTRIES, span: node.span, size: 1 };
    return { name: node.value, at: node.span, options: none, as: undefined };
  }
  if (node.kind !== 'map') {
    return problems.add(
      node.span,
      `expected an operator, found ${kindOf(node)}`,
      'Write e.g. - filter: record.qty > 0',
    );
  }
  const [first, ...more] = [...node.entries].filter(([key]) => key !== 'as');
  if (first === undefined)
    return problems.add(node.span, 'expected an operator, found none', 'Write e.g. - filter: record.qty > 0');
  if (more.length > 0) {
    const names = [first, ...more].map(([name]) => name);
    return problems.add(
      more[0]![1].key,
      `expected one operator, found several: ${names.join(', ')}`,
      'Begin each operator with "- " of its own; indent its options below it.',
    );
  }
  const [name, { key, value }] = first;
  return { name, at: key, options: value, as: node.entries.get('as') };
}

async function stepOf(step: WrittenStep, context: BuildContext): Promise<Step | undefined> {
  if (step.name === 'split') return splitStep(step, context);
  if (step.name === 'process') return processStep(step, context);
  if (step.name === 'use') return usedStep(step, context);
  return componentStep(step, context);
}

async function componentStep(step: WrittenStep, outer: BuildContext): Promise<Step | undefined> {
  const { name, at } = step;
  const origin = new OriginCell();
  const expressions: WrittenExpression[] = [];
  const context: BuildContext = { ...outer, origin, expressions };
  const component = namedComponent('operator', name, at, context, GRAPH_STEPS);
  if (component === undefined) return undefined;
  const whose = { what: name, at, main: component.main };
  const options = await checkedOptions(component.options, step.options, whose, context);
  if (options === undefined) return undefined;
  // It is made once the parameters are known.
  if (options.unknown) return (flow) => flow;
  const make = () => component.create(options.value as never) as Operator<never, unknown>;
  const operator = attempt(context, at, make, options.node);
  if (operator === undefined) return undefined;
  if (origin.used && operator.kind !== 'sync') {
    return context.problems.add(
      at,
      `the origin of a record is not known to ${name}`,
      'Keep it in a field, in front: - assign: { line: origin.line }.',
    );
  }
  const told = origin.used && operator.kind === 'sync' ? withOrigins(operator, origin) : operator;
  const made = through(told, step, context, writtenOf(fileName(component.name), options.data, context));
  const whole =
    name === 'window' && (options.value as { late?: unknown }).late === 'route' ? late(made) : made;
  return Object.assign(whole, {
    shape: (before: Shape) => {
      checkExpressions(expressions, before, context);
      return whole === made
        ? stepShape(name, before, options.data, component.options.parse(options.value))
        : undefined;
    },
  });
}

/** Whether it ends the pipe in several flows. */
function hasOutputs(step: WrittenStep): boolean {
  const entries = new Map([[step.name, { key: step.at, value: step.options }]]);
  const whole: Located = { ...step.options, kind: 'map', entries };
  return outputsOf({ key: step.at, source: undefined, steps: [whole], as: undefined }) !== undefined;
}

/** Windows with a way out for late records, the two ways apart. */
function late(step: Step): Step {
  return (flow) => {
    const made = step(flow);
    return made instanceof Flow
      ? (plainObject(Object.entries(routedFlows(made as Flow<never>))) as never)
      : made;
  };
}

/** `use: ./operators.ts#name`: an operator, or a function that makes one. */
async function usedStep(step: WrittenStep, context: BuildContext): Promise<Step | undefined> {
  const operator = await modulePart(step.options, 'operator', context);
  if (operator === undefined) return undefined;
  const written = { component: 'use', options: plainData(step.options) };
  return through(operator as Operator<never, unknown>, step, context, written);
}

function through(
  operator: Operator<never, unknown>,
  { at, as }: WrittenStep,
  context: BuildContext,
  written: Written,
): Step {
  const placed = Object.freeze({ ...operator, site: shownPlace(at) }) as Operator<unknown, unknown>;
  return (flow) => {
    const made = noted(flow.pipe(placed), at, written);
    return named(made, as, context);
  };
}

/** A map of these entries in the place of another. */
export function mapLike(node: Located, entries: Iterable<readonly [string, LocatedEntry]>): LocatedMap {
  return { kind: 'map', entries: new Map(entries), span: node.span, size: node.size };
}
