import type { Benchmark } from '../benchmark.ts';
import { Contest } from './contest-of.ts';
import { formatFiles } from './files.ts';

const ROUNDS = 5;
const WAYS = ['millrace, gzip', 'decompression', 'parsing'];

export const gzip: Benchmark = {
  name: 'gzip',
  question: 'Do decompression and parsing overlap?',
  async measure() {
    const { csv, gzip } = await formatFiles(200);
    const entries = WAYS.map((way) => ({ way, args: [way, way === 'parsing' ? csv : gzip] }));
    const all = await Contest.of('gzip', entries, ROUNDS);
    const longer = Math.min(
      all.slower('millrace, gzip', 'decompression'),
      all.slower('millrace, gzip', 'parsing'),
    );
    return {
      setup: [
        'Sound orders, gzip level 6. `decompression` is `createGunzip` alone, at the same chunk sizes; `parsing` is millrace over the file that is not compressed.',
        `A process for each way and round, ${ROUNDS} rounds; two cores; time without the loading of modules.`,
      ],
      tables: [
        {
          head: ['way', 's', 'processor s'],
          rows: WAYS.map((way) => [way, all.seconds(way), (all.figure(way, 'cpuMs') / 1000).toFixed(2)]),
        },
      ],
      goals: [{ what: 'gzip CSV ÷ the longer of decompression and parsing', most: 1.1, measured: longer }],
      profile: [
        'By one `--cpu-prof` of the main thread, modules included: 9 % waiting, 7 % collecting garbage, 2 % zlib’s callback; the rest is parsing. Larger and smaller pieces (128 and 512 KiB), and more of them ahead (8), were no faster.',
      ],
      takeaway: `Reading gzip takes ${longer.toFixed(2)} times as long as the longer of decompression alone and parsing alone.`,
    };
  },
};
