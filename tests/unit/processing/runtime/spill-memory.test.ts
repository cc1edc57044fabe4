import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { from } from '../../../../src/from.ts';
import type { OperatorContext } from '../../../../src/interfaces/operator.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { stateLimits } from '../../../../src/processing/graph/state-options.ts';
import { defineOperator } from '../../../../src/processing/operators/define-operator.ts';
import { MemoryBudget } from '../../../../src/processing/runtime/spill/memory-budget.ts';
import { run } from '../../../../src/start.ts';

test('one operator may have all of the memory, and not a byte more', () => {
  const budget = new MemoryBudget(1000);
  const account = budget.account('a');
  expect([account.reserve(600), account.reserve(401), account.reserve(400), account.reserve(1)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  account.release(500);
  expect([account.used, account.peak, budget.used, budget.peak]).toEqual([500, 1000, 500, 1000]);
  expect(account.reserve(500)).toBe(true);
});

test('what one has taken leaves the others what is set aside for them', () => {
  const budget = new MemoryBudget(1000);
  const [a, b] = [budget.account('a'), budget.account('b')];
  expect([a.reserve(750), a.reserve(1)]).toEqual([true, false]);
  expect([b.reserve(250), b.reserve(1)]).toEqual([true, false]);
  expect(budget.used).toBe(1000);
  a.release(300);
  expect([b.reserve(300), b.reserve(1)]).toEqual([true, false]);
});

test('a node has one account, however often it asks', () => {
  const budget = new MemoryBudget(1000);
  expect(budget.asked).toBe(false);
  expect(budget.account('a')).toBe(budget.account('a'));
  expect(budget.asked).toBe(true);
});

test('more is never released than was held', () => {
  const account = new MemoryBudget(1000).account('a');
  account.reserve(10);
  account.release(20);
  expect(account.used).toBe(0);
});

function holder(seen: Pick<OperatorContext, 'memory' | 'spill'>[]) {
  return defineOperator<number, number>({
    name: 'holder',
    cardinality: 'one',
    create(context) {
      seen.push(context);
      context.memory.reserve(1000);
      return { push: (record, emit) => emit(record) };
    },
  });
}

test('operators of a run share its memory, and the summary says what they held', async () => {
  const seen: Pick<OperatorContext, 'memory' | 'spill'>[] = [];
  const flow = from([1, 2]).pipe(holder(seen), holder(seen));
  const held = pipeline('held', flow.to(discard()), { memory: '1 MiB', spill: false });
  const summary = await run(held);
  expect(seen.map(({ memory, spill }) => [memory.budget, memory.used, spill.enabled])).toEqual([
    [1048576, 1000, false],
    [1048576, 1000, false],
  ]);
  expect(summary.held).toEqual({ memory: 1048576, peak: 2000, spilled: 0 });
});

test('the options of a run come before those of its pipeline', async () => {
  const seen: Pick<OperatorContext, 'memory' | 'spill'>[] = [];
  const held = pipeline('held', from([1]).pipe(holder(seen)).to(discard()), {
    memory: '1 MiB',
    spill: false,
  });
  await run(held, { memory: 100_000, spill: {} });
  expect([seen[0]!.memory.budget, seen[0]!.spill.enabled]).toEqual([100_000, true]);
});

test('256 MiB and the temporary folder of the system are what nobody has to say', async () => {
  expect(stateLimits({}, {})).toEqual({ memory: 268435456, spill: tmpdir() });
  const { held } = await run(pipeline('stateless', from([1]).to(discard())));
  expect(held).toBeUndefined();
});

test.each([
  [{ memory: '1 KiB' }, /memory: expected at least 65536 bytes/],
  [{ memory: 'much' }, /memory: expected a size/],
  [{ spill: true }, /spill/],
  [{ spill: { folder: '' } }, /spill/],
])('wrong options %j are named', (options, message) => {
  const branch = from([1]).to(discard());
  expect(() => pipeline('wrong', branch, options as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) }),
  );
});
