import type { FlowEntry } from '../file-model.ts';
import { entryOf, type Located, type LocatedMap } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';

/** The outputs of a flow that ends in several: as it is written, before anything of it is made. */
export function outputsOf({ steps }: FlowEntry): readonly string[] | undefined {
  const last = steps.at(-1);
  const routes = routesOf(last);
  if (routes !== undefined) return [...routes.entries.keys()].filter((name) => name !== 'onError');
  const named = entryOf(entryOf(last, 'process')?.value, 'outputs')?.value;
  if (named?.kind === 'list' && named.items.length > 0) return ['main', ...named.items.map(textOf)];
  return routesLate(last) || (routesLate(steps.at(-2)) && aggregatesOf(last) !== undefined)
    ? ['results', 'late']
    : undefined;
}

/** Where an output is said. */
export function outputSpan({ steps, key }: FlowEntry, output: string): Span {
  const last = steps.at(-1);
  const named = entryOf(entryOf(last, 'process')?.value, 'outputs')?.value;
  const item = named?.kind === 'list' ? named.items.find((one) => textOf(one) === output) : undefined;
  return routesOf(last)?.entries.get(output)?.key ?? item?.span ?? last?.span ?? key;
}

function routesOf(step: Located | undefined): LocatedMap | undefined {
  const split = entryOf(step, 'split')?.value;
  if (split?.kind !== 'map') return undefined;
  const routes = split.entries.get('routes')?.value;
  return routes?.kind === 'map' ? routes : split;
}

/** Whether it is a window that gives late records a way of their own. */
function routesLate(step: Located | undefined): boolean {
  const late = entryOf(entryOf(step, 'window')?.value, 'late')?.value;
  return late?.kind === 'scalar' && late.value === 'route';
}

function aggregatesOf(step: Located | undefined): Located | undefined {
  return entryOf(step, 'aggregate')?.value;
}

function textOf(node: Located): string {
  return node.kind === 'scalar' ? String(node.value) : '';
}
