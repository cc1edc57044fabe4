import { cpSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();
let cwd: string;
beforeEach(() => {
  cwd = work.current.folder;
  cpSync('examples/plugin', work.current.path('weather'), {
    recursive: true,
    filter: (source) => !source.endsWith('.test.ts'),
  });
});

const told = (args: readonly string[]) => millrace(args, { cwd });
const PLUGIN = ['--plugin', './weather/plugin.ts'];
const CONFIG = `import { defineConfig } from 'millrace';
export default defineConfig({ plugins: ['./weather/plugin.ts'] });
`;
const REFUSING = `import { definePlugin } from 'millrace';
export default definePlugin({
  name: 'gate', millrace: '*',
  hooks: { beforeRun({ pipeline }) { throw new Error(pipeline + ' is not to run on Saturdays'); } },
});
`;
const FAILING = `import { definePlugin } from 'millrace';
export default definePlugin({
  name: 'clumsy', millrace: '*',
  hooks: { afterRun() { throw new Error('dropped it'); } },
});
`;

describe('the pipeline of a plugin', () => {
  test('runs, and its hooks are called', async () => {
    const { code, stdout, stderr } = await told(['run', 'weather/weather.yaml', '--set', 'days=1']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('weather: weather begins\n');
    expect(stderr).toContain('weather: weather wrote 35 records\n');
    const [first] = readFileSync(work.current.path('weather/weather.ltsv'), 'utf8').split('\n');
    expect(first).toBe('time:2026-01-01T00:00:00.000Z\tcelsius:-1.6\tmean:-1.6\tfahrenheit:29.12');
  });

  test('is checked, explained and drawn with what the plugin brings', async () => {
    expect(await told(['check', 'weather/weather.yaml'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('weather is sound: 6 nodes'),
    });
    expect((await told(['explain', 'weather/weather.yaml'])).stdout).toContain('movingMean');
    const drawn = await told(['graph', 'weather/weather.yaml', '--format', 'yaml']);
    expect(drawn.stdout).toContain('plugins:\n  - ./weather/plugin.ts\n');
    work.current.put('again.yaml', drawn.stdout);
    expect(await told(['check', 'again.yaml'])).toMatchObject({ code: 0 });
  });

  test('may leave it to the command line, or to the configuration, to name the plugin', async () => {
    const bare = readFileSync('examples/plugin/weather.yaml', 'utf8').replace(/^plugins: .*\n/m, '');
    work.current.put('bare.yaml', bare);
    const without = await told(['check', 'bare.yaml']);
    expect(without).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no reader "station"'),
    });
    expect(await told(['check', 'bare.yaml', ...PLUGIN])).toMatchObject({ code: 0 });
    work.current.put('millrace.config.ts', CONFIG);
    expect(await told(['check', 'bare.yaml'])).toMatchObject({ code: 0 });
    // What the file, the configuration and the command line name is one plugin.
    expect(await told(['check', 'weather/weather.yaml', ...PLUGIN])).toMatchObject({ code: 0 });
  });
});

describe('the formats and functions of a plugin', () => {
  const text = 'id:1\tnote:a\nid:2\tnote:b\n';

  test('are there for the commands that work with files', async () => {
    work.current.put('in.ltsv', text);
    const lines = (
      await told(['head', 'in.ltsv', ...PLUGIN, '--where', 'fahrenheit(double(record.id)) > 34.0'])
    ).stdout;
    expect(lines).toBe('{"id":"2","note":"b"}\n');
    expect((await told(['count', 'in.ltsv', ...PLUGIN])).stdout).toBe('2\n');
    expect((await told(['stats', 'in.ltsv', ...PLUGIN])).stdout).toContain('2 records');
    expect((await told(['inspect', 'in.ltsv', ...PLUGIN])).stdout).toContain('ltsv');
    await told(['convert', 'in.ltsv', 'out.csv', '--select', 'note', ...PLUGIN]);
    expect(work.current.read('out.csv')).toBe('note\na\nb\n');
    await told(['convert', 'out.csv', 'back.ltsv.gz', ...PLUGIN]);
    expect(gunzipSync(readFileSync(work.current.path('back.ltsv.gz'))).toString()).toBe('note:a\nnote:b\n');
    expect((await told(['convert', 'out.csv', '-', '--to', 'ltsv', ...PLUGIN])).stdout).toBe(
      'note:a\nnote:b\n',
    );
  });

  test('are not there without it', async () => {
    work.current.put('in.ltsv', text);
    const { code, stderr } = await told(['head', 'in.ltsv']);
    expect(code).toBe(2);
    expect(stderr).toContain('the name of in.ltsv does not tell its format');
    const named = await told(['head', 'in.ltsv', '--from', 'ltsx', ...PLUGIN]);
    expect(named.stderr).toContain('Did you mean "ltsv"?');
  });

  test('are found by the configuration of the folder', async () => {
    work.current.put('in.ltsv', text);
    work.current.put('millrace.config.ts', CONFIG);
    expect((await told(['count', 'in.ltsv'])).stdout).toBe('2\n');
  });
});

describe('the components of a plugin', () => {
  test('are listed and shown, with where they come from', async () => {
    const list = (await told(['components', ...PLUGIN])).stdout;
    expect(list).toContain(
      'Hourly readings of a weather station that does not exist (millrace-plugin-weather)',
    );
    expect(list).toContain(
      'fahrenheit(number): Degrees Celsius in degrees Fahrenheit (millrace-plugin-weather)',
    );
    const names = (await told(['components', '--names', ...PLUGIN])).stdout.split('\n');
    expect(names).toEqual(expect.arrayContaining(['csv', 'movingMean']));
    expect(new Set(names).size).toBe(names.length);
    const page = (await told(['components', 'movingMean', ...PLUGIN])).stdout;
    expect(page).toContain('How many records, this one among them (default: 24)');
    expect(page).toContain('- movingMean: { field: text }');
    const [shown] = JSON.parse((await told(['components', 'fahrenheit', '--json', ...PLUGIN])).stdout);
    expect(shown).toMatchObject({ kind: 'function', signature: 'fahrenheit(number)' });
    expect((await told(['components'])).stdout).not.toContain('weather');
  });

  test('are in the JSON Schema', async () => {
    expect((await told(['schema', ...PLUGIN])).stdout).toContain('"movingMean"');
    expect((await told(['schema'])).stdout).not.toContain('"movingMean"');
  });
});

test('tests of pipelines have the plugins, too', async () => {
  work.current.put(
    'weather/weather.test.yaml',
    `version: 1
tests:
  adds the mean:
    inputs: { station: [{ time: a, celsius: 1 }, { time: b, celsius: 3 }] }
    expect:
      outputs:
        all:
          - { time: a, celsius: 1, mean: 1, fahrenheit: 33.8 }
          - { time: b, celsius: 3, mean: 2, fahrenheit: 37.4 }
        report: [{ time: b, celsius: 3, mean: 2, fahrenheit: 37.4 }]
`,
  );
  const { code, stdout, stderr } = await told(['test', 'weather']);
  expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: expect.stringContaining('1 passed') });
});

