import { type Command, FILE_OPTIONS, PLAIN_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { dialectOf, fileInput, openInput } from '../files/file-input.ts';
import type { TakeRecords } from '../files/read-records.ts';
import { QUERY_OPTIONS, recordQuery } from '../files/record-query.ts';
import { fileRegistry } from '../plugins/given-plugins.ts';
import { jsonLine } from '../terminal/error-text.ts';

/** `millrace count`: how many records files have. Of CSV, records are counted and not built. */
export const count: Command = Object.freeze({
  name: 'count',
  summary: 'Count the records of files, of any format',
  argument: '<file…>',
  maxArguments: Number.POSITIVE_INFINITY,
  options: { where: QUERY_OPTIONS.where!, ...FILE_OPTIONS, ...PLAIN_OPTIONS },
  examples: [
    ['millrace count orders.csv', 'records, not lines'],
    ["millrace count 'orders-*.csv.gz' --where 'record.status == \"paid\"'", 'those that are paid'],
    ['zcat events.ndjson.gz | millrace count - --from ndjson', 'what comes through a pipe'],
  ],
  notes: [
    'Of CSV, a quoted field may have line ends in it; rows of another width than the first fail, as in convert.',
  ],
  async run(invocation) {
    const { given, terminal } = invocation;
    const registry = await fileRegistry(given);
    const input = fileInput(count, given, given.positionals, registry);
    const { where } = await recordQuery(count, given, registry);
    const { eachRecord, readRecords } = await import('../files/read-records.ts');
    let records = 0;
    const addAll: TakeRecords = (batch) => {
      records += batch.length;
      return true;
    };
    const take =
      where === undefined
        ? addAll
        : eachRecord((record) => {
            if (where(record)) records++;
            return true;
          });
    const reader =
      where === undefined && (input.format === 'csv' || input.format === 'tsv')
        ? await counter(input.paths, dialectOf(input.format, input.delimiter))
        : await openInput(input, { columns: where?.columns });
    if (!(await readRecords(reader, take, 'count', invocation))) return EXIT.failed;
    terminal.print(given.has('json') ? jsonLine({ records }) : `${records}\n`);
    return EXIT.done;
  },
} satisfies Command);

async function counter(paths: readonly string[], dialect: ReturnType<typeof dialectOf>) {
  const { csvCounter } = await import('../../io/formats/csv/csv-counter.ts');
  return csvCounter(paths, dialect);
}
