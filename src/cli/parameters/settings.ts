import { MillraceError } from '../../core/errors.ts';

/**
 * What `--set key=value` said, by key.
 *
 * @throws MillraceError `ERR_USAGE` for text that is not `key=value`, and for a key that comes twice.
 */
export function readSettings(written: readonly string[]): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const text of written) {
    const [key, value] = cutAtFirst(text);
    if (key === '' || value === undefined) {
      throw new MillraceError('ERR_USAGE', `Cannot set "${text}": it is not key=value`, {
        hint: 'Write --set key=value, in quotes where the shell would take it apart.',
      });
    }
    if (settings.has(key)) {
      throw new MillraceError('ERR_USAGE', `Cannot set "${key}": it is set twice`, {
        hint: `Write a list as JSON: --set '${key}=["a", "b"]'.`,
      });
    }
    settings.set(key, value);
  }
  return settings;
}

function cutAtFirst(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
