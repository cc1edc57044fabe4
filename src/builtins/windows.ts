import type { z } from 'zod';
import { duration } from '../core/duration.ts';
import type { Component } from '../interfaces/component.ts';
import type { Operator } from '../interfaces/operator.ts';
import type { Window } from '../processing/operators/windows/window.ts';
import { windowBy, windowByRouted } from '../processing/operators/windows/window-by.ts';
import { windowOptions } from '../processing/operators/windows/window-options.ts';
import { windowOf, windowSchema } from '../processing/operators/windows/written-window.ts';
import { aggregates, aggregatesOf } from './aggregates.ts';
import { operator } from './component.ts';
import { key, keyReader } from './fields.ts';
import { type Keyed, keyFields, remade, withKeyFields } from './results.ts';

const options = windowOptions.extend({
  window: windowSchema,
  key: key.optional().describe('The field, or fields, that set groups apart; one group without'),
  aggregates,
});

/** The operator that puts records together by windows. */
export const windows: readonly Component[] = [
  operator('window', 'What the records of each window come to', options, windowed),
];

function windowed({
  window,
  key,
  aggregates: given,
  ...rest
}: z.output<typeof options>): Operator<never, unknown> {
  const list = aggregatesOf(given);
  const made = windowOf(window) as Window<unknown>;
  const several = rest.early !== undefined || duration(rest.lateness) > 0;
  const names = several ? ['window', 'update', 'pane'] : ['window'];
  const all = [...names, ...Object.keys(list)];
  if (rest.late === 'route') {
    const routed = windowByRouted(keyReader(key), made, list, rest as never);
    const fields = keyFields(routed.name, key, all);
    return remade(routed as Operator<unknown, Keyed>, (result) => [
      result.late === true ? result : { late: false, value: fields(result.value as Keyed) },
    ]);
  }
  const { late: _, ...others } = rest;
  const keyed = windowBy(keyReader(key), made, list, others as never);
  return withKeyFields(keyed as Operator<unknown, never>, key, all);
}
