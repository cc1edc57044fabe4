import { join } from 'node:path';
import { runBenchmarks } from '../run-benchmarks.ts';
import { externalSort } from './external-sort.ts';
import { groupAggregate } from './group-aggregate.ts';
import { hashJoin } from './hash-join.ts';
import { nexmark } from './nexmark.ts';
import { tumblingWindow } from './tumbling-window.ts';

/** All benchmarks of operators: `node operators/run.ts`; some: `node operators/run.ts nexmark hash-join`. */
await runBenchmarks(
  'npm run bench:operators',
  [groupAggregate, tumblingWindow, hashJoin, externalSort, nexmark],
  join(import.meta.dirname, 'RESULTS.md'),
);
