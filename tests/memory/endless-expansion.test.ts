import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { from } from '../../src/from.ts';
import { discard } from '../../src/io/memory/discard.ts';
import { pipeline } from '../../src/processing/graph/pipeline.ts';
import { flatMap } from '../../src/processing/operators/flat-map.ts';
import { take } from '../../src/processing/operators/take.ts';
import { run } from '../../src/start.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test('one record that becomes thirty million leaves nothing behind on the way', async () => {
  const used: number[] = [];
  function* records() {
    for (let n = 0; ; n++) {
      if (n % 5_000_000 === 0) {
        collect();
        used.push(process.memoryUsage().heapUsed);
      }
      yield n;
    }
  }
  await run(pipeline('endless', from([1]).pipe(flatMap(records), take(30_000_000)).to(discard())));
  // The first look is at a heap that is still warming up.
  const [, early, ...later] = used;
  expect(Math.max(...later) - early!).toBeLessThan(500_000);
});
