import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Summary } from '../../../src/interfaces/run.ts';
import { directoryStore } from '../../../src/processing/checkpoint/directory-store.ts';
import { swapNodes } from '../../../src/processing/graph/swap-nodes.ts';
import { openPipelineFile } from '../../../src/spec/pipeline-file.ts';
import { run } from '../../../src/start.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { put, REGISTRY } from './files.ts';

/** A folder to be kept in, with a folder beside it that a link in it leads to. */
function house(): { readonly root: string; readonly outside: string } {
  const { path } = tempFolder();
  const root = join(path, 'root');
  const outside = join(path, 'outside');
  mkdirSync(join(root, 'data'), { recursive: true });
  put(outside, 'secret.ndjson', '{"secret":1}\n');
  put(root, 'data/in.ndjson', '{"d":"data"}\n{"d":"link"}\n');
  symlinkSync(outside, join(root, 'link'));
  symlinkSync(join(root, 'data'), join(root, 'inner'));
  symlinkSync(join(outside, 'secret.ndjson'), join(root, 'data/alias.txt'));
  return { root, outside };
}

interface Parts {
  readonly read: string;
  readonly write?: string;
}

async function opened(root: string, { read, write = 'ndjson: out.ndjson' }: Parts) {
  const text = `version: 1\nflows:\n  it: { read: { ${read} } }\nsinks:\n  out: { from: it, write: { ${write} } }\n`;
  const file = await openPipelineFile(put(root, 'p.yaml', text), { registry: REGISTRY, root });
  return (await file.build({})).pipeline;
}

const ran = async (root: string, parts: Parts): Promise<Summary> => run(await opened(root, parts));

const refusal = {
  code: 'ERR_PERMISSION',
  message: expect.stringContaining('it lies outside of the folder that files may use'),
};

describe('a run of a file that is kept in a folder', () => {
  test.each([
    ['that names a link', 'ndjson: "lin[k]/secret.ndjson"'],
    ['that any folder matches', 'ndjson: "*/secret.ndjson"'],
    ['that a link to a file matches', 'text: "data/*.txt"'],
    ['that climbs behind what it matches', 'ndjson: "*/[.][.]/outside/*.ndjson"'],
    ['of columns', 'parquet: "lin[k]/*.ndjson"'],
  ])('reads nothing outside by a pattern %s', async (_, read) => {
    const { root } = house();
    await expect(ran(root, { read })).rejects.toMatchObject(
      read.includes('[.]') ? { code: expect.stringMatching(/ERR_PERMISSION|ERR_NO_MATCH/) } : refusal,
    );
    expect(existsSync(join(root, 'out.ndjson'))).toBe(false);
  });

  test.each([
    ['partitions', '{ path: "{d}/part.ndjson", partitionBy: d }'],
    ['partitions that are added to', '{ path: "{d}/part.ndjson", partitionBy: d, append: true }'],
    ['partitions with folders of their own', '{ path: "{d}/new/part.ndjson", partitionBy: d }'],
  ])('writes nothing outside by %s', async (_, write) => {
    const { root, outside } = house();
    const parts = { read: 'ndjson: data/in.ndjson', write: `ndjson: ${write}` };
    await expect(ran(root, parts)).rejects.toMatchObject(refusal);
    expect(existsSync(join(outside, 'part.ndjson'))).toBe(false);
    expect(existsSync(join(outside, 'new'))).toBe(false);
  });

  test('writes nothing outside with checkpoints, and where other nodes were put in', async () => {
    const { root, outside } = house();
    const write = 'ndjson: { path: "{d}/part.ndjson", partitionBy: d }';
    const pipeline = swapNodes(await opened(root, { read: 'ndjson: data/in.ndjson', write }), {});
    const checkpoint = { store: directoryStore(join(root, 'state')) };
    await expect(run(pipeline, { checkpoint })).rejects.toMatchObject(refusal);
    expect(existsSync(join(outside, 'part.ndjson'))).toBe(false);
  });

  test('reads and writes inside, through links that stay there', async () => {
    const { root } = house();
    put(root, 'data/in.ndjson', '{"d":"data"}\n{"d":"inner"}\n{"d":"new"}\n');
    const write = 'ndjson: { path: "{d}/part-{d}.ndjson", partitionBy: d }';
    const { balance } = await ran(root, { read: 'ndjson: "{data,inner}/i*.ndjson"', write });
    expect(balance).toMatchObject({ read: 6, written: 6 });
    expect(readFileSync(join(root, 'data/part-inner.ndjson'), 'utf8')).toBe('{"d":"inner"}\n'.repeat(2));
  });
});
