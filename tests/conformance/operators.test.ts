import { PassThrough, Transform } from 'node:stream';
import { concatMap, filter as rxFilter, map as rxMap, take as rxTake } from 'rxjs';
import { describe, test } from 'vitest';
import { z } from 'zod';
import type { Operator } from '../../src/interfaces/operator.ts';
import { batch } from '../../src/processing/operators/batch.ts';
import { defineOperator } from '../../src/processing/operators/define-operator.ts';
import { filter } from '../../src/processing/operators/filter.ts';
import { flatMap } from '../../src/processing/operators/flat-map.ts';
import { flatMapAsync } from '../../src/processing/operators/flat-map-async.ts';
import { map } from '../../src/processing/operators/map.ts';
import { mapAsync } from '../../src/processing/operators/map-async.ts';
import { rename } from '../../src/processing/operators/rename.ts';
import { rx } from '../../src/processing/operators/rx.ts';
import { scan } from '../../src/processing/operators/scan.ts';
import { select } from '../../src/processing/operators/select.ts';
import { skip } from '../../src/processing/operators/skip.ts';
import { take } from '../../src/processing/operators/take.ts';
import { takeWhile } from '../../src/processing/operators/take-while.ts';
import { tap } from '../../src/processing/operators/tap.ts';
import { through } from '../../src/processing/operators/through.ts';
import { validate } from '../../src/processing/operators/validate.ts';
import { type OperatorCases, operatorConformance } from '../../src/testing/operator-conformance.ts';

function suite<A, B>(name: string, make: () => Operator<A, B>, cases: OperatorCases<A, B>): void {
  describe(name, () => {
    for (const one of operatorConformance(name, make, cases)) test(one.name, one.run);
  });
}

const numbers = { input: [1, 2, 3], output: [2, 4, 6], one: [2] };
const same = { input: [1, 2, 3], output: [1, 2, 3], one: [1] };
const rows = [
  { id: 1, status: 'paid', note: 'a' },
  { id: 2, status: 'open', note: 'b' },
];

suite<number, number>('map', () => map((n) => n * 2), { ...numbers, faulty: (fault) => map(fault) });
suite<number, number>('filter', () => filter((n) => n % 2 === 0), {
  input: [1, 2, 3, 4],
  output: [2, 4],
  one: [],
  faulty: (fault) => filter(fault),
});
suite<number, number>('tap', () => tap(() => {}), { ...same, faulty: (fault) => tap(fault) });
suite<number, number>('flatMap of arrays', () => flatMap((n) => [n, n]), {
  input: [1, 2],
  output: [1, 1, 2, 2],
  one: [1, 1],
  faulty: (fault) => flatMap(fault),
});
suite<number, number>('flatMap of iterators', () => flatMap((n) => new Set([n, -n])), {
  input: [1, 2],
  output: [1, -1, 2, -2],
  one: [1, -1],
  faulty: (fault) =>
    flatMap(function* () {
      const made = fault() as unknown;
      if (made instanceof Promise) throw made.catch(() => {});
      yield made as number;
    }),
});
suite<number, number>('take', () => take(2), {
  input: [1, 2, 3],
  output: [1, 2],
  one: [1],
  endsItself: true,
});
suite<number, number>('take(0)', () => take(0), { input: [1, 2], output: [], one: [], endsItself: true });
suite<number, number>('skip', () => skip(2), { input: [1, 2, 3], output: [3], one: [] });
suite<number, number>('takeWhile', () => takeWhile((n) => n < 3), {
  input: [1, 2, 3, 1],
  output: [1, 2],
  one: [1],
  endsItself: true,
  faulty: (fault) => takeWhile(fault),
});
suite<number, number>('takeWhile inclusive', () => takeWhile((n) => n < 3, { inclusive: true }), {
  input: [1, 3, 1],
  output: [1, 3],
  one: [1],
  endsItself: true,
});
suite<number, number>('scan', () => scan((sum, n) => sum + n, 0), {
  input: [1, 2, 3],
  output: [1, 3, 6],
  one: [1],
  faulty: (fault) => scan(fault, 0),
});
suite<number, number[]>(
  'scan with a function for its seed',
  () =>
    scan(
      (list: number[], n: number) => [...list, n],
      () => [],
    ),
  { input: [1, 2], output: [[1], [1, 2]], one: [[1]] },
);
suite<number, number[]>('batch', () => batch(2), { input: [1, 2, 3], output: [[1, 2], [3]], one: [[1]] });
suite<number, number[]>('batch within a time', () => batch(2, { within: '1h' }), {
  input: [1, 2, 3],
  output: [[1, 2], [3]],
  one: [[1]],
});
suite('validate with zod', () => validate(z.object({ n: z.coerce.number() })), {
  input: [{ n: '1' }, { n: 2 }],
  output: [{ n: 1 }, { n: 2 }],
  one: [{ n: 1 }],
  faulty: (fault) => validate({ '~standard': { version: 1, vendor: 'test', validate: fault } }),
});
suite(
  'validate with JSON Schema',
  () => validate<{ n: number }>({ properties: { n: { type: 'integer' } } }),
  {
    input: [{ n: 1 }, { n: 2 }],
    output: [{ n: 1 }, { n: 2 }],
    one: [{ n: 1 }],
  },
);
suite<(typeof rows)[0], { id: number; note: string }>('select', () => select('id', 'note'), {
  input: rows,
  output: [
    { id: 1, note: 'a' },
    { id: 2, note: 'b' },
  ],
  one: [{ id: 1, note: 'a' }],
});
suite<(typeof rows)[0], object>('rename', () => rename({ status: 'state' }), {
  input: rows,
  output: [
    { id: 1, state: 'paid', note: 'a' },
    { id: 2, state: 'open', note: 'b' },
  ],
  one: [{ id: 1, state: 'paid', note: 'a' }],
});
suite<number, number>('mapAsync', () => mapAsync(async (n) => n * 2), {
  ...numbers,
  faulty: (fault) => mapAsync(fault),
});
suite<number, number>('flatMapAsync', () => flatMapAsync(async (n) => [n, n]), {
  input: [1, 2],
  output: [1, 1, 2, 2],
  one: [1, 1],
  faulty: (fault) => flatMapAsync(fault),
});
suite<number, number>('rx', () => rx(rxMap((n) => n * 2)), {
  ...numbers,
  faulty: (fault) => rx(concatMap(fault)),
});
suite<number, number>('rx(filter)', () => rx(rxFilter((n) => n > 1)), {
  input: [1, 2],
  output: [2],
  one: [],
});
suite<number, number>('rx(take)', () => rx(rxTake(2)), {
  input: [1, 2, 3],
  output: [1, 2],
  one: [1],
  endsItself: true,
});
suite<number, number>('through', () => through<number, number>(() => new PassThrough({ objectMode: true })), {
  ...same,
  faulty: (fault) =>
    through(
      () =>
        new Transform({
          objectMode: true,
          transform(_record, _encoding, done) {
            try {
              Promise.resolve(fault()).catch((error: unknown) => done(error as Error));
            } catch (error) {
              done(error instanceof Error ? error : new Error('thrown'));
            }
          },
        }),
    ),
});
suite<number, number>(
  'through a web transform',
  () => through(() => new TransformStream<number, number>()),
  same,
);
suite<number, number>(
  'an operator of the user',
  () => defineOperator<number, number>({ name: 'user', create: () => ({ push: (n, emit) => emit(n * 2) }) }),
  numbers,
);
