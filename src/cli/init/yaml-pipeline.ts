import { stringify } from 'yaml';
import { columnTypes, delimiterOf, readerOf } from './column-types.ts';
import type { ProjectInput } from './project.ts';

/** A pipeline in YAML that checks records, and puts those aside that do not pass. */
export function yamlPipeline(name: string, input: ProjectInput): string {
  const types = columnTypes(input);
  const delimiter = delimiterOf(input);
  const { sample = false } = input;
  const options = {
    // `path` of json is a place in the document.
    [input.format === 'json' ? 'paths' : 'path']: input.path,
    ...(delimiter !== undefined && { delimiter }),
    ...(Object.keys(types).length > 0 && { types }),
    onError: { deadLetter: 'rejects' },
  };
  const steps = [
    ...(input.shape.objects > 0
      ? [{ validate: { schema: './record.schema.json', onError: { deadLetter: 'rejects' } } }]
      : []),
    ...(sample
      ? [{ filter: 'record.status == "paid"' }, { assign: { total: 'record.qty * record.price' } }]
      : []),
  ];
  const flows = {
    records: { read: { [readerOf(input)]: options }, ...(steps.length > 0 && { pipe: steps }) },
  };
  const sinks = {
    out: { from: 'records', write: { ndjson: { path: 'out.ndjson' } } },
    rejects: { write: { ndjson: { path: 'rejects.ndjson' } } },
  };
  const text = (part: object) => stringify(part, { lineWidth: 0 });
  return [
    '# Editors complete and explain this after "npm run schema":',
    '# yaml-language-server: $schema=./millrace.schema.json',
    `version: 1\n${text({ name })}`,
    text({ flows }),
    '# What the reader or the schema refuses goes to rejects.ndjson, with the reason and its place.',
    '# Mended, it goes back in: millrace replay pipeline.yaml rejects.ndjson --append --rejects again.ndjson',
    text({ sinks }),
  ].join('\n');
}
