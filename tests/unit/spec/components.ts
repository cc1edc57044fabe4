import { cpSync } from 'node:fs';
import { tempFolder } from '../io/temp-folder.ts';
import { put } from './files.ts';

/** The modules that the examples of components name. */
const MODULES: Readonly<Record<string, string>> = {
  'pages.ts':
    'export const pagesOf = () => [];\nexport const itemsOf = async () => [];\nexport const linksOf = async () => [];\n',
  'customers.ts': 'export const find = async () => undefined;\n',
  'enrich.ts': 'export const lookup = async (record: object) => record;\n',
  'folds.ts':
    'export const longest = (a: string) => a;\nexport const balance = (a: number) => a;\nexport const counted = (a: object) => a;\n',
  'streams.ts':
    "import { PassThrough } from 'node:stream';\nexport const changes = (source: object) => source;\nexport const zipped = () => new PassThrough({ objectMode: true });\n",
  'watch.ts': 'export const seen = () => {};\n',
};

/** A folder with all that the examples of components name. */
export function exampleFolder(): string {
  const folder = tempFolder().path;
  for (const [name, module] of Object.entries(MODULES)) put(folder, name, module);
  cpSync('tests/fixtures/pipelines/order.schema.json', `${folder}/order.schema.json`);
  return folder;
}

/** A file in which an example stands. */
export function fileWith(kind: string, example: string): string {
  const read = kind === 'reader' ? example.trim() : 'read: { ndjson: in.ndjson }';
  const write = kind === 'writer' ? example.trim() : 'write: { discard: {} }';
  const pipe = kind === 'operator' ? `    pipe:\n      ${example.trim()}\n` : '';
  const rejects = example.includes('rejects') ? '  rejects: { write: { discard: {} } }\n' : '';
  return `version: 1\nflows:\n  it:\n    ${read}\n${pipe}sinks:\n  out: { from: it, ${write} }\n${rejects}`;
}