describe('what goes wrong with a plugin', () => {
  test.each<[string, string]>([
    ['./syntax.ts', 'Cannot load plugin "./syntax.ts": SyntaxError'],
    ['./other.ts', 'Cannot use plugin "other": it is for millrace ^99, and this is millrace '],
    ['./clash.ts', 'Cannot register reader csv of plugin "clash": plugin "millrace" has one of that name'],
  ])('%s', async (specifier, message) => {
    work.current.put('syntax.ts', 'export default {');
    work.current.put('other.ts', "export const plugin = { name: 'other', millrace: '^99', components: [] };");
    work.current.put(
      'clash.ts',
      `import { csv, definePlugin } from 'millrace';
export default definePlugin({
  name: 'clash', millrace: '*',
  readers: { csv: { summary: 'Mine', create: () => { throw new Error('never'); } } },
});`,
    );
    const { code, stderr } = await told(['components', '--plugin', specifier]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect(stderr).not.toContain('    at ');
  });

  test('a configuration that is none is told by its name', async () => {
    work.current.put('millrace.config.mjs', 'export const plugins = [];');
    expect(await told(['components'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'Cannot load millrace.config.mjs: its default export is no configuration',
      ),
    });
    work.current.put('millrace.config.mjs', 'export default { plugin: [] };');
    expect((await told(['schema'])).stderr).toContain('Did you mean "plugins"?');
  });

  test('a plugin may refuse a run, of code as well', async () => {
    work.current.put('gate.ts', REFUSING);
    work.current.put(
      'orders.ts',
      "import { from, ndjson, pipeline } from 'millrace';\nexport default pipeline('orders', from([1]).to(ndjson.write('out.ndjson')));",
    );
    const { code, stderr } = await told(['run', 'orders.ts', '--plugin', './gate.ts']);
    expect(code).toBe(1);
    expect(stderr).toContain('beforeRun of plugin "gate" failed: orders is not to run on Saturdays');
    expect(work.current.list()).not.toContain('out.ndjson');
  });

  test('a hook that fails is a warning, and the run is done all the same', async () => {
    work.current.put('clumsy.ts', FAILING);
    work.current.put('in.ndjson', '{"id":1}\n');
    work.current.put(
      'copy.yaml',
      'version: 1\nplugins: [./clumsy.ts]\nflows: { it: { read: { ndjson: in.ndjson } } }\nsinks: { out: { from: it, write: { ndjson: out.ndjson } } }\n',
    );
    const { code, stderr } = await told(['run', 'copy.yaml']);
    expect(code).toBe(0);
    expect(stderr).toContain('warning: afterRun of plugin clumsy failed: dropped it');
    expect(work.current.read('out.ndjson')).toBe('{"id":1}\n');
  });
});

test('JSON with some of its fields has these alone, plugin or not', async () => {
  work.current.put('in.json', '[{"a":1,"b":2}]');
  expect((await told(['convert', 'in.json', '-', '--to', 'ndjson', '--select', 'b'])).stdout).toBe(
    '{"b":2}\n',
  );
});
