import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { builtins } from '../../../../src/builtins.ts';
import { fileOf } from '../../../../src/spec/file-of.ts';
import { fileSchema } from '../../../../src/spec/file-schema.ts';
import { loadPlugin } from '../../../../src/spec/plugins/load-plugin.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { open, put, runFile } from '../files.ts';

const GREETING = resolve('tests/fixtures/plugins/greeting.ts');
const CLASH = resolve('tests/fixtures/plugins/clash.ts');

const text = (plugins: string, step = 'greet') => `version: 1
${plugins}
flows:
  people:
    read: { ndjson: in.ndjson }
    pipe:
      - ${step}
sinks:
  out: { from: people, write: { ndjson: out.ndjson } }
`;

function written(plugins: string, step?: string): string {
  const { path } = tempFolder();
  put(path, 'in.ndjson', '{"name":"Ada"}\n{"name":""}\n');
  return put(path, 'people.yaml', text(plugins, step));
}

const told = async (path: string): Promise<string> => {
  const error = await open(path).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return String(error?.message);
};

describe('a file that lists plugins', () => {
  test('is made of what they bring: operators, and functions whose failures are those of a record', async () => {
    const path = written(
      `plugins: [${GREETING}]`,
      'assign: { hi: greeting(record.name), onError: { deadLetter: bad } }\n      - greet',
    ).replace(/$/, '');
    const all = `${readFileSync(path, 'utf8')}  bad: { write: { ndjson: bad.ndjson } }\n`;
    put(join(path, '..'), 'people.yaml', all);
    const { balance } = await runFile(path);
    expect(balance).toMatchObject({ read: 2, deadLettered: 1, closed: true });
    expect(readFileSync(join(path, '../out.ndjson'), 'utf8')).toBe(
      '{"name":"Ada","hi":"hello Ada","hello":"world"}\n',
    );
    const [letter] = readFileSync(join(path, '../bad.ndjson'), 'utf8').trim().split('\n');
    expect(JSON.parse(letter!).error).toMatchObject({
      code: 'ERR_EXPRESSION',
      message: expect.stringContaining('nobody to greet'),
    });
  });

  test('keeps them to itself: another file, and the registry, know nothing of them', async () => {
    await open(written(`plugins: ${GREETING}`));
    expect(await told(written(''))).toContain('there is no operator "greet"');
  });

  test('may list one that is registered already', async () => {
    const registry = builtins().register(await loadPlugin(GREETING, GREETING));
    const { openPipelineFile } = await import('../../../../src/spec/pipeline-file.ts');
    const file = await openPipelineFile(written(`plugins: [${GREETING}]`), { registry });
    expect(file.plugins.map(({ name }) => name)).toEqual(['millrace', 'greeting']);
  });

  test('has those of the files that it includes, which name them from where they are', async () => {
    const { path } = tempFolder();
    put(path, 'shared/shared.yaml', `version: 1\nplugins: ["./greeting.js"]\n`);
    put(path, 'shared/greeting.js', `export { default } from ${JSON.stringify(GREETING)};`);
    put(path, 'in.ndjson', '{"name":"Ada"}\n');
    const main = put(path, 'main.yaml', text('include: shared/shared.yaml'));
    expect((await runFile(main)).balance.written).toBe(1);
  });

  test('is written back with them', async () => {
    const path = written(`plugins: [${GREETING}]`);
    const file = await open(path);
    const { pipeline } = await file.build({});
    const again = fileOf(pipeline.describe(), file.listed);
    expect(parse(again).plugins).toEqual([GREETING]);
    const other = put(tempFolder().path, 'again.yaml', again);
    const described = (await (await open(other)).build({})).pipeline.describe();
    const places = (nodes: readonly object[]) =>
      nodes.map((node) => ({ ...node, site: undefined, label: undefined }));
    expect(places(described.nodes)).toEqual(places(pipeline.describe().nodes));
  });

  test('fits the JSON Schema that is made with them, and not the one without', async () => {
    const data = parse(text('plugins: [./greeting.ts]'));
    const fits = (registry: ReturnType<typeof builtins>) =>
      new Ajv({ strict: false }).compile(fileSchema(registry))(data);
    expect(fits(builtins())).toBe(false);
    expect(fits(builtins().register(await loadPlugin(GREETING, GREETING)))).toBe(true);
  });
});

describe('what is wrong with a plugin is told where it is named', () => {
  test.each<[string, string, string]>([
    ['plugins: [./missing.ts]', '2:11', 'there is no such file'],
    ['plugins: [7]', '2:11', 'plugins: expected a package or the path of a file, found a number'],
    ['plugins: { a: b }', '2:10', 'plugins: expected a package or the path of a file, found a map'],
    [`plugins: [${resolve('tests/fixtures/plugins/later-version.ts')}]`, '2:11', 'it is for millrace ^99.1'],
    [
      `plugins: ["${GREETING}", "${CLASH}"]`,
      '2:',
      'Cannot register operator greet of plugin "clash": plugin "greeting" has one of that name',
    ],
  ])('%s', async (plugins, place, message) => {
    const found = await told(written(plugins, 'take: 1'));
    expect(found).toContain(`people.yaml:${place}`);
    expect(found).toContain(message);
    expect(found).toContain('1 problem');
  });
});
