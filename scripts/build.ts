/**
 * Builds the package into `dist/`: one file for all modules that are always loaded together, and beside it the declarations.
 * A command starts in the time that it takes to find and link its modules: see decision 0025.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

const ROOT = resolve(import.meta.dirname, '..');

/** The entries of the package and of its command. */
const PACKAGE = byName(['index', 'testing/index', 'spec/index', 'postgres', 'sqlite', 'cli/main']);

/** Modules that look at where they are: they stay there. */
const AT_THEIR_PLACE = byName(
  globSync('**/*.ts', { cwd: join(ROOT, 'src') })
    .filter((file) => readFileSync(join(ROOT, 'src', file), 'utf8').includes('import.meta.url'))
    .map((file) => file.replaceAll('\\', '/').slice(0, -'.ts'.length)),
);

/** Libraries of which only what is used is taken into the build. */
const TAKEN_IN = ['zod', 'lru-cache', 'ret', 'semver'];

/**
 * Builds what runs into a folder: the package, or other programs of the repository, each by its name and its source. Beside the folder
 * a `package.json` has to be, of which the version is read.
 */
export async function bundle(
  folder: string,
  programs: Readonly<Record<string, string>> = PACKAGE,
): Promise<void> {
  const build = await rolldown({
    input: { ...programs, ...AT_THEIR_PLACE },
    cwd: ROOT,
    platform: 'node',
    external: [/^node:/, ...librariesOutside().map((name) => new RegExp(`^${name}(/|$)`))],
    plugins: [rxjsByModule(), licences()],
    treeshake: { moduleSideEffects: false },
    tsconfig: false,
  });
  try {
    await build.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
      sourcemap: true,
      // The package has the sources.
      sourcemapExcludeSources: true,
      sourcemapPathTransform: (source, map) => {
        const place = join(ROOT, 'dist', relative(folder, dirname(map)));
        return relative(place, resolve(dirname(map), source));
      },
      keepNames: true,
      // Declarations have the documentation.
      comments: { jsdoc: false },
    });
  } finally {
    await build.close();
  }
}

/** Builds the declarations, with maps that point at the sources. */
function declare(folder: string): number | null {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['--project', 'tsconfig.build.json', '--outDir', folder];
  return spawnSync(process.execPath, [tsc, ...options], { cwd: ROOT, stdio: 'inherit' }).status;
}

function byName(modules: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(modules.map((name) => [name, join(ROOT, `src/${name}.ts`)]));
}

function librariesOutside(): readonly string[] {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (name) => !TAKEN_IN.includes(name) && name !== 'rxjs',
  );
}

/**
 * Has each name of `rxjs` come from the module that it is defined in, which users of `rxjs` get it from, too. The door itself
 * loads all of its 220 modules.
 */
function rxjsByModule(): Plugin {
  const names = readFileSync(join(homeOf('rxjs'), 'dist/esm/index.js'), 'utf8');
  return {
    name: 'rxjs-by-module',
    resolveId(id) {
      if (id === 'rxjs') return { id: '\0rxjs', moduleSideEffects: false };
      return id.startsWith('rxjs/internal/') ? { id, external: true, moduleSideEffects: false } : null;
    },
    load: (id) => (id === '\0rxjs' ? names.replaceAll("'./internal/", "'rxjs/internal/") : null),
  };
}

/** The licences of what is taken in, beside it. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle() {
      for (const name of TAKEN_IN) {
        const home = homeOf(name);
        const file = readdirSync(home).find((file) => /^licen[cs]e/i.test(file))!;
        const source = readFileSync(join(home, file), 'utf8');
        this.emitFile({ type: 'asset', fileName: `chunks/${name}.LICENSE.txt`, source });
      }
    },
  };
}

function homeOf(library: string): string {
  return join(ROOT, 'node_modules', library);
}

if (import.meta.main) {
  const dist = join(ROOT, 'dist');
  rmSync(dist, { recursive: true, force: true });
  await bundle(dist);
  process.exitCode = declare(dist) ?? 1;
}
