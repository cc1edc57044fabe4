import { parseDocument } from 'yaml';
import { MillraceError } from '../../core/errors.ts';
import { Secrets } from '../secrets.ts';
import { fileError } from '../source/file-error.ts';
import { parseYaml } from '../source/parse-yaml.ts';
import { Problems } from '../source/problem.ts';
import type { SourceText } from '../source/source-text.ts';
import type { Migration } from './migration.ts';
import { FILE_VERSION, MIGRATIONS } from './migrations.ts';

/** The versions that there are. */
export interface Versions {
  /** @default that of this millrace */
  readonly newest?: number;
  /** @default those of this millrace */
  readonly migrations?: readonly Migration[];
}

/** What became of a file. */
export interface Migrated {
  readonly from: number;
  readonly to: number;
  /** The text of the newest version: the very text that was given, where that is of it. */
  readonly text: string;
  /** What was done, in words. */
  readonly steps: readonly string[];
}

/**
 * A pipeline file of an older version as one of the newest, with its comments.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` for what is no YAML, has no version, or one that nobody knows.
 */
export function migrateText(
  source: SourceText,
  { newest = FILE_VERSION, migrations = MIGRATIONS }: Versions = {},
): Migrated {
  const { shown, text } = source;
  const problems = new Problems();
  const root = parseYaml(source, problems);
  if (problems.count > 0) throw fileError(shown, problems.sorted, new Secrets());
  if (root?.kind !== 'map') throw refused(shown, 'a pipeline is a map', 'Begin with "version: 1".');
  const document = parseDocument(text);
  const from = document.get('version');
  if (from === undefined) throw refused(shown, 'the version is missing', `Begin with "version: ${newest}".`);
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0) {
    throw refused(shown, 'the version is no whole number', `Begin with "version: ${newest}".`);
  }
  if (from > newest) {
    throw refused(
      shown,
      `it is of version ${from}, and this millrace knows versions up to ${newest}`,
      'Use a newer millrace.',
    );
  }
  const steps: string[] = [];
  for (let version = from; version < newest; ) {
    const step = migrations.find((one) => one.from === version);
    if (step === undefined) {
      throw refused(shown, `there is no way from version ${version} to ${newest}`, 'Write it anew.');
    }
    step.rewrite(document);
    document.set('version', step.to);
    steps.push(step.summary);
    version = step.to;
  }
  if (steps.length === 0) return { from, to: newest, text, steps };
  return {
    from,
    to: newest,
    text: isJson(text) ? json(document.toJS()) : document.toString({ lineWidth: 0 }),
    steps,
  };
}

/** JSON stays JSON. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function refused(shown: string, found: string, hint: string): MillraceError {
  return new MillraceError('ERR_PIPELINE_FILE', `Cannot migrate ${shown}: ${found}`, { hint });
}
