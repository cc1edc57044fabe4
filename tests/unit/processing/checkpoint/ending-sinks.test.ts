import { expect, test } from 'vitest';
import { pipeline } from '../../../../src/index.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { begin, counting } from './checkpointed-run.ts';
import { disk, durable } from './durable.ts';

test('what a sink is given behind the barrier of a checkpoint that is under way is prepared for the next one', async () => {
  const [quick, slow] = [disk<number>(), disk<number>()];
  const last = Promise.withResolvers<void>();
  const prepared = Promise.withResolvers<void>();
  const numbers = counting(6, (n) => (n === 6 ? last.promise : undefined));
  const { live, clock } = begin(
    pipeline('p', [
      numbers.to(durable(quick)),
      numbers.to(durable(slow, { prepare: (id) => (id === 2 ? prepared.promise : undefined) })),
    ]),
    memoryStore(),
  );
  await turns(50);
  await clock.advance(10_000);
  last.resolve();
  await turns(50);
  expect(quick.records).toEqual([1, 2, 3, 4, 5, 6]);
  prepared.resolve();
  await live.done;
  const prepares = quick.calls.filter((call) => call.startsWith('prepare'));
  expect(prepares).toEqual(['prepare 1', 'prepare 2', 'prepare 3']);
});
