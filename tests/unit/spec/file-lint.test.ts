import { describe, expect, test } from 'vitest';
import { Pipeline } from '../../../src/processing/graph/pipeline.ts';
import { lintGraph } from '../../../src/processing/lint/lint-graph.ts';
import { tempFolder } from '../io/temp-folder.ts';
import { open, put } from './files.ts';

const BODY = `params: { limit: { type: number, default: 3 }, unused: string }
flows:
  rows:
    read: { sqlite: { database: in.db, table: t, since: id, poll: 1s } }
    pipe:
      - distinct: { key: id }
      - distinct: { key: id, max: 100 }
      - { mapAsync: { use: "./calls.ts#call" }, as: call }
      - filter: record.id > params.limit
sinks:
  out: { from: rows, write: { discard: {} } }
`;

async function linted(lint = ''): Promise<readonly string[]> {
  const folder = tempFolder().path;
  put(folder, 'calls.ts', 'export const call = async (record) => record;\n');
  const file = await open(put(folder, 'p.yaml', `version: 1\n${lint}${BODY}`));
  const { pipeline } = await file.build(file.params.parse({ unused: 'x' }) as Record<string, unknown>);
  return [...file.lint.findings, ...lintGraph(Pipeline.plan(pipeline).graph)]
    .filter((finding) => !file.lint.silences(finding))
    .map(({ rule, site }) => `${rule} ${site?.replace(folder, '').replace('/p.yaml:', '')}`);
}

describe('check', () => {
  test('finds what is most likely not meant, each with its line', async () => {
    expect(await linted()).toEqual([
      'unused-parameter 2',
      'unbounded-state 7',
      'call-without-policy 9',
      'call-without-timeout 9',
    ]);
  });

  test('leaves out what the file says is meant, everywhere or of some nodes', async () => {
    const lint =
      'lint: { unused-parameter: off, call-without-timeout: [call], call-without-policy: [other] }\n';
    expect(await linted(lint)).toEqual(['unbounded-state 8', 'call-without-policy 10']);
  });
});

test('a parameter is used however an expression names it', async () => {
  const folder = tempFolder().path;
  const text = `version: 1
params: { a: { default: x }, b: { default: x }, c: { default: x }, d: { default: x }, e: { default: x } }
flows:
  it:
    read: { csv: "\${params.a}" }
    pipe:
      - filter: params["b"] == params ['c'] && params . d == "x"
sinks:
  out: { from: it, write: { discard: {} } }
`;
  const { lint } = await open(put(folder, 'p.yaml', text));
  expect(lint.findings.map(({ message }) => message)).toEqual(['nothing uses the parameter "e"']);
});
