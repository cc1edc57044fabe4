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
    ['reads by a glob with braces', { read: 'csv: "{..,data}/*.csv"' }],
    ['reads by a URL of a file', { read: 'csv: "file:///etc/passwd"' }],
    ['reads by what looks like a URL', { read: 'csv: "zz:/../../in.csv"' }],
    ['reads by what has a colon in front', { read: 'csv: ":/../../in.csv"' }],
    ['reads by a database in the name of a server', { read: 'csv: "postgres://../../../in.csv"' }],
    ['reads by a URL in capitals', { read: 'csv: "FILE:///etc/passwd"' }],
    ['reads by a URL of another machine', { read: 'csv: "file://host/in.csv"' }],
    [
      'reads databases by what looks like a URL',
      { read: 'sqlite: { database: "http:/../../a.db", table: t }' },
    ],
    ['writes by what looks like a URL', { write: 'ndjson: "zz:/../../out.ndjson"' }],
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
    ['keeps checkpoints in a database', { head: 'checkpoint: { store: "sqlite:../state.db" }\n' }],
    ['keeps checkpoints by the name of one', { head: 'checkpoint: { store: "s3://../../../state.db" }\n' }],
    ['keeps checkpoints with a colon', { head: 'checkpoint: { store: "zz:/../../state" }\n' }],
    ['spills', { head: 'spill: { folder: /tmp }\n' }],
    ['spills by what looks like a URL', { head: 'spill: { folder: "http:/../../spill" }\n' }],
  ])('is refused where it %s outside', async (_, more) => {
    await expect(opened(house(), more)).rejects.toThrow('it lies outside of the folder that files may use');
    expect(globalThis).not.toHaveProperty('outsideWasLoaded');
  });

  test.each<[string, string]>([
    ['data', `data:text/javascript,globalThis.outsideWasLoaded = true; export default 1`],
    ['Node', 'node:fs'],
  ])('runs no plugin that is %s', async (_, url) => {
    const opening = opened(house(), { head: `plugins: [${JSON.stringify(url)}]\n` });
    await expect(opening).rejects.toMatchObject({ code: 'ERR_PIPELINE_FILE' });
    expect(globalThis).not.toHaveProperty('outsideWasLoaded');
  });

  test.each<[string, object, string]>([
    ['a NUL', { read: 'csv: "a\\0b.csv"' }, 'there is a NUL character in the path'],
    ['a NUL in an include', { head: 'include: "a\\0b.yaml"\n' }, 'there is a NUL character in the path'],
    ['a long name', { read: `csv: ${'a'.repeat(300)}.csv` }, 'the name is too long'],
    [
      'a name that is too long for a store',
      { head: `checkpoint: { store: ${'a'.repeat(300)}.db }\n` },
      'too long',
    ],
  ])('has %s as a problem with its place', async (_, more, found) => {
    await expect(opened(house(), more)).rejects.toMatchObject({
      code: 'ERR_PIPELINE_FILE',
      message: expect.stringContaining(found),
    });
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
    ['keeps checkpoints in a database', { head: 'checkpoint: { store: "sqlite:state.db" }\n' }],
    ['keeps checkpoints on a server', { head: 'checkpoint: { store: "postgres://db.example.org/x" }\n' }],
  ])('is free where it %s inside', async (_, more) => {
    await expect(opened(house(), more)).resolves.toBeDefined();
  });
});
