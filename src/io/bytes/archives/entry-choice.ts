import { matchesGlob } from 'node:path';
import { MillraceError } from '../../../core/errors.ts';

/** A name with a part that begins with a dot. */
const HIDDEN = /(^|\/)\.[^/]/;
/** Wildcards match no dot in front: another character stands in for it. */
const DOTS = /(^|\/)\./g;

export interface EntryChoiceSettings {
  /** Globs of the entries to read; all where absent. */
  readonly entries?: string | readonly string[] | undefined;
  readonly hidden: boolean;
  readonly allowEmpty: boolean;
}

/** Which entries of an archive are read. */
export class EntryChoice {
  readonly #path: string;
  readonly #settings: EntryChoiceSettings;
  readonly #patterns: readonly string[] | undefined;
  #seen = 0;
  #chosen = 0;

  constructor(path: string, settings: EntryChoiceSettings) {
    const { entries } = settings;
    this.#path = path;
    this.#settings = settings;
    this.#patterns = typeof entries === 'string' ? [entries] : entries;
  }

  /** Whether the file of this name is to be read. */
  takes(name: string): boolean {
    this.#seen++;
    const taken = this.#matches(name);
    if (taken) this.#chosen++;
    return taken;
  }

  /** @throws MillraceError `ERR_NO_MATCH` when no entry was taken of the whole archive, and one must be. */
  end(): void {
    if (this.#chosen > 0 || this.#settings.allowEmpty) return;
    const found =
      this.#seen === 0 ? 'there is no file in it' : `none of its ${this.#seen} files is asked for`;
    throw new MillraceError('ERR_NO_MATCH', `Cannot read ${this.#path}: ${found}`, {
      hint: 'Check entries, which match whole names such as 2025/a.csv, or say allowEmpty: true.',
    });
  }

  #matches(name: string): boolean {
    const { hidden } = this.#settings;
    if (this.#patterns === undefined) return hidden || !HIDDEN.test(name);
    return this.#patterns.some(
      (pattern) => matchesGlob(name, pattern) || (hidden && matchesGlob(name.replace(DOTS, '$1_'), pattern)),
    );
  }
}
