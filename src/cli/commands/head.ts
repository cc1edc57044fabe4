import { type Arguments, type Command, FILE_OPTIONS, PLAIN_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { fileInput, openInput } from '../files/file-input.ts';
import { QUERY_OPTIONS, type RecordQuery, recordQuery, wholeNumber } from '../files/record-query.ts';
import { fileRegistry } from '../plugins/given-plugins.ts';
import { jsonLine } from '../terminal/error-text.ts';

/** So many records are likely to be in the first bytes. */
const FEW = 100;
const FEW_BYTES = 32_768;

/** `millrace head`: the first records of files, as JSON lines. Reads no more than it shows. */
export const head: Command = Object.freeze({
  name: 'head',
  summary: 'Show the first records of files, of any format, as JSON lines',
  argument: '<file…>',
  maxArguments: Number.POSITIVE_INFINITY,
  options: {
    number: { value: 'count', short: 'n', summary: 'How many records; 10 by default' },
    ...QUERY_OPTIONS,
    ...FILE_OPTIONS,
    ...PLAIN_OPTIONS,
    json: { summary: 'Print the records as one JSON array; errors, too, as JSON' },
  },
  examples: [
    ['millrace head orders.csv.gz -n 3', 'the first three records'],
    [
      "millrace head 'logs/*.ndjson' --where 'record.level == \"error\"'",
      'the first errors of several files',
    ],
    ['curl -s https://example.com/data.csv | millrace head - --from csv', 'what comes through a pipe'],
  ],
  async run(invocation) {
    const { given, terminal } = invocation;
    const registry = await fileRegistry(given);
    const input = fileInput(head, given, given.positionals, registry);
    const wanted = wholeNumber(head, given, 'number', 10);
    const query = await recordQuery(head, given, registry);
    const records: unknown[] = [];
    if (wanted > 0) {
      const { eachRecord, readRecords } = await import('../files/read-records.ts');
      // Where the first records are wanted, whatever they are, a small piece of the file has them.
      const few = query.where === undefined && wanted <= FEW ? { chunkBytes: FEW_BYTES } : {};
      const reader = await openInput(input, { columns: query.columns, ...few });
      const take = eachRecord((record) => keep(record, query, records) < wanted);
      if (!(await readRecords(reader, take, 'head', invocation))) return EXIT.failed;
    }
    terminal.print(shown(records, given));
    return EXIT.done;
  },
} satisfies Command);

/** How many there are then. */
function keep(record: unknown, { where, select }: RecordQuery, into: unknown[]): number {
  return where === undefined || where(record) ? into.push(chosen(record, select)) : into.length;
}

function chosen(record: unknown, select: readonly string[] | undefined): unknown {
  if (select === undefined || typeof record !== 'object' || record === null) return record;
  return Object.fromEntries(
    select.map((name) => [name, Object.hasOwn(record, name) ? Reflect.get(record, name) : undefined]),
  );
}

function shown(records: readonly unknown[], given: Arguments): string {
  return given.has('json') ? jsonLine(records) : records.map((record) => jsonLine(record)).join('');
}
