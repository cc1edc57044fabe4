import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { exportsOf } from './docblocks.ts';
import { execute } from './execute.ts';
import { CACHE, ENTRIES, ROOT, read, tool } from './repository.ts';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const MOST_PACKED = 2_500_000;
const MOST_UNPACKED = 10_000_000;

/** The package as a user gets it: packed outside of the working tree, then unpacked. */
describe('the package', () => {
  let home: string;
  let packed: Packed;
  let paths: readonly string[];

  beforeAll(() => {
    mkdirSync(CACHE, { recursive: true });
    home = mkdtempSync(join(CACHE, 'package-'));
    const stage = join(home, 'stage');
    cpSync(inject('dist'), join(stage, 'dist'), { recursive: true });
    for (const name of readdirSync(ROOT)) {
      if (/^(\.|node_modules$|dist$|tests$|benchmarks$)/.test(name)) continue;
      cpSync(join(ROOT, name), join(stage, name), {
        recursive: true,
        filter: (source) => !source.includes(join('examples', 'out')),
      });
    }
    mkdirSync(join(stage, 'tests'));
    writeFileSync(join(stage, 'tests', 'stray.test.ts'), '');
    const listing = JSON.parse(
      execute('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], stage),
    );
    packed = (Array.isArray(listing) ? listing : Object.values(listing))[0];
    paths = packed.files.map(({ path }) => path.replaceAll('\\', '/'));
    mkdirSync(join(home, 'node_modules'));
    execute('tar', ['-xzf', packed.filename, '-C', 'node_modules'], home);
    execute(process.execPath, ['-e', "fs.renameSync('node_modules/package', 'node_modules/millrace')"], home);
    writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Runs code as a module of a project that has the package installed. */
  const asUser = (code: string) =>
    spawnSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: home, encoding: 'utf8' });

  test('holds the build, the sources that its maps point to, and papers; nothing else', () => {
    const strays = paths.filter(
      (path) =>
        !/^(dist|src)\/|^bin\/millrace\.js$|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path),
    );
    expect(strays).toEqual([]);
    expect(paths.filter((path) => /\.test\.|^tests|^examples|^benchmarks/.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['bin/millrace.js', 'dist/index.js', 'dist/index.d.ts', 'LICENSE', 'README.md']),
    );
  });

  test('has for each module its declaration, and for each file of the build a map of sources that it has', () => {
    const all = new Set(paths);
    const built = paths.filter(
      (path) => /^dist\/(?!chunks\/rolldown-runtime-).*\.js$/.test(path) && hasCode(path),
    );
    const sources = paths.filter((path) => /^src\/.*\.ts$/.test(path)).map((path) => path.slice(4, -3));
    const wanted = [
      ...sources.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.d.ts.map`]),
      ...built.flatMap((file) => [`${file}.map`, ...sourcesOf(file)]),
    ];
    expect(wanted.filter((path) => !all.has(path))).toEqual([]);
  });

  const packedText = (file: string): string =>
    readFileSync(join(home, 'node_modules/millrace', file), 'utf8');

  /** Whether there is more in a file of the build than names that it hands on. */
  function hasCode(file: string): boolean {
    return !packedText(file)
      .split('\n')
      .every((line) => /^(import |export |\/\/|$)/.test(line));
  }

  /** The sources of a file of the build, without those of libraries. */
  function sourcesOf(file: string): readonly string[] {
    const { sources }: { sources: string[] } = JSON.parse(packedText(`${file}.map`));
    return sources
      .filter((source) => !source.includes('node_modules'))
      .map((source) => posix.join(posix.dirname(file), source));
  }

  test('has the licences of the libraries that are taken into the build', () => {
    expect(readFileSync(join(home, 'node_modules/millrace/dist/chunks/zod.LICENSE.txt'), 'utf8')).toContain(
      'MIT',
    );
  });

  test('stays small', () => {
    expect(packed.size).toBeLessThan(MOST_PACKED);
    expect(packed.unpackedSize).toBeLessThan(MOST_UNPACKED);
  });

  test('points at files that exist from exports and bin', () => {
    const { exports, bin } = JSON.parse(read('package.json'));
    const targets = Object.values(exports)
      .flatMap((entry) => (entry !== null && typeof entry === 'object' ? Object.values(entry) : [entry]))
      .filter((target) => target !== null);
    for (const target of [...targets, ...Object.values(bin)] as string[]) {
      expect(existsSync(join(home, 'node_modules/millrace', target)), target).toBe(true);
    }
  });

  test.each(Object.entries(ENTRIES))('gives a user of %s every value that its door lists', (entry, door) => {
    const wanted = exportsOf(door)
      .filter(({ type }) => !type)
      .map(({ name }) => name);
    const { stdout, stderr } = asUser(`console.log(JSON.stringify(Object.keys(await import('${entry}'))))`);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout).toSorted()).toEqual(wanted.toSorted());
  });

  test.each(['dist/index.js', 'dist/core/errors.js', 'src/index.ts', 'internal/core/errors', 'core'])(
    'keeps millrace/%s to itself',
    (inside) => {
      const { stdout } = asUser(`await import('millrace/${inside}').catch((e) => console.log(e.code))`);
      expect(stdout.trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
    },
  );

  test('tells its version', () => {
    const { stdout } = asUser(
      "import pkg from 'millrace/package.json' with { type: 'json' }; console.log(pkg.version)",
    );
    expect(stdout.trim()).toBe(JSON.parse(read('package.json')).version);
  });

  test('type-checks in a strict project, its own declarations included', () => {
    writeFileSync(
      join(home, 'user.ts'),
      [
        "import { from, map, pipeline, run, type Summary, toArray } from 'millrace';",
        "import * as testing from 'millrace/testing';",
        "import { openPipelineFile, type PipelineFile } from 'millrace/spec';",
        "import { builtins } from 'millrace';",
        "export const file: Promise<PipelineFile> = openPipelineFile('orders.yaml', { registry: builtins() });",
        "import { postgres } from 'millrace/postgres';",
        "postgres.read<{ id: number }>({ table: 't' }).to(postgres.write({ table: 't' }));",
        "export const store = postgres.store('postgres://localhost/shop');",
        "import { sqlite } from 'millrace/sqlite';",
        "sqlite.read<{ id: number }>({ database: 'a.db', table: 't' }).to(sqlite.write({ database: 'b.db', table: 't' }));",
        'const doubled = from([1, 2, 3]).pipe(map((n) => n * 2));',
        'const all = toArray<number>();',
        "const summary: Summary = await run(pipeline('doubled', [doubled.to(all)]));",
        'export const found: readonly number[] = all.records;',
        'export { summary, testing };',
      ].join('\n'),
    );
    const compilerOptions = { ...JSON.parse(read('tsconfig.json')).compilerOptions, skipLibCheck: false };
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['user.ts'] }));
    const { stdout } = spawnSync(tool('tsc'), ['--project', home, '--pretty', 'false'], { encoding: 'utf8' });
    expect(
      stdout
        .split('\n')
        .filter((line) => /node_modules\/millrace\/|user\.ts/.test(line) && /error/.test(line)),
    ).toEqual([]);
  });

  test('brings the command', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['node_modules/millrace/bin/millrace.js', '--help'],
      {
        cwd: home,
        encoding: 'utf8',
      },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('millrace run') });
  });
});
