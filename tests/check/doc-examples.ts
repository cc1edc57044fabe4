import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { CACHE, ENTRIES, files, read, sources } from './repository.ts';

/** A fenced block of TypeScript in a document or a docblock. */
export interface Example {
  readonly file: string;
  /** Line of the fence, counted from 1: line `n` of the code is line `line + n` of the file. */
  readonly line: number;
  readonly code: string;
  /** Marked as `ts run`: it is executed, not only type-checked. */
  readonly runs: boolean;
}

const FENCE = /^(?<margin>[ \t]*(?:\*[ ]?)?[ \t]*)```(?<info>[^`]*)$/;

/** The TypeScript blocks of one file that import millrace. */
export function examplesIn(file: string, text: string): readonly Example[] {
  const found: Example[] = [];
  let open: { line: number; info: string; margin: string; code: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = FENCE.exec(line)?.groups;
    if (open === undefined) {
      if (fence !== undefined)
        open = { line: index + 1, info: fence.info!.trim(), margin: fence.margin!, code: [] };
    } else if (fence === undefined || fence.info !== '') {
      open.code.push(line.startsWith(open.margin.trimEnd()) ? line.slice(open.margin.length) : line);
    } else {
      const code = open.code.join('\n');
      const [language, ...marks] = open.info.split(/\s+/);
      if (language === 'ts' && /from 'millrace(\/\w+)?'/.test(code)) {
        found.push({ file, line: open.line, code, runs: marks.includes('run') });
      }
      open = undefined;
    }
  }
  return found;
}

/** Every TypeScript block of README, `docs/` and the docblocks of `src/` that imports millrace. */
export function allExamples(): readonly Example[] {
  return ['README.md', ...files('docs/**/*.md'), ...sources()].flatMap((file) =>
    examplesIn(file, read(file)),
  );
}

/** The name of an example's file where {@link writeExamples} puts it. */
export const writtenName = ({ file, line }: Example): string => `${file.replaceAll(/[/.]/g, '-')}-${line}.ts`;

/**
 * Writes the examples into a new folder, beside a `millrace` package that stands for a build, so
 * that `tsc` and Node take them for a user's modules. Each keeps its line numbers, so that what a
 * tool says about line `n` is about line `n` of the document. Returns the folder.
 */
export function writeExamples(examples: readonly Example[], dist: string): string {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'doc-examples-'));
  const put = (path: string, value: unknown) => writeFileSync(join(folder, path), JSON.stringify(value));
  const stand = 'node_modules/millrace';
  mkdirSync(join(folder, stand), { recursive: true });
  const doors = Object.entries(ENTRIES).map(([entry, door]) => ({
    entry,
    path: entry.replace('millrace', '.'),
    file: `${basename(entry)}.js`,
    built: relative(folder, join(dist, door.replace(/^src\/|\.ts$/g, ''))),
  }));
  put(`${stand}/package.json`, {
    type: 'module',
    exports: Object.fromEntries(doors.map(({ path, file }) => [path, `./${file}`])),
  });
  for (const { file, built } of doors) {
    writeFileSync(join(folder, stand, file), `export * from '../../${built}.js';\n`);
  }
  put('package.json', { type: 'module' });
  put('tsconfig.json', {
    extends: '../../tsconfig.json',
    compilerOptions: {
      noUnusedLocals: false,
      paths: Object.fromEntries(doors.map(({ entry, built }) => [entry, [`./${built}.d.ts`]])),
    },
    include: [],
    files: examples.map(writtenName),
  });
  for (const example of examples) {
    writeFileSync(join(folder, writtenName(example)), `${'\n'.repeat(example.line)}${example.code}\n`);
  }
  return folder;
}
