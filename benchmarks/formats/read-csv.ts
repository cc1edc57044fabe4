import { basename } from 'node:path';
import type { Benchmark, Table } from '../benchmark.ts';
import { Contest, HEAD } from './contest-of.ts';
import { formatFiles, megabytesOf } from './files.ts';
import { retailFile } from './real-files.ts';

const ROUNDS = 5;
const WAYS = [
  'millrace',
  'millrace, columns',
  'millrace, select',
  'millrace, types',
  'udsv',
  'papaparse',
  'csv-parse',
];

export const readCsv: Benchmark = {
  name: 'read-csv',
  question: 'How fast does CSV become objects?',
  async measure() {
    const { csv } = await formatFiles(200);
    const over = (path: string, ways: readonly string[]) =>
      Contest.of(
        'read-csv',
        ways.map((way) => ({ way, args: [way, path] })),
        ROUNDS,
      );
    const all = await over(csv, WAYS);
    const tables: Table[] = [
      { title: await title(csv, 'sound orders, 10 columns'), head: HEAD, rows: all.rows(WAYS, 'millrace') },
    ];
    const retail = await retailFile();
    if (retail !== undefined) {
      const ways = ['millrace', 'udsv', 'papaparse', 'csv-parse'];
      const real = await over(retail, ways);
      tables.push({
        title: await title(retail, 'retail, 8 columns, ASCII'),
        head: HEAD,
        rows: real.rows(ways, 'millrace'),
      });
    }
    const faster = (peer: string) => all.slower(peer, 'millrace');
    return {
      setup: [
        'Each way makes an object of text fields of each row and hands it to one function, which counts it and looks at one field. millrace runs a whole pipeline: `csv.read(…).to(forEach(…))`, which also checks that the text is UTF-8, keeps exact origins and closes its balance.',
        'In nearly every row of the orders a name is not ASCII; in one of four a field is quoted, in one of twenty it holds quotes or line breaks.',
        '`columns` and `select` make three of the ten columns; `types` makes two integers, a number and a date.',
        `A process for each way and round, ${ROUNDS} rounds; time without the loading of modules.`,
      ],
      tables,
      goals: [
        { what: 'uDSV ÷ millrace', least: 2, measured: faster('udsv') },
        { what: 'papaparse ÷ millrace', least: 4, measured: faster('papaparse') },
        { what: 'csv-parse ÷ millrace', least: 8, measured: faster('csv-parse') },
        {
          what: 'all columns ÷ three of ten',
          least: 1.3,
          measured: all.slower('millrace', 'millrace, columns'),
        },
      ],
      takeaway: `millrace reads ${all.pace('millrace')} million rows of 10 columns a second: ${faster('udsv').toFixed(1)} times as fast as uDSV, ${faster('papaparse').toFixed(1)} times papaparse, ${faster('csv-parse').toFixed(1)} times csv-parse; and three of the columns ${all.slower('millrace', 'millrace, columns').toFixed(1)} times as fast as all.`,
    };
  },
};

async function title(path: string, what: string): Promise<string> {
  return `${basename(path)} (${(await megabytesOf(path)).toFixed(0)} MB): ${what}`;
}
