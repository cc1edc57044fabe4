import { didYouMean } from '../../core/did-you-mean.ts';
import { usage } from '../arguments.ts';
import { type Command, FILE_OPTIONS, PLAIN_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { fileInput } from '../files/file-input.ts';
import { wholeNumber } from '../files/record-query.ts';
import { fileRegistry } from '../plugins/given-plugins.ts';

const SCHEMAS = ['json', 'zod'];

/** `millrace inspect`: what a file is, by its first records. */
export const inspect: Command = Object.freeze({
  name: 'inspect',
  summary: 'Show what files are: dialect, columns, their types, samples; or a schema of them',
  argument: '<file…>',
  maxArguments: Number.POSITIVE_INFINITY,
  options: {
    sample: {
      value: 'count',
      short: 'n',
      summary: 'How many records are looked at; 10000 by default, 0 for all',
    },
    schema: {
      value: SCHEMAS.join('|'),
      summary: 'Print a JSON Schema, or the source of a zod schema, and nothing else',
    },
    ...FILE_OPTIONS,
    ...PLAIN_OPTIONS,
  },
  examples: [
    ['millrace inspect orders.csv.gz', 'dialect, columns, types, samples'],
    ['millrace inspect events.ndjson --schema zod > event.ts', 'a schema to start from'],
    ['millrace inspect orders.csv --sample 0 --json', 'all of the file, for machines'],
  ],
  notes: [
    'Types are those that all values which were looked at have. A schema describes records that are read so: csv.read with types, where an empty field is null.',
  ],
  async run(invocation) {
    const { given, terminal } = invocation;
    const schema = given.value('schema');
    if (schema !== undefined && !SCHEMAS.includes(schema)) {
      throw usage(inspect, `there is no schema "${schema}"`, didYouMean(schema, SCHEMAS));
    }
    const input = fileInput(inspect, given, given.positionals, await fileRegistry(given));
    const sample = wholeNumber(inspect, given, 'sample', 10_000);
    const { inspection, inspectionText, schemaText } = await import('../profile/inspection.ts');
    const found = await inspection(input, sample === 0 ? Number.POSITIVE_INFINITY : sample, invocation);
    if (found === undefined) return EXIT.failed;
    if (schema === 'json' || schema === 'zod') terminal.print(schemaText(found, schema));
    else terminal.print(inspectionText(found, given.has('json')));
    return EXIT.done;
  },
} satisfies Command);
