import { type Command, FILE_OPTIONS, PLAIN_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { fileInput, openInput } from '../files/file-input.ts';
import { QUERY_OPTIONS, recordQuery } from '../files/record-query.ts';
import { fileRegistry } from '../plugins/given-plugins.ts';
import type { ColumnSummary } from '../profile/column-profile.ts';
import { jsonLine } from '../terminal/error-text.ts';
import { countOf, formatCount, valueText } from '../terminal/figures.ts';
import { table } from '../terminal/table.ts';

/** `millrace stats`: what is in the columns of files. */
export const stats: Command = Object.freeze({
  name: 'stats',
  summary: 'Show count, empty, distinct, least, greatest and mean of each column',
  argument: '<file…>',
  maxArguments: Number.POSITIVE_INFINITY,
  options: { ...QUERY_OPTIONS, ...FILE_OPTIONS, ...PLAIN_OPTIONS },
  examples: [
    ['millrace stats orders.csv.gz', 'every column'],
    [
      "millrace stats trips.parquet --select fare,tip --where 'record.fare > 0'",
      'two of them, of some records',
    ],
    ['millrace stats events.ndjson --json', 'for machines'],
  ],
  notes: [
    'Different values are counted exactly up to 512, and within 0.8 % above (HyperLogLog). All of it takes bounded memory.',
  ],
  async run(invocation) {
    const { given, terminal } = invocation;
    const registry = await fileRegistry(given);
    const input = fileInput(stats, given, given.positionals, registry);
    const query = await recordQuery(stats, given, registry);
    const { RecordProfile } = await import('../profile/column-profile.ts');
    const { eachRecord, readRecords } = await import('../files/read-records.ts');
    const profile = new RecordProfile();
    const { where } = query;
    const take = eachRecord((record) => {
      if (where === undefined || where(record)) profile.add(record);
      return true;
    });
    if (!(await readRecords(await openInput(input, query), take, 'stats', invocation))) return EXIT.failed;
    const columns = chosen(profile.summary(), query.select);
    const { records } = profile;
    if (given.has('json')) {
      terminal.print(jsonLine({ records, columns: columns.map(({ samples, ...column }) => column) }));
    } else terminal.print(`${countOf(records, 'record')}\n\n${columnTable(columns).join('\n')}\n`);
    return EXIT.done;
  },
} satisfies Command);

function chosen(
  columns: readonly ColumnSummary[],
  select: readonly string[] | undefined,
): readonly ColumnSummary[] {
  if (select === undefined) return columns;
  return select.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

function columnTable(columns: readonly ColumnSummary[]): string[] {
  return table<ColumnSummary>(
    [
      { title: 'column', align: 'left', cell: ({ name }) => name },
      { title: 'count', align: 'right', cell: ({ count }) => formatCount(count) },
      { title: 'empty', align: 'right', cell: ({ empty }) => formatCount(empty) },
      { title: 'distinct', align: 'right', cell: ({ distinct }) => formatCount(distinct) },
      { title: 'min', align: 'right', cell: ({ min }) => valueText(min) },
      { title: 'max', align: 'right', cell: ({ max }) => valueText(max) },
      {
        title: 'mean',
        align: 'right',
        cell: ({ mean }) => (mean === null ? '' : String(Number(mean.toPrecision(8)))),
      },
    ],
    columns,
  );
}
