import { describe, expect, test } from 'vitest';
import { millrace } from './command.ts';
import { useWorkspace } from './workspace.ts';

const work = useWorkspace();

/** Checks a module; what comes out is one paragraph on stderr, and the code for wrong usage. */
async function refused(name: string, source?: string): Promise<string> {
  if (source !== undefined) work.current.put(name, source);
  const { code, stdout, stderr } = await millrace(['check', name], { cwd: work.current.folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error ERR_[A-Z_]+: Cannot [^\n]+\n(?: {2}[^\n]+\n)*$/);
  expect(stderr).not.toMatch(/^\s+at .*\(node:/m);
  return stderr;
}

describe('a module that cannot be loaded is one paragraph and exit code 2', () => {
  test('missing: names what is near', async () => {
    work.current.put('orders.ts', '');
    expect(await refused('oders.ts')).toBe(
      'error ERR_NOT_FOUND: Cannot load oders.ts: it does not exist (ENOENT)\n  Did you mean "orders.ts"?\n',
    );
  });

  test('a folder', async () => {
    work.current.makeFolder('orders');
    expect(await refused('orders')).toContain('ERR_NOT_A_FILE: Cannot load orders: it is a folder\n');
  });

  test('of another kind', async () => {
    expect(await refused('orders.toml', 'a = 1')).toContain('Node does not run files that end in ".toml"');
  });

  test('with broken TypeScript: says where', async () => {
    const text = await refused('orders.ts', 'const a: number = 1;\nconst b: = 2;\n');
    expect(text).toContain('error ERR_MODULE: Cannot load orders.ts: ');
    expect(text).toContain('\n  at orders.ts:2\n');
  });

  test('with TypeScript that is more than types', async () => {
    const text = await refused('orders.ts', 'export const a = 1;\nenum Status { Paid }\n');
    expect(text).toContain('enum is not supported');
    expect(text).toContain('\n  at orders.ts:2\n');
    expect(text).toContain('without enums');
  });

  test('with broken JavaScript: says where, though Node keeps it to itself', async () => {
    expect(await refused('orders.mjs', 'const a = 1;\nconst b = ;\n')).toContain('\n  at orders.mjs:2\n');
  });

  test('that Node takes for CommonJS', async () => {
    work.current.put('package.json', '{ "type": "commonjs" }');
    work.current.put('orders.js', `import { from } from 'millrace';\nexport default 1;\n`);
    const { code, stderr } = await millrace(['check', 'orders.js'], { cwd: work.current.folder });
    expect(code).toBe(2);
    expect(stderr).toContain('Say "type": "module" in the package.json beside it');
  });

  test('that throws: says what and at which line of the user', async () => {
    const text = await refused('orders.ts', 'function boom(x: any) {\n  return x.y.z;\n}\nboom({});\n');
    expect(text).toContain(
      "Cannot load orders.ts: it throws TypeError: Cannot read properties of undefined (reading 'z')",
    );
    expect(text).toContain('\n  at orders.ts:2:');
  });

  test('that throws what is no error', async () => {
    expect(await refused('orders.ts', 'throw undefined;')).toContain('undefined was thrown');
  });

  test('that imports a package that is not there', async () => {
    const text = await refused('orders.ts', `import 'no-such-package-here';`);
    expect(text).toContain('the package "no-such-package-here" that ');
    expect(text).toContain('npm install no-such-package-here');
  });

  test('that imports a file that is not there', async () => {
    expect(await refused('orders.ts', `import './gone.ts';`)).toContain('gone.ts that ');
  });

  test('that gives a reader wrong options: the error is that of the reader, with the line', async () => {
    const text = await refused(
      'orders.ts',
      `import { ndjson } from 'millrace';\n\nndjson.read('x.ndjson', { encoding: 'klingon' });\n`,
    );
    expect(text).toContain('error ERR_OPTIONS: ');
    expect(text).toContain('\n  at orders.ts:3:');
  });
});

describe('a module without a pipeline says what it has instead', () => {
  const IMPORTS = `import { discard, from, pipeline } from 'millrace';\n`;

  test('nothing', async () => {
    const text = await refused('orders.ts', 'export {};');
    expect(text).toContain('error ERR_MODULE: Cannot load orders.ts: it has no default export\n');
    expect(text).toContain('export default pipeline(');
  });

  test('a pipeline under another name', async () => {
    const text = await refused(
      'orders.ts',
      `${IMPORTS}export const daily = pipeline('daily', [from([1]).to(discard())]);`,
    );
    expect(text).toContain('write `export default daily`');
  });

  test.each([
    ['a flow', 'from([1])', 'End it with .to(writer)'],
    ['a branch', 'from([1]).to(discard())', 'Wrap it in pipeline('],
    ['an array of branches', '[from([1]).to(discard())]', 'Wrap it in pipeline('],
    ['a promise', `Promise.resolve(pipeline('a', [from([1]).to(discard())]))`, 'Await it'],
    ['null', 'null', 'export default pipeline('],
    ['an object', '{ sources: [] }', 'export default pipeline('],
    ['the string "orders"', '"orders"', 'export default pipeline('],
  ])('%s', async (name, expression, hint) => {
    const text = await refused('orders.ts', `${IMPORTS}export default ${expression};`);
    expect(text).toContain(`its default export is ${name}, not a pipeline\n`);
    expect(text).toContain(hint);
  });

  test('a function that returns something else', async () => {
    const text = await refused('orders.ts', `${IMPORTS}export default async () => from([1]);`);
    expect(text).toContain('its default function returned a flow, not a pipeline\n');
  });

  test('a function that throws', async () => {
    const text = await refused('orders.ts', `export default () => {\n  throw new RangeError('too far');\n};`);
    expect(text).toContain('its default function threw RangeError: too far\n  at orders.ts:2:');
  });
});

describe('a module of another copy of millrace', () => {
  test('is recognised and run', async () => {
    const copy = new URL('../../../src/index.ts?another-copy', import.meta.url);
    work.current.put(
      'copy.ts',
      `import { discard, from, pipeline } from '${copy}';
       export default pipeline('copy', [from([1, 2]).to(discard())]);`,
    );
    const { code, stdout } = await millrace(['run', 'copy.ts', '--json'], { cwd: work.current.folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).balance).toMatchObject({ read: 2, written: 2, closed: true });
  });
});
