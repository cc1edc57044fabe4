import { join } from 'node:path';
import type { Benchmark } from './benchmark.ts';
import { contest, type Rounds, ratio, typical } from './contest.ts';
import { type OrdersFile, ordersFile } from './orders-file.ts';

const MEGABYTES = 100;
const ROUNDS = 5;

const WAYS = [
  ['demo-loop', 'hand-written loop over papaparse'],
  ['demo-decoder', 'hand-written loop over the CSV decoder of millrace'],
  ['demo-millrace', 'millrace'],
  ['demo-udsv', 'hand-written loop over uDSV'],
  ['demo-papaparse-rxjs', 'papaparse + RxJS'],
  ['demo-papaparse-transforms', 'papaparse + three Node transforms'],
  ['demo-stream-chain', 'papaparse + stream-chain'],
  ['demo-csv-parse', 'csv-parse + stream-transform'],
] as const;

export const demoJob: Benchmark = {
  name: 'demo-job',
  question: 'How long does it take from a messy CSV file to clean NDJSON, and in how much memory?',
  async measure() {
    const file = await ordersFile(MEGABYTES);
    const rounds = await contest(
      WAYS.map(([name]) => ({ name, job: `jobs/${name}.ts`, args: jobFiles(file, name) })),
      ROUNDS,
    );
    const to = (base: string, figure = 'wallMs') => ratio(rounds, 'demo-millrace', base, figure);
    return {
      setup: [
        `CSV (${(file.bytes / 1e6).toFixed(0)} MB, ${file.rows.toLocaleString('en')} rows of 10 columns, of them 2 in 1000 bad; quotes, line breaks within them, names beyond ASCII) → keep the valid ones that are paid → compute a bill → NDJSON. All use the functions of \`jobs/orders.ts\`.`,
        'The hand-written loop makes the same calls of `Papa.Parser` on chunks of the same 128 KiB, makes the same objects, reads one chunk ahead and writes one behind, syncs and renames its output as millrace does; the other peers do neither. It does not check that the text is valid UTF-8, and does not know which line a row is on.',
        'The loop over the decoder of millrace tells the two apart: what the decoder costs over papaparse, and what the engine costs over the decoder.',
        'Whoever gives papaparse bytes gets broken characters where a chunk ends within one: so the peers on papaparse read text.',
        `A process for each way and round, ${ROUNDS} rounds; time without the loading of modules, memory with it (the most that was resident).`,
      ],
      tables: [
        {
          head: ['way', 's', '÷ loop', 'processor s', '÷ loop', 'MB resident', 'orders written', 'output'],
          rows: WAYS.map(([name, label]) => row(rounds, name, label, file)),
        },
      ],
      goals: [
        { what: 'millrace ÷ hand-written loop over papaparse', most: 1.05, measured: to('demo-loop') },
        {
          what: 'millrace ÷ hand-written loop over its own decoder',
          most: 1.05,
          measured: to('demo-decoder'),
        },
      ],
      takeaway: `millrace takes ${to('demo-loop').toFixed(2)} times as long as the hand-written loop over papaparse (${to('demo-loop', 'cpuMs').toFixed(2)} in processor time), ${to('demo-decoder').toFixed(2)} of the loop over its own decoder, ${to('demo-papaparse-rxjs').toFixed(2)} of papaparse + RxJS, ${to('demo-csv-parse').toFixed(2)} of csv-parse + stream-transform.`,
    };
  },
};

function row(rounds: Rounds, name: string, label: string, file: OrdersFile): string[] {
  const seconds = (figure: string) => (typical(rounds, name, figure) / 1000).toFixed(2);
  const toLoop = (figure: string) => ratio(rounds, name, 'demo-loop', figure).toFixed(2);
  const lines = typical(rounds, name, 'lines');
  const right = typical(rounds, name, 'digest') === typical(rounds, 'demo-loop', 'digest');
  return [
    label,
    seconds('wallMs'),
    toLoop('wallMs'),
    seconds('cpuMs'),
    toLoop('cpuMs'),
    typical(rounds, name, 'rssMb').toFixed(0),
    lines.toLocaleString('en'),
    right && lines === file.paid ? 'right' : `wrong: ${file.paid - lines} orders are missing`,
  ];
}

/** Input and output of a job, as its arguments. */
export function jobFiles(file: OrdersFile, name: string): [string, string] {
  return [file.path, join(import.meta.dirname, 'out', `${name}.ndjson`)];
}
