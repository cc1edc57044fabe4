import { MillraceError } from '../../../core/errors.ts';

/**
 * A name of a table, a column or a schema as SQL takes it, whatever is in it.
 *
 * @param what What it names, for the error: `table`.
 * @throws MillraceError `ERR_OPTIONS` for a name that no database takes: an empty one, or one with a NUL in it.
 */
export function quoted(name: string, what: string): string {
  if (name === '' || name.includes('\0') || !name.isWellFormed()) {
    throw new MillraceError('ERR_OPTIONS', `Cannot use ${JSON.stringify(name)} as the name of a ${what}`, {
      hint: 'Names are text of at least one character, without NUL.',
    });
  }
  return `"${name.replaceAll('"', '""')}"`;
}
