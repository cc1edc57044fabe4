import type { Benchmark, Table } from '../benchmark.ts';
import { Contest, HEAD } from './contest-of.ts';
import { formatFiles, megabytesOf } from './files.ts';
import { worksFile } from './real-files.ts';

const ROUNDS = 5;
const WAYS = ['millrace', 'millrace, ndjson', 'whole', 'stream-json'];

export const readJson: Benchmark = {
  name: 'read-json',
  question: 'How fast does an array in a JSON file become objects?',
  async measure() {
    const { json, ndjson } = await formatFiles(200);
    const entries = WAYS.map((way) => ({ way, args: [way, way === 'millrace, ndjson' ? ndjson : json] }));
    const all = await Contest.of('read-json', entries, ROUNDS);
    const tables: Table[] = [
      {
        title: `sound orders as one array (${(await megabytesOf(json)).toFixed(0)} MB)`,
        head: HEAD,
        rows: all.rows(WAYS, 'millrace'),
      },
    ];
    const works = await worksFile();
    if (works !== undefined) {
      const ways = ['millrace', 'whole', 'stream-json'];
      const real = await Contest.of(
        'read-json',
        ways.map((way) => ({ way, args: [way, works] })),
        ROUNDS,
      );
      tables.push({
        title: `art works (${(await megabytesOf(works)).toFixed(0)} MB), pretty-printed, deep`,
        head: HEAD,
        rows: real.rows(ways, 'millrace'),
      });
    }
    return {
      setup: [
        '`whole` reads the whole file and calls `JSON.parse` once: what is possible in memory without bound.',
        '`millrace, ndjson` reads the same records from NDJSON.',
        `A process for each way and round, ${ROUNDS} rounds; time without the loading of modules.`,
      ],
      tables,
      goals: [
        { what: 'stream-json ÷ millrace', least: 5, measured: all.slower('stream-json', 'millrace') },
        {
          what: 'millrace ÷ the same records from NDJSON',
          most: 1.15,
          measured: all.slower('millrace', 'millrace, ndjson'),
        },
      ],
      takeaway: `millrace reads an array ${all.slower('stream-json', 'millrace').toFixed(1)} times as fast as stream-json, in ${all.slower('millrace', 'millrace, ndjson').toFixed(2)} of the time of the same records from NDJSON and ${all.slower('millrace', 'whole').toFixed(2)} of one JSON.parse over the whole file.`,
    };
  },
};
