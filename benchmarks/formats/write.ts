import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { Contest, HEAD } from './contest-of.ts';
import { formatFiles } from './files.ts';

const ROUNDS = 5;
const CSV = ['csv millrace', 'csv papaparse', 'csv csv-stringify'];
const JSONS = ['ndjson millrace', 'json millrace', 'ndjson loop'];

export const write: Benchmark = {
  name: 'write',
  question: 'How fast do objects become CSV and NDJSON in a file?',
  async measure() {
    const { ndjson } = await formatFiles(200);
    const entries = [...CSV, ...JSONS].map((way) => ({
      way,
      args: [way, ndjson, join(ndjson, '..', `write-${way.replaceAll(/\W+/g, '-')}`)],
    }));
    const all = await Contest.of('write', entries, ROUNDS);
    return {
      setup: [
        'About 100,000 orders of 10 fields in memory, twelve times over, to a file, synced and renamed. The peers get batches of 1024 records, for which they make one text each, and write them as millrace does: gathered, one write behind.',
        `A process for each way and round, ${ROUNDS} rounds; time without the loading of modules and of the records.`,
      ],
      tables: [
        { title: 'CSV', head: HEAD, rows: all.rows(CSV, 'csv millrace') },
        { title: 'NDJSON, and a JSON array', head: HEAD, rows: all.rows(JSONS, 'ndjson millrace') },
      ],
      goals: [
        {
          what: 'papaparse unparse ÷ millrace',
          least: 3,
          measured: all.slower('csv papaparse', 'csv millrace'),
        },
        {
          what: 'csv-stringify ÷ millrace',
          least: 5,
          measured: all.slower('csv csv-stringify', 'csv millrace'),
        },
        {
          what: 'millrace ÷ JSON.stringify loop',
          most: 1.05,
          measured: all.slower('ndjson millrace', 'ndjson loop'),
        },
      ],
      takeaway: `millrace writes CSV ${all.slower('csv papaparse', 'csv millrace').toFixed(1)} times as fast as papaparse and ${all.slower('csv csv-stringify', 'csv millrace').toFixed(1)} times as fast as csv-stringify, and NDJSON in ${all.slower('ndjson millrace', 'ndjson loop').toFixed(2)} of the time of a JSON.stringify loop.`,
    };
  },
};
