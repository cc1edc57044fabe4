import { expect, test } from 'vitest';
import { readFrom } from '../../../../src/from.ts';
import { mergeSorted } from '../../../../src/processing/graph/merge-sorted.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { scripted } from '../runtime/scripted-reader.ts';
import { begin, never, position } from './checkpointed-run.ts';
import { disk, durable } from './durable.ts';

test('records that a merge of sorted flows has in front of others are held when it is stopped, and go on later', async () => {
  const store = memoryStore();
  const out = disk<number>();
  const p = (wait: () => Promise<void> | undefined) => {
    const ahead = readFrom(scripted([[1, 4, 6], [8]], { name: 'ahead', traits: position }));
    const late = readFrom(scripted([[2, 3], wait, [5, 7]], { name: 'late', traits: position }));
    return pipeline('merged', mergeSorted(ahead, late, { by: (n) => n }).to(durable(out)));
  };

  const { live } = begin(p(never), store);
  await turns(50);
  const stopped = await live.stop();
  expect(stopped).toMatchObject({ state: 'stopped', balance: { closed: true, gaps: [] } });
  const { read, written, held } = stopped.balance;
  expect(written).toBe(3);
  expect(held).toBe(read - written);
  expect(stopped.nodes.find(({ name }) => name === 'merge-sorted')).toMatchObject({ out: 3, held });

  const { balance } = await begin(
    p(() => undefined),
    store,
  ).live.done;
  expect(out.records).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(balance).toMatchObject({ read: 8, written: 8, closed: true });
  expect(balance).not.toHaveProperty('held');
});
