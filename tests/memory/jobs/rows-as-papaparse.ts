import Papa from 'papaparse';
import { csv, forEach, pipeline, run } from '../../../src/index.ts';
import { BLOCKS, rowsOfBlock } from '../many-rows.ts';
import { report } from './report.ts';

interface Row {
  readonly id: string;
  readonly note: string;
  readonly amount: string;
}

let block = 0;
let rows: readonly string[][] = [];
let at = 0;

/** The next row as papaparse reads it, which sees the text by whole blocks. */
function expected(): readonly string[] | undefined {
  if (at === rows.length && block < BLOCKS) {
    rows = Papa.parse<string[]>(rowsOfBlock(block++).slice(0, -1), { delimiter: ',', newline: '\n' }).data;
    at = 0;
  }
  return rows[at++];
}

let same = 0;
let multiline = 0;
const check = ({ id, note, amount }: Row): void => {
  const row = expected();
  if (row === undefined || row[0] !== id || row[1] !== note || row[2] !== amount || row.length !== 3) {
    throw new Error(`Row ${same + 1} is ${JSON.stringify([id, note, amount])}, not ${JSON.stringify(row)}`);
  }
  same++;
  if (note.includes('\n')) multiline++;
};

const { balance } = await run(pipeline('rows', csv.read<Row>('-').to(forEach(check))));
report({ balance, same, multiline, left: expected() });
