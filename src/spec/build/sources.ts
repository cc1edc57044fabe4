import { z } from 'zod';
import { readFrom } from '../../from.ts';
import type { Reader } from '../../interfaces/reader.ts';
import type { Flow } from '../../processing/graph/flow.ts';
import { concat, merge, zip } from '../../processing/graph/join.ts';
import { mergeSorted } from '../../processing/graph/merge-sorted.ts';
import {
  ONE_ORDER,
  saysOneOrder,
  sortArguments,
  writtenOrder,
} from '../../processing/sorting/written-order.ts';
import type { BuildContext } from '../build-context.ts';
import { kindOf, type Located, type LocatedEntry, type LocatedMap, plainData } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';
import { attempt } from './attempt.ts';
import { checkedOptions } from './checked-options.ts';
import { fileName, namedComponent } from './component-name.ts';
import { hiddenReader } from './hidden.ts';
import { JOINS } from './joins.ts';
import { modulePart } from './module-export.ts';
import { noted, writtenOf } from './note.ts';
import { withWindow } from './sugar.ts';

/** The flow that a reference means; `undefined` where it could not be made. */
export type FlowOf = (node: Located) => Promise<Flow<unknown> | undefined>;

const joinings = { merge, concat, zip } as const;

export const sortedSchema = z
  .strictObject({
    flows: z.array(z.string()).min(1).describe('The flows, each sorted already'),
    ...writtenOrder,
  })
  .refine(saysOneOrder, ONE_ORDER);

/** Where the records of a flow come from; `undefined` where that cannot be made. */
export async function sourceFlow(
  [kind, entry]: readonly [string, LocatedEntry],
  flowOf: FlowOf,
  context: BuildContext,
): Promise<Flow<unknown> | undefined> {
  const { key, value } = entry;
  if (kind === 'read') return readerFlow(value, key, context);
  if (kind === 'from') return flowOf(value);
  if (kind === 'mergeSorted') return sortedFlow(value, key, flowOf, context);
  if (Object.hasOwn(JOINS, kind)) return joinFlow(kind, value, key, flowOf, context);
  if (value.kind !== 'list' || value.items.length === 0) {
    const found = value.kind === 'list' ? 'an empty one' : kindOf(value);
    return context.problems.add(
      value.span,
      `${kind}: expected a list of flows, found ${found}`,
      `Write e.g. ${kind}: [a, b].`,
    );
  }
  const flows = await all(value.items, flowOf);
  if (flows === undefined) return undefined;
  const join = joinings[kind as keyof typeof joinings] as (...flows: Flow<unknown>[]) => Flow<unknown>;
  return noted(join(...flows), key, { component: kind, options: {} });
}

async function readerFlow(
  node: Located,
  at: Span,
  context: BuildContext,
): Promise<Flow<unknown> | undefined> {
  const [name, entry] = onlyEntry(node, 'read', 'csv: in.csv', context) ?? [];
  if (name === undefined || entry === undefined) return undefined;
  if (name === 'use') {
    const reader = await modulePart(entry.value, 'reader', context);
    const written = { component: 'use', options: plainData(entry.value) };
    return reader && noted(readFrom(reader as Reader<unknown>), at, written);
  }
  const component = namedComponent('reader', name, entry.key, context, ['use']);
  if (component === undefined) return undefined;
  const whose = { what: name, at: entry.key, main: component.main };
  const options = await checkedOptions(component.options, entry.value, whose, context);
  if (options === undefined || options.unknown) return undefined;
  const make = () => component.create(options.value as never) as Reader<unknown>;
  const reader = attempt(context, entry.key, make, options.node);
  if (reader === undefined) return undefined;
  return noted(readFrom(hiddenReader(reader, context.secrets)), entry.key, {
    component: fileName(component.name),
    options: options.data,
  });
}

async function sortedFlow(
  node: Located,
  at: Span,
  flowOf: FlowOf,
  context: BuildContext,
): Promise<Flow<unknown> | undefined> {
  const options = await checkedOptions(sortedSchema, node, { what: 'mergeSorted', at }, context);
  const list = node.kind === 'map' ? node.entries.get('flows')?.value : undefined;
  const flows = list?.kind === 'list' ? await all(list.items, flowOf) : undefined;
  if (options === undefined || flows === undefined || options.unknown) return undefined;
  const [by, order] = sortArguments(sortedSchema.parse(options.value));
  const { flows: _, ...data } = options.data as { flows: unknown };
  const made = attempt(context, at, () =>
    mergeSorted(...(flows as [Flow<unknown>]), { by, ...order } as never),
  );
  return made && noted(made as Flow<unknown>, at, writtenOf('mergeSorted', data, context));
}

async function joinFlow(
  kind: string,
  node: Located,
  at: Span,
  flowOf: FlowOf,
  context: BuildContext,
): Promise<Flow<unknown> | undefined> {
  const { schema, create } = JOINS[kind]!;
  const given = kind === 'windowJoin' && node.kind === 'map' ? withWindow(node) : node;
  const options = await checkedOptions(schema, given, { what: kind, at }, context);
  const sides = ['left', 'right'].map((side) =>
    node.kind === 'map' ? node.entries.get(side)?.value : undefined,
  );
  const flows = await all(
    sides.filter((side) => side !== undefined),
    flowOf,
  );
  if (options === undefined || flows === undefined || flows.length < 2 || options.unknown) return undefined;
  const { left: _, right: __, ...rest } = options.value as Record<string, unknown>;
  // Which flows they are is told by the edges.
  const { left: ___, right: ____, ...data } = options.data as Record<string, unknown>;
  const made = attempt(context, at, () => create(flows[0]!, flows[1]!, rest as never));
  return made && noted(made, at, writtenOf(kind, data, context));
}

async function all(nodes: readonly Located[], flowOf: FlowOf): Promise<Flow<unknown>[] | undefined> {
  const flows: Flow<unknown>[] = [];
  for (const node of nodes) {
    const flow = await flowOf(node);
    if (flow !== undefined) flows.push(flow);
  }
  return flows.length === nodes.length ? flows : undefined;
}

/** The one entry that says which component it is. */
export function onlyEntry(
  node: Located,
  what: string,
  example: string,
  { problems }: BuildContext,
): readonly [string, LocatedEntry] | undefined {
  const entries = node.kind === 'map' ? [...(node as LocatedMap).entries] : [];
  if (entries.length === 1) return entries[0];
  const found =
    node.kind === 'map' ? `${entries.length}: ${entries.map(([name]) => name).join(', ')}` : kindOf(node);
  return problems.add(
    node.span,
    `${what}: expected one component, found ${found}`,
    `Write e.g. ${what}: { ${example} }.`,
  );
}
