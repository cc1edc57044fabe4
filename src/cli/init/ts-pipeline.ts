import { key } from '../profile/schema-text.ts';
import { columnTypes, delimiterOf, readerOf } from './column-types.ts';
import type { ProjectInput } from './project.ts';

/** The same in TypeScript. */
export function tsPipeline(name: string, input: ProjectInput): string {
  const reader = readerOf(input);
  const { sample = false } = input;
  const checked = input.shape.objects > 0;
  const types = columnTypes(input);
  const delimiter = delimiterOf(input);
  const options = [
    ...(delimiter === undefined ? [] : [`delimiter: ${quoted(delimiter)}`]),
    ...(Object.keys(types).length === 0 ? [] : [`types: ${literal(types)}`]),
    'onError: deadLetter(rejects)',
  ];
  const imports = ['deadLetter', 'ndjson', 'pipeline'];
  if (reader !== 'ndjson') imports.push(reader);
  if (checked) imports.push('validate');
  if (sample) imports.push('filter', 'map');
  const steps = [
    ...(checked ? ['validate(Record, { onError: deadLetter(rejects) })'] : []),
    ...(sample
      ? [
          "filter((order) => order.status === 'paid')",
          'map((order) => ({ ...order, total: order.qty * order.price }))',
        ]
      : []),
  ];
  const piped = steps.length === 0 ? '' : `\n  .pipe(\n${steps.map((step) => `    ${step},\n`).join('')}  )`;
  return `import { ${imports.toSorted().join(', ')} } from 'millrace';
${checked ? "import { Record } from './record.ts';\n" : ''}
// What the reader or the schema refuses goes there, with the reason and its place.
// Mended, it goes back in: millrace replay pipeline.ts rejects.ndjson --append --rejects again.ndjson
const rejects = ndjson.write('rejects.ndjson');

const records = ${reader}
  .read(${quoted(input.path)}, {
${options.map((option) => `    ${option},\n`).join('')}  })${piped};

export default pipeline(${quoted(name)}, [records.to(ndjson.write('out.ndjson'))]);
`;
}

function literal(types: Readonly<Record<string, string>>): string {
  const entries = Object.entries(types).map(([name, type]) => `${key(name)}: ${quoted(type)}`);
  return `{ ${entries.join(', ')} }`;
}

function quoted(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1);
  return `'${inside.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
