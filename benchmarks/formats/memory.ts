import type { Benchmark } from '../benchmark.ts';
import { Contest } from './contest-of.ts';
import { formatFiles, largeFiles, megabytesOf } from './files.ts';

const ROUNDS = 2;
const READERS = ['csv', 'csv.gz', 'ndjson', 'json', 'text'];
const MOST = 150;

export const memory: Benchmark = {
  name: 'memory',
  question: 'How much memory does each reader take, whatever the size of the file?',
  async measure() {
    const small = await formatFiles(200);
    const large = await largeFiles(small, 10);
    const path = (files: typeof small, reader: string) =>
      reader === 'csv.gz' ? files.gzip : reader === 'text' ? files.csv : files[reader as 'csv'];
    const entries = READERS.flatMap((reader) => [
      { way: `${reader} small`, args: [reader, path(small, reader)] },
      { way: `${reader} large`, args: [reader, path(large, reader)] },
    ]);
    const all = await Contest.of('memory', [{ way: 'empty', args: ['empty', ''] }, ...entries], ROUNDS);
    const above = (reader: string, size: string) =>
      all.figure(`${reader} ${size}`, 'rssMb') - all.figure('empty', 'rssMb');
    const growth = (reader: string) =>
      all.figure(`${reader} large`, 'rssMb') / all.figure(`${reader} small`, 'rssMb');
    const highest = Math.max(...READERS.map((reader) => above(reader, 'large')));
    return {
      setup: [
        `Each reader over the orders of ${(await megabytesOf(small.csv)).toFixed(0)} MB, and over the same ten times, ${(await megabytesOf(large.csv)).toFixed(0)} MB as CSV, to a sink that counts. The most that was resident, less that of a process that does nothing (${all.figure('empty', 'rssMb').toFixed(0)} MB). ${ROUNDS} rounds.`,
      ],
      tables: [
        {
          head: [
            'reader',
            'MB above an empty process, small',
            'large',
            'large ÷ small, all that is resident',
          ],
          rows: READERS.map((reader) => [
            reader,
            above(reader, 'small').toFixed(0),
            above(reader, 'large').toFixed(0),
            growth(reader).toFixed(2),
          ]),
        },
      ],
      goals: [
        {
          what: 'large ÷ small, the highest of all readers',
          most: 1.2,
          measured: Math.max(...READERS.map(growth)),
        },
        {
          what: 'MB above an empty process, the highest of all readers, large file',
          most: MOST,
          measured: highest,
        },
      ],
      profile: [
        'V8 lets its heap grow with the time that a process runs. With `--max-old-space-size=64`, one run each, the large file takes 1.00 (csv), 1.02 (ndjson) and 1.00 (json) times what the small one takes; but both take more than without it, 258 to 276 MB in all, and about twice the time: why, was not looked into.',
      ],
      takeaway: `No reader takes more than ${highest.toFixed(0)} MB above an empty process for a file of ${(await megabytesOf(large.csv)).toFixed(0)} MB.`,
    };
  },
};
