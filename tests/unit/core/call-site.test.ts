import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { callSite } from '../../../src/core/call-site.ts';
import { type TempFolder, tempFolder } from '../io/temp-folder.ts';

const DOOR = pathToFileURL('src/index.ts').href;
/** Loads much faster than all of it. */
const PART = join(process.cwd(), 'src/io/memory/for-each.ts');

/** Runs a user's file, and gives what it prints. */
function output(folder: TempFolder, name: string, code: string, cwd = folder.path): string {
  const file = folder.write(name, code);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd, encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim();
}

/** A folder in a temporary one. */
function within(folder: TempFolder, name: string): TempFolder {
  mkdirSync(join(folder.path, name));
  return {
    ...folder,
    path: join(folder.path, name),
    write: (file, text) => folder.write(`${name}/${file}`, text),
  };
}

/** A program of a user: its sink is in line 3. */
const PROGRAM = `import { forEach } from ${JSON.stringify(pathToFileURL(PART).href)};
const print = (record: unknown): void => console.log(record);
const sink = forEach(print);
console.log(sink.label);
`;

describe('the call site of an operator or a sink', () => {
  test("is the line in the user's file, from the working folder on", () => {
    const program = `import { forEach, map } from ${JSON.stringify(DOOR)};
const shape = (n: number): number => n;
const operator = map(shape);
const sink = forEach(() => {});
console.log(operator.site, sink.label);
`;
    expect(output(tempFolder(), 'orders.ts', program)).toBe('orders.ts:3 for_each orders.ts:4');
  });

  test('is the whole path, where the file lies outside of the working folder', () => {
    const folder = tempFolder();
    const file = realpathSync(folder.path);
    expect(output(folder, 'orders.ts', PROGRAM, '/')).toBe(`for_each ${file}/orders.ts:3`);
  });

  test.each(['my app', 'app (copy)', 'größe %20 #1'])('is right in a folder called %s', (name) => {
    expect(output(within(tempFolder(), name), 'orders.ts', PROGRAM)).toBe('for_each orders.ts:3');
  });

  test('is right in CommonJS, where traces have paths instead of URLs', () => {
    const program = `const { forEach } = require(${JSON.stringify(PART)});
console.log(forEach(() => {}).label);
`;
    const folder = within(tempFolder(), 'app (copy)');
    expect(output(folder, 'orders.cjs', program)).toBe('for_each orders.cjs:2');
  });

  test('is the line of the helper that called, not of what called the helper', () => {
    const program = `import { forEach } from ${JSON.stringify(pathToFileURL(PART).href)};
function printed() {
  return forEach(console.log);
}
console.log(printed().label);
`;
    expect(output(tempFolder(), 'orders.ts', program)).toBe('for_each orders.ts:3');
  });

  test('is the line in the user’s file for an installed, compiled millrace too', () => {
    const folder = tempFolder();
    const store = join(folder.path, 'store/millrace');
    mkdirSync(join(store, 'dist/core'), { recursive: true });
    mkdirSync(join(folder.path, 'node_modules'));
    writeFileSync(join(store, 'package.json'), '{ "type": "module", "exports": "./dist/index.js" }');
    const compiled = stripTypeScriptTypes(readFileSync('src/core/call-site.ts', 'utf8'));
    writeFileSync(join(store, 'dist/core/call-site.js'), compiled);
    const door = `import { callSite } from './core/call-site.js'; export const site = () => callSite();`;
    writeFileSync(join(store, 'dist/index.js'), door);
    symlinkSync('../store/millrace', join(folder.path, 'node_modules/millrace'));
    const program = `import { site } from 'millrace';\n\nconsole.log(site());\n`;
    expect(output(folder, 'orders.mjs', program)).toBe('orders.mjs:3');
  });
});

describe('callSite', () => {
  test('leaves the limit of stack traces as it was', () => {
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = 3;
    callSite();
    const after = Error.stackTraceLimit;
    Error.stackTraceLimit = before;
    expect(after).toBe(3);
  });

  test('knows nothing, and does not fail, where a program has traces of its own', () => {
    const before = Error.prepareStackTrace;
    Error.prepareStackTrace = (_error, frames) => frames;
    const site = callSite();
    Error.prepareStackTrace = before;
    expect(site).toBeUndefined();
  });

  test('passes over code that was made of text', () => {
    const made = new Function('callSite', 'return callSite();') as (get: typeof callSite) => string;
    expect(made(callSite)).toMatch(/^tests\/unit\/core\/call-site\.test\.ts:\d+$/);
  });
});
