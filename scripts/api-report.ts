/**
 * Writes what the package promises: each export of each entry with its signature, in `api/`. A check fails when a report is not what the
 * sources say: run `npm run api-report`, and look at the difference.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const ROOT = resolve(import.meta.dirname, '..');
const REPORTS = join(ROOT, 'api');
const CACHE = join(ROOT, '.cache');

/** The entries of the package: the names of their reports, and their declarations below `dist/`. */
const ENTRIES: Readonly<Record<string, string>> = {
  millrace: 'index.d.ts',
  'millrace-postgres': 'postgres.d.ts',
  'millrace-spec': 'spec/index.d.ts',
  'millrace-sqlite': 'sqlite.d.ts',
  'millrace-testing': 'testing/index.d.ts',
};

/**
 * Makes the reports of declarations in a folder; those that differ from what is there already are returned. The declarations are built
 * where they are not given.
 */
export function makeReports(folder: string, built?: string): readonly string[] {
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'api-'));
  try {
    const types = built ?? build(join(work, 'types'));
    const configs = Object.entries(ENTRIES).map(([name, entry]) =>
      configOf(name, join(types, entry), work, folder),
    );
    const [first, ...more] = configs;
    const compilerState = CompilerState.create(first!, {
      additionalEntryPoints: more.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
    });
    return configs
      .filter((config) => {
        const { apiReportChanged } = Extractor.invoke(config, {
          localBuild: true,
          compilerState,
          messageCallback(message) {
            message.handled = true;
          },
        });
        return apiReportChanged;
      })
      .map(({ reportFilePath }) => reportFilePath);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function build(types: string): string {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['--project', 'tsconfig.build.json', '--emitDeclarationOnly', '--declarationMap', 'false'];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, '--outDir', types], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tsc: ${stdout}`);
  return types;
}

function configOf(name: string, entry: string, work: string, folder: string): ExtractorConfig {
  const log = { logLevel: ExtractorLogLevel.None };
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: entry,
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2024',
            lib: ['es2024', 'esnext.disposable', 'esnext.iterator'],
            module: 'nodenext',
            types: ['node'],
            strict: true,
            skipLibCheck: true,
          },
          files: [entry],
        },
        skipLibCheck: true,
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: folder,
        reportTempFolder: join(work, 'reports'),
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: log },
        extractorMessageReporting: { default: { ...log, addToApiReportFile: false } },
        tsdocMessageReporting: { default: { ...log, addToApiReportFile: false } },
      },
    },
  });
}

if (import.meta.main) {
  mkdirSync(REPORTS, { recursive: true });
  const changed = makeReports(REPORTS);
  for (const path of changed) process.stdout.write(`${path}\n`);
  if (changed.length === 0) process.stdout.write('nothing has changed\n');
}
