import { roleOf } from '../../core/option-role.ts';
import type { Component } from '../../interfaces/component.ts';
import type { Operator } from '../../interfaces/operator.ts';
import type { Vertex } from '../../processing/graph/graph.ts';
import { attempt } from '../../spec/build/attempt.ts';
import { checkedOptions } from '../../spec/build/checked-options.ts';
import { fileName, namedComponent } from '../../spec/build/component-name.ts';
import { moduleExport, modulePart } from '../../spec/build/module-export.ts';
import { shapeOf } from '../../spec/build/schema-walk.ts';
import { onlyEntry } from '../../spec/build/sources.ts';
import type { BuildContext } from '../../spec/build-context.ts';
import {
  kindOf,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  plainData,
} from '../../spec/source/located.ts';
import { marbles } from '../marbles.ts';
import { checkDuration } from './check-duration.ts';
import { checkForm } from './check-form.ts';
import { locatedData } from './located-data.ts';
import { marblesSchema } from './test-schema.ts';

/** Makes what comes instead of a reader, anew for each run. */
export type Input = () => unknown;

const INPUT_HINT =
  'Write a list of records; { marbles: "a-b|", values: … }; { read: { csv: in.csv } }; or { use: "./inputs.ts#orders" }.';

/** What comes instead of a reader; `undefined` where that cannot be made. */
export async function inputOf(
  { key, value }: LocatedEntry,
  context: BuildContext,
): Promise<Input | undefined> {
  const { problems } = context;
  if (value.kind === 'list') return () => value.items.map(plainData);
  if (value.kind !== 'map') {
    return problems.add(value.span, `expected records, found ${kindOf(value)}`, INPUT_HINT);
  }
  if (value.entries.has('marbles')) return marblesOf(value, key, context);
  const [[form, entry] = [], ...more] = [...value.entries];
  if (more.length === 0 && form === 'read') return readerOf(entry!.value, context);
  if (more.length === 0 && form === 'use' && entry!.value.kind === 'scalar') {
    const exported = await moduleExport(entry!.value, context);
    if (exported === undefined) return undefined;
    return () => (typeof exported === 'function' ? exported() : exported);
  }
  return problems.add(value.span, 'expected records, found a map of something else', INPUT_HINT);
}

/** What comes when, by a diagram; `undefined` where that is wrong. */
export function marblesOf(
  node: LocatedMap,
  at: LocatedEntry['key'],
  context: BuildContext,
): (() => ReturnType<typeof marbles>) | undefined {
  if (!checkForm(marblesSchema, node, { what: 'marbles', at }, context)) return undefined;
  const length = node.entries.get('frame')?.value;
  if (length !== undefined && !checkDuration('frame', length, context)) return undefined;
  const make = () => {
    const { marbles: diagram, values, frame } = marblesSchema.parse(plainData(node));
    return marbles(diagram, values as undefined, { ...(frame !== undefined && { frame: frame as never }) });
  };
  const span = node.entries.get('marbles')!.value.span;
  return attempt(context, span, make) && make;
}

async function readerOf(node: Located, context: BuildContext): Promise<Input | undefined> {
  const [name, entry] = onlyEntry(node, 'read', 'csv: in.csv', context) ?? [];
  if (name === undefined || entry === undefined) return undefined;
  if (name === 'use') {
    const reader = await modulePart(entry.value, 'reader', context);
    return reader && (() => reader);
  }
  const component = namedComponent('reader', name, entry.key, context, ['use']);
  if (component === undefined) return undefined;
  const reader = await created(component, entry.key, entry.value, context);
  return reader === undefined ? undefined : () => reader;
}

/** What stands in for an operator; `undefined` where that cannot be made. */
export async function operatorOf(
  { key, value }: LocatedEntry,
  vertex: Vertex | undefined,
  context: BuildContext,
): Promise<Operator<never, unknown> | undefined> {
  const { problems } = context;
  if (value.kind === 'scalar' && typeof value.value === 'string') return usedOperator(value, vertex, context);
  const [[name, entry] = [], ...more] = value.kind === 'map' ? [...value.entries] : [];
  if (name === undefined || more.length > 0) {
    const found =
      more.length > 0 ? `several: ${[...(value as LocatedMap).entries.keys()].join(', ')}` : kindOf(value);
    return problems.add(
      more[0]?.[1].key ?? value.span,
      `expected one operator, found ${found}`,
      'Write { use: "./mock.ts#lookup" }, or an operator with its options: { assign: { country: "\'AT\'" } }.',
    );
  }
  if (name === 'use') return usedOperator(entry!.value, vertex, context);
  const component = namedComponent('operator', name, entry!.key, context, ['use']);
  if (component === undefined) return undefined;
  return created(component, key, entry!.value, context) as Promise<Operator<never, unknown> | undefined>;
}

/** An operator that a module exports; or a function in the place of that which the operator was made of. */
async function usedOperator(
  node: Located,
  vertex: Vertex | undefined,
  context: BuildContext,
): Promise<Operator<never, unknown> | undefined> {
  const { problems } = context;
  const { span } = node;
  if (node.kind !== 'scalar') return problems.add(span, `use: expected text, found ${kindOf(node)}`);
  const exported = await moduleExport(node, context);
  if (exported === undefined || vertex?.node.kind !== 'operator') return undefined;
  if (typeof exported === 'object' && exported !== null && 'create' in exported) {
    return exported as Operator<never, unknown>;
  }
  if (typeof exported !== 'function') {
    return problems.add(
      span,
      `${node.value} is neither an operator nor a function`,
      'Export what map(), mapAsync() or defineOperator() returns, or a function such as the operator takes.',
    );
  }
  const { written, operator, place = '' } = vertex.node;
  const name = written?.component ?? operator.name;
  const component = context.registry.list('operator').find((one) => fileName(one.name) === name);
  const main = component?.main;
  if (
    component === undefined ||
    main === undefined ||
    roleOf(shapeOf(component.options)[main]!)?.role !== 'function'
  ) {
    return problems.add(
      span,
      `"${vertex.name}" is made of no function that another could stand in for`,
      'Export an operator: what map(), mapAsync() or defineOperator() returns.',
    );
  }
  const { onError: _, [main]: __, ...others } = (written?.options ?? {}) as Record<string, unknown>;
  const rest = locatedData(others, place) as LocatedMap;
  const use: LocatedMap = {
    kind: 'map',
    entries: new Map([['use', { key: span, value: node }]]),
    span,
    size: 2,
  };
  const options: LocatedMap = {
    ...rest,
    entries: new Map([...rest.entries, [main, { key: span, value: use }]]),
  };
  const params = new Map(
    Object.entries(written?.params ?? {}).map(([param, { value, secret = false }]) => [
      param,
      { known: true, value, secret },
    ]),
  );
  return created(component, span, options, { ...context, params }) as Promise<
    Operator<never, unknown> | undefined
  >;
}

async function created(
  component: Component,
  at: LocatedEntry['key'],
  node: Located,
  context: BuildContext,
): Promise<unknown> {
  const whose = { what: fileName(component.name), at, main: component.main };
  const options = await checkedOptions(component.options, node, whose, context);
  if (options === undefined || options.unknown) return undefined;
  return attempt(context, at, () => component.create(options.value as never), options.node);
}
