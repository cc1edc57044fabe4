import { z } from 'zod';
import { parseOptions } from '../../core/options.ts';
import { RandomSource, seedOf } from '../../core/random-source.ts';
import type { Operator, SyncLogic } from '../../interfaces/operator.ts';
import { defineOperator } from './define-operator.ts';
import { accepting } from './plain-logic.ts';
import { Reservoir } from './reservoir.ts';

/** Which records a sample has: one of so many, a share, or a number of them. */
export type SampleOptions =
  | {
      /** One record of so many: the first, and then each `every`th. */
      readonly every: number;
      readonly rate?: never;
      readonly reservoir?: never;
    }
  | {
      /** The chance of each record, from 0 to 1. */
      readonly rate: number;
      readonly every?: never;
      readonly reservoir?: never;
      /** The same seed, the same sample. @default made of the node's name */
      readonly seed?: number;
    }
  | {
      /** So many records of all, each with the same chance; they are held until the input is over. */
      readonly reservoir: number;
      readonly every?: never;
      readonly rate?: never;
      /** The same seed, the same sample. @default made of the node's name */
      readonly seed?: number;
    };

const whole = z.number().int();

/** The options of `sample`, of which each sample has one. */
export const sampleOptions = z.strictObject({
  every: whole.min(1).optional().describe('One record of so many'),
  rate: z.number().min(0).max(1).optional().describe('The chance of each record'),
  reservoir: whole.min(1).optional().describe('So many records of all'),
  seed: whole.optional().describe('The same seed, the same sample'),
});

const schema = sampleOptions
  .refine(
    ({ every, rate, reservoir }) => [every, rate, reservoir].filter((one) => one !== undefined).length === 1,
    'give one of every, rate and reservoir',
  )
  .refine(({ every, seed }) => every === undefined || seed === undefined, 'every n-th record takes no seed');

/**
 * Lets some of the records through, chosen by their number or at random. A sample is the same in each
 * run, unless the node's name or the seed changes.
 *
 * - Emits: with `every`, the first record and each `every`th after it; with `rate`, each with that
 *   chance; with `reservoir`, so many of all, in their order, when the input is over.
 * - Backpressures: when downstream does.
 * - Completes: when the input is over.
 * - Cancels: when downstream does.
 * - On error: it calls nothing that could fail. A reservoir holds as many records as it says, and holds
 *   back event time: what it emits at the end would be late otherwise.
 *
 * @throws MillraceError `ERR_OPTIONS` unless exactly one of the three is given, in its bounds.
 * @example
 * ```ts
 * import { from, sample } from 'millrace';
 *
 * const some = from([1, 2, 3, 4]).pipe(sample({ reservoir: 2, seed: 7 }));
 * ```
 */
export function sample<A>(options: SampleOptions): Operator<A, A> {
  const { seed, ...parsed } = parseOptions(schema, options, 'sample');
  const { every, rate, reservoir } = parsed;
  const [[kind, value]] = Object.entries(parsed).filter(([, value]) => value !== undefined) as [
    [string, number],
  ];
  return defineOperator<A, A>({
    name: 'sample',
    remembers: 'snapshot',
    cardinality: 'filter',
    origins: reservoir === undefined ? 'kept' : 'lost',
    detail: `${kind} ${value}`,
    create({ node }) {
      if (every !== undefined) return everyNth(every);
      const random = new RandomSource(seed ?? seedOf(node));
      if (rate !== undefined) return byChance(rate, random);
      return drawn(new Reservoir<A>(reservoir!, random));
    },
  });
}

function everyNth<A>(every: number): SyncLogic<A, A> {
  let left = 0;
  return {
    ...accepting(() => {
      const isTaken = left === 0;
      left = isTaken ? every - 1 : left - 1;
      return isTaken;
    }),
    snapshot: () => left,
    restore(state) {
      left = state as number;
    },
  };
}

function byChance<A>(rate: number, random: RandomSource): SyncLogic<A, A> {
  return {
    ...accepting(() => random.next() < rate),
    snapshot: () => random.state,
    restore: (state) => random.resume(state as number[]),
  };
}

function drawn<A>(reservoir: Reservoir<A>): SyncLogic<A, A> {
  return {
    // No time of its own, and none from upstream: records of all times leave at the end.
    assignsTime: true,
    push: (record) => reservoir.add(record),
    end(emit) {
      for (const record of reservoir.take()) emit(record);
    },
    snapshot: () => reservoir.snapshot(),
    restore: (state) => reservoir.restore(state),
  };
}
