import type { Operator } from '../../interfaces/operator.ts';
import type { Flow } from '../graph/flow.ts';
import { merge } from '../graph/join.ts';
import { defineOperator } from '../operators/define-operator.ts';
import { transforming } from '../operators/plain-logic.ts';

/** A record of one of two flows that have become one. */
export interface Sided {
  readonly left: boolean;
  readonly record: unknown;
}

/** The records of both flows as they come, each with its side; event time is the earlier of the two. */
export function sided(left: Flow<unknown>, right: Flow<unknown>): Flow<Sided> {
  return merge(left.pipe(side(true)), right.pipe(side(false)));
}

function side(left: boolean): Operator<unknown, Sided> {
  return defineOperator<unknown, Sided>({
    name: left ? 'left' : 'right',
    remembers: 'none',
    cardinality: 'one',
    create: () => transforming((record) => ({ left, record })),
  });
}
