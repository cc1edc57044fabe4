import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/core/errors.ts';
import { code, read, sources } from './repository.ts';

/** Text under each `### ERR_…` heading, by code. */
function entries(markdown: string): ReadonlyMap<string, string> {
  const parts = markdown.split(/^### (?=ERR_)/m).slice(1);
  return new Map(parts.map((part) => [/^\w+/.exec(part)![0], part.replace(/^\w+\n/, '').split(/^##/m)[0]!]));
}

const reference = read('docs/reference/errors.md');
const documented = entries(reference);
const thrown = sources()
  .filter((file) => file !== 'src/core/errors.ts')
  .map(code)
  .join('\n');

describe('the error reference', () => {
  test('has an entry for every code, and no other', () => {
    expect([...documented.keys()]).toEqual([...ERROR_CODES].sort());
  });

  test('has each entry once', () => {
    expect(reference.match(/^### ERR_/gm)).toHaveLength(documented.size);
  });

  test.each([...ERROR_CODES])('%s says when it is thrown and what to do', (name) => {
    const entry = documented.get(name) ?? '';
    expect(entry).toMatch(/^\*\*When\*\* \S.{20,}/m);
    expect(entry).toMatch(/^\*\*What to do\*\* \S.{20,}/m);
  });

  test.each([...ERROR_CODES])('%s is thrown somewhere, not only compared with', (name) => {
    const argument = `(?<!has|includes)\\(\\s*'${name}'|,\\s*'${name}',\\s*[a-z]`;
    expect(thrown).toMatch(new RegExp(`${argument}|[?:]\\s+'${name}'`));
  });
});
