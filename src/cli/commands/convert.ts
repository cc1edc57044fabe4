import { usage } from '../arguments.ts';
import { type Command, FILE_OPTIONS, PLAIN_OPTIONS } from '../command.ts';
import { type FileFormat, formatOf } from '../files/file-format.ts';
import { fileInput, givesColumns, openInput } from '../files/file-input.ts';
import { openOutput } from '../files/file-output.ts';
import { QUERY_OPTIONS, recordQuery, wholeNumber } from '../files/record-query.ts';
import { fileRegistry } from '../plugins/given-plugins.ts';

/** `millrace convert`: records of files into another file, of any format. */
export const convert: Command = Object.freeze({
  name: 'convert',
  summary: 'Convert files from any format to any other, and choose records and fields',
  argument: '<in…> <out>',
  maxArguments: Number.POSITIVE_INFINITY,
  options: {
    ...QUERY_OPTIONS,
    limit: { value: 'count', summary: 'No more records than these' },
    to: { value: 'format', summary: 'What the output is; by its name when absent' },
    ...FILE_OPTIONS,
    quiet: { short: 'q', summary: 'Say nothing but errors' },
    ...PLAIN_OPTIONS,
    json: { summary: 'Print the summary as one JSON document; errors, too' },
  },
  examples: [
    [
      'millrace convert orders.csv.gz paid.ndjson --where \'record.status == "paid"\' --select id,qty',
      'some records and fields',
    ],
    ['millrace convert trips.parquet trips.csv.zst --limit 1000', 'the first thousand'],
    ["millrace convert 'orders-*.csv' - --to ndjson | head", 'many files, into a pipe'],
  ],
  notes: [
    'The output appears whole or not at all: it has another name until it is done. Compressions go by the names: .gz, .zst, .br.',
    'Fields that neither --select nor --where names are not even built.',
  ],
  async run({ given, terminal, faults }) {
    const output = given.positionals.at(-1);
    if (given.positionals.length < 2 || output === undefined) {
      throw usage(
        convert,
        'an input and an output are needed',
        'Name both: millrace convert orders.csv orders.ndjson.',
      );
    }
    const registry = await fileRegistry(given);
    const input = fileInput(convert, given, given.positionals.slice(0, -1), registry);
    const format = formatOf(convert, output, 'to', given.value('to'), registry?.formats);
    const limit = wholeNumber(convert, given, 'limit', Number.POSITIVE_INFINITY);
    const query = await recordQuery(convert, given, registry);
    const { conversion } = await import('../files/conversion.ts');
    // Text goes as it is written, 76.10 as 76.10, where nobody asks what it is worth.
    const plain = isText(format) && query.where === undefined;
    const reader = await openInput({ ...input, untyped: input.untyped || plain }, query);
    const pipeline = conversion(reader, await openOutput(output, format, registry), {
      ...query,
      columns: givesColumns(input) ? query.columns : undefined,
      limit,
    });
    const { execute } = await import('../execute.ts');
    return execute(pipeline, {
      terminal,
      faults,
      stallAfter: false,
      stopTimeout: false,
      wholeOutput: true,
      checkpoint: undefined,
      from: undefined,
      quiet: given.has('quiet') || !terminal.interactive,
      json: given.has('json'),
      debug: given.has('verbose'),
    });
  },
} satisfies Command);

function isText(format: FileFormat): boolean {
  return format === 'csv' || format === 'tsv' || format === 'text';
}
