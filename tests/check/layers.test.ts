import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { code, files, read, sources, tool } from './repository.ts';

/** The rooms of the house, each with the rooms that it may import besides itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  interfaces: [],
  core: ['interfaces'],
  io: ['core', 'interfaces'],
  processing: ['core', 'interfaces'],
  observe: ['core', 'interfaces'],
  builtins: ['core', 'interfaces', 'io', 'processing', 'observe'],
  testing: ['core', 'interfaces', 'io', 'processing', 'observe', 'spec'],
  spec: ['core', 'interfaces', 'io', 'processing', 'observe'],
};

/** What puts the rooms together. Besides the command, only `testing` and `spec` come in by it, as its users do. */
const DOORS = [
  'builtins',
  'define-config',
  'define-plugin',
  'formats',
  'from',
  'index',
  'postgres',
  'sqlite',
  'start',
].map((name) => `src/${name}.ts`);

/** A signal that ends the process anyway is passed on to it: docs/decisions/0015-signals-raised-again.md. */
const RAISED_AGAIN = {
  file: 'src/processing/runtime/spill/live-folders.ts',
  call: 'process.kill(process.pid, signal)',
};

const LINTED = Object.keys(ROOMS);
const forbidden = LINTED.flatMap((from) =>
  [...LINTED, 'cli'].filter((to) => to !== from && !ROOMS[from]!.includes(to)).map((to) => ({ from, to })),
);
const allowed = LINTED.flatMap((from) => ROOMS[from]!.map((to) => ({ from, to })));

const IMPORT = /^(?:import|export)\b[^'"]*?from '(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm;

function importsOf(file: string): readonly string[] {
  return [...code(file).matchAll(IMPORT)]
    .map(([, named, dynamic]) => posix.join(posix.dirname(file), (named ?? dynamic)!))
    .filter((path) => !path.endsWith('.json'));
}

const roomOf = (file: string): string | undefined => /^src\/(\w+)\//.exec(file)?.[1];

describe('the linter', () => {
  let reported: ReadonlyMap<string, readonly string[]>;
  let folder: string;

  // A copy of the rules in a folder of their own, with files that break them, one for each.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-layers-'));
    const put = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    put('biome.json', JSON.stringify({ ...JSON.parse(read('biome.json')), vcs: { enabled: false } }));
    for (const room of [...LINTED, 'cli']) put(`src/${room}/part.ts`, 'export const part = 1;\n');
    for (const { from, to } of [...forbidden, ...allowed]) {
      put(`src/${from}/to-${to}.ts`, `export { part } from '../${to}/part.ts';\n`);
      put(`src/${from}/deep/er/to-${to}.ts`, `export type { Part } from '../../../${to}/some/part.ts';\n`);
    }
    put('src/core/egg.ts', "import { hen } from './hen.ts';\n\nexport const egg = (): unknown => hen;\n");
    put('src/core/hen.ts', "import { egg } from './egg.ts';\n\nexport const hen = (): unknown => egg;\n");
    const run = spawnSync(tool('biome'), ['lint', '--reporter=json', '--max-diagnostics=none', '.'], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const found = new Map<string, string[]>();
    for (const { category, location } of JSON.parse(run.stdout).diagnostics) {
      const path = String(location.path?.file ?? location.path).replaceAll('\\', '/');
      found.set(path, [...(found.get(path) ?? []), category]);
    }
    reported = found;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(forbidden)('refuses $from that imports $to', ({ from, to }) => {
    expect(reported.get(`src/${from}/to-${to}.ts`)).toContain('lint/style/noRestrictedImports');
    expect(reported.get(`src/${from}/deep/er/to-${to}.ts`)).toContain('lint/style/noRestrictedImports');
  });

  test.each(allowed)('lets $from import $to', ({ from, to }) => {
    expect(reported.get(`src/${from}/to-${to}.ts`) ?? []).toEqual([]);
    expect(reported.get(`src/${from}/deep/er/to-${to}.ts`) ?? []).not.toContain(
      'lint/style/noRestrictedImports',
    );
  });

  test.each(['egg', 'hen'])('refuses a cycle of imports (%s)', (name) => {
    expect(reported.get(`src/core/${name}.ts`)).toContain('lint/suspicious/noImportCycles');
  });
});

describe('the sources', () => {
  test.each(sources().filter((file) => ROOMS[roomOf(file) ?? ''] !== undefined))(
    '%s stays in its room',
    (file) => {
      const room = roomOf(file)!;
      const strays = importsOf(file).filter((to) => ![room, ...ROOMS[room]!].includes(roomOf(to) ?? 'src'));
      expect(
        room === 'testing' || room === 'spec' ? strays.filter((to) => !DOORS.includes(to)) : strays,
      ).toEqual([]);
    },
  );

  test('come to the parts of the built-in registry by its door only', () => {
    const inside = (file: string) => roomOf(file) === 'builtins';
    const strays = sources().filter((file) => !inside(file) && importsOf(file).some(inside));
    expect(strays).toEqual(['src/builtins.ts']);
  });

  test('are in rooms that the linter knows, or stand at the door', () => {
    const elsewhere = sources().filter((file) => ![...LINTED, 'cli'].includes(roomOf(file) ?? ''));
    expect(elsewhere.filter((file) => !DOORS.includes(file))).toEqual([]);
  });

  test('have contracts that are types only', () => {
    for (const file of files('src/interfaces/**/*.ts')) {
      expect(code(file), file).not.toMatch(/^import (?!type)|^export (?!type|interface|declare)/m);
    }
  });

  test('end the process nowhere but in cli/, but for a signal that nobody handles', () => {
    // Signal 0 ends nothing: it asks whether there is a process.
    const ends = /process\.(?:exit|exitCode|abort|kill(?!\(\w+, 0\)))\b[^;\n]*/g;
    const found = sources()
      .filter((file) => roomOf(file) !== 'cli')
      .flatMap((file) => [...code(file).matchAll(ends)].map(([call]) => ({ file, call })));
    expect(found).toEqual([RAISED_AGAIN]);
  });

  test('never import the package by its own name', () => {
    const self = sources().filter((file) =>
      /^(?:import|export)\b[^'"]*from '(?:#?millrace)/m.test(code(file)),
    );
    expect(self).toEqual([]);
  });
});
