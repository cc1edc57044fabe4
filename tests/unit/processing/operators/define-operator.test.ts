import { describe, expect, test } from 'vitest';
import {
  asyncOperatorOptions,
  defineOperator,
} from '../../../../src/processing/operators/define-operator.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { retry } from '../../../../src/processing/policies/retry.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';

const create = () => ({ push() {} });

test('an operator is synchronous with any cardinality unless it says otherwise', () => {
  const operator = defineOperator({ name: 'mine', create });
  expect(operator).toMatchObject({ name: 'mine', kind: 'sync', cardinality: 'many' });
  expect(Object.isFrozen(operator)).toBe(true);
  expect('onError' in operator).toBe(false);
  expect('detail' in operator).toBe(false);
});

test('an operator remembers the line of the user that made it, not one of millrace', () => {
  const site = /define-operator\.test\.ts:\d+$/;
  expect(defineOperator({ name: 'mine', create }).site).toMatch(site);
  expect(map((n: number) => n).site).toMatch(site);
});

test('changing the spec afterwards changes nothing', () => {
  const spec = { name: 'mine', create, onError: [skip()] };
  const operator = defineOperator(spec);
  spec.onError.push(skip());
  spec.name = 'yours';
  expect(operator).toMatchObject({ name: 'mine', onError: [skip()] });
});

test('create keeps the spec as its receiver, so that specs may be class instances', () => {
  class Counting {
    readonly name = 'counting';
    readonly start = 5;
    create() {
      let count = this.start;
      return {
        push: (_record: unknown, emit: (n: number) => void) => emit(count++),
      };
    }
  }
  const emitted: number[] = [];
  defineOperator<unknown, number>(new Counting())
    .create({} as never)
    .push('a', (n) => emitted.push(n));
  expect(emitted).toEqual([5]);
});

describe('the asynchronous stage', () => {
  test('gets defaults for what the operator leaves open', () => {
    const operator = defineOperator({ name: 'mine', kind: 'async', create: () => ({ call() {} }) });
    expect(operator.async).toEqual({ concurrency: 16, ordered: true });
  });

  test('gets what mapAsync asks for, durations in milliseconds', () => {
    const onError = [retry({ attempts: 2 }), skip()];
    const options = { concurrency: 4, ordered: false, timeout: '2s', onError };
    expect(mapAsync(async (n: number) => n, options)).toMatchObject({
      kind: 'async',
      cardinality: 'one',
      async: { concurrency: 4, ordered: false, timeout: 2000 },
      onError,
    });
  });

  test.each([
    { concurrency: 0 },
    { concurrency: 1.5 },
    { ordered: 'yes' },
    { timeout: 'soon' },
    { concurency: 1 },
  ])('cannot be asked for %j', (options) => {
    expect(() => mapAsync((n: number) => n, options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });

  test('describes each of its options', () => {
    for (const [name, field] of Object.entries(asyncOperatorOptions.shape)) {
      expect(field.description, name).toMatch(/\w+ \w+/);
    }
  });
});

test.each([
  ['no name', { create }],
  ['an empty name', { name: '', create }],
  ['no create', { name: 'mine' }],
  ['an unknown kind', { name: 'mine', kind: 'magic', create }],
  ['an unknown cardinality', { name: 'mine', cardinality: 'two', create }],
  ['a policy that is none', { name: 'mine', create, onError: () => {} }],
  ['nothing at all', undefined],
])('a spec with %s is refused where it is written', (_what, spec) => {
  expect(() => defineOperator(spec as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
});
