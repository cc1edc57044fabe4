import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openPipelineFile } from '../../../src/spec/pipeline-file.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { put, REGISTRY } from './files.ts';

/** A folder to be kept in, with things beside it, and links in it that lead there. */
function house(): { readonly root: string; readonly outside: string } {
  const outside = tempFolder().path;
  const root = join(outside, 'root');
  mkdirSync(join(root, 'data'), { recursive: true });
  put(outside, 'outside.ts', 'export const fn = (record) => record;\nglobalThis.outsideWasLoaded = true;\n');
  put(outside, 'schema.json', '{}');
  put(outside, 'part.yaml', 'version: 1\n');
  put(root, 'inside.ts', 'export const fn = (record) => record;\n');
  put(root, 'schema.json', '{}');
  put(root, 'part.yaml', 'version: 1\n');
  symlinkSync(outside, join(root, 'link'));
  symlinkSync(join(outside, 'not-there-yet.csv'), join(root, 'dangling.csv'));
  return { root, outside };
}

async function opened(place: { readonly root: string }, more: object): Promise<unknown> {
  const {
    head = '',
    read = 'csv: in.csv',
    pipe = 'take: 1',
    write = 'csv: out.csv',
  } = more as Record<string, string>;
  const text = `version: 1\n${head}flows:\n  it: { read: { ${read} }, pipe: [{ ${pipe} }] }\nsinks:\n  out: { from: it, write: { ${write} } }\n`;
  const file = await openPipelineFile(put(place.root, 'p.yaml', text), {
    registry: REGISTRY,
    environment: { UP: '..' },
    root: place.root,
  });
  return file.build({});
}

describe('a file that is kept in a folder', () => {
  test.each<[string, object]>([
    ['reads', { read: 'csv: ../in.csv' }],
    ['reads by a list', { read: 'csv: { path: [in.csv, /etc/passwd] }' }],
    ['reads by a glob', { read: 'csv: "data/*/../../../*.csv"' }],
    ['reads by a URL of a file', { read: 'csv: "file:///etc/passwd"' }],
    ['reads through a link', { read: 'csv: link/in.csv' }],
    ['reads what the environment names', { read: `csv: "\${UP}/in.csv"` }],
    ['reads databases', { read: 'sqlite: { database: ../a.db, table: t }' }],
    ['writes', { write: 'csv: ../out.csv' }],
    ['writes through a link', { write: 'csv: link/new/out.csv' }],
    ['writes through a link to what is not there', { write: 'csv: dangling.csv' }],
    ['writes by the root', { write: 'csv: /out.csv' }],
    ['imports', { pipe: 'map: { use: "../outside.ts#fn" }' }],
    ['imports through a link', { pipe: 'map: { use: "./link/outside.ts#fn" }' }],
    [
      'imports packages that lie elsewhere',
      { pipe: `map: { use: "${join(process.cwd(), 'node_modules/yaml/dist/index.js')}#parse" }` },
    ],
    ['checks by schemas', { pipe: 'validate: ../schema.json' }],
    ['includes', { head: 'include: ../part.yaml\n' }],
    ['has plugins', { head: 'plugins: [../outside.ts]\n' }],
    ['keeps checkpoints', { head: 'checkpoint: { store: ../state }\n' }],
    ['spills', { head: 'spill: { folder: /tmp }\n' }],
  ])('is refused where it %s outside', async (_, more) => {
    await expect(opened(house(), more)).rejects.toThrow('it lies outside of the folder that files may use');
    expect(globalThis).not.toHaveProperty('outsideWasLoaded');
  });

  test.each<[string, object]>([
    ['reads', { read: 'csv: "data/../data/*.csv"' }],
    ['reads standard input', { read: 'csv: "-"' }],
    ['reads by HTTP', { read: 'csv: "https://example.org/in.csv"' }],
    ['writes what is not there yet', { write: 'csv: new/folder/out.csv' }],
    ['imports', { pipe: 'map: { use: "./inside.ts#fn" }' }],
    ['checks by schemas', { pipe: 'validate: schema.json' }],
    ['includes', { head: 'include: part.yaml\n' }],
    ['keeps checkpoints', { head: 'checkpoint: { store: state }\n' }],
  ])('is free where it %s inside', async (_, more) => {
    await expect(opened(house(), more)).resolves.toBeDefined();
  });
});
