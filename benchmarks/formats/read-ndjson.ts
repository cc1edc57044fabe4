import type { Benchmark, Table } from '../benchmark.ts';
import { Contest, HEAD } from './contest-of.ts';
import { formatFiles, megabytesOf } from './files.ts';
import { eventsFile } from './real-files.ts';

const ROUNDS = 5;
const WAYS = ['loop', 'millrace', 'millrace, columns', 'millrace, select'];

export const readNdjson: Benchmark = {
  name: 'read-ndjson',
  question: 'How fast does NDJSON become objects, and some fields of it?',
  async measure() {
    const { ndjson } = await formatFiles(200);
    const over = (path: string, ways: readonly string[]) =>
      Contest.of(
        'read-ndjson',
        ways.map((way) => ({ way, args: [way, path] })),
        ROUNDS,
      );
    const all = await over(ndjson, WAYS);
    const tables: Table[] = [
      {
        title: `sound orders as NDJSON (${(await megabytesOf(ndjson)).toFixed(0)} MB), 10 keys`,
        head: HEAD,
        rows: all.rows(WAYS, 'loop'),
      },
    ];
    const events = await eventsFile();
    if (events !== undefined) {
      const ways = ['loop', 'millrace'];
      const real = await over(events, ways);
      tables.push({
        title: `Windows events (${(await megabytesOf(events)).toFixed(0)} MB), CRLF, 100 keys and more`,
        head: HEAD,
        rows: real.rows(ways, 'loop'),
      });
    }
    const toLoop = (way: string) => all.slower(way, 'loop');
    return {
      setup: [
        'The loop reads chunks of 128 KiB one ahead, cuts them into lines and calls `JSON.parse` on each.',
        '`columns` and `select` make three of the ten fields.',
        `A process for each way and round, ${ROUNDS} rounds; time without the loading of modules.`,
      ],
      tables,
      goals: [
        { what: 'millrace ÷ loop over JSON.parse', most: 1.03, measured: toLoop('millrace') },
        {
          what: 'loop ÷ millrace, three of ten fields',
          least: 1.5,
          measured: all.slower('loop', 'millrace, columns'),
        },
      ],
      takeaway: `millrace takes ${toLoop('millrace').toFixed(2)} of the time of a bare JSON.parse loop, and for three of ten fields ${toLoop('millrace, columns').toFixed(2)}.`,
    };
  },
};
