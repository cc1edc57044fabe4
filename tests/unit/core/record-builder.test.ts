import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { genericBuilder, recordBuilder } from '../../../src/core/record-builder.ts';

const same = (keys: readonly string[]) => keys.map((key) => ({ name: key, from: key }));

const makers = [
  ['the generated builder', recordBuilder],
  ['the generic builder', genericBuilder],
] as const;

describe.each(makers)('%s', (_, make) => {
  test('takes values from an object by key, in the order of the fields', () => {
    const build = make([
      { name: 'total', from: 'c' },
      { name: 'id', from: 'a' },
    ]);
    expect(Object.entries(build({ a: 1, b: 2, c: 3 }))).toEqual([
      ['total', 3],
      ['id', 1],
    ]);
  });

  test('takes values from an array by index', () => {
    const build = make([
      { name: 'id', from: 0 },
      { name: 'note', from: 2 },
    ]);
    expect(build(['7', 'x', 'paid'])).toEqual({ id: '7', note: 'paid' });
  });

  test('gives every record all keys, also where the source lacks them', () => {
    expect(Object.keys(make(same(['a', 'b']))({ a: 1 }))).toEqual(['a', 'b']);
  });

  test('fails where there is no source, instead of making up a record', () => {
    for (const nothing of [null, undefined]) {
      expect(() => make(same(['a']))(nothing)).toThrow(TypeError);
      expect(() => make(same(['toString']))(nothing)).toThrow(TypeError);
    }
  });

  test('takes __proto__ for a column like others, and runs nothing that a column is called', () => {
    const record = JSON.parse('{"__proto__":{"polluted":true},"\\"]; throw 1; [\\"":2}');
    const made = make(same(Object.keys(record)))(record);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(Object.keys(made)).toEqual(Object.keys(record));
    expect(made.polluted).toBeUndefined();
  });

  test('does not take what every object inherits for a value of the record', () => {
    const inherited = ['constructor', 'toString', '__proto__', 'hasOwnProperty'];
    const made = make(same([...inherited, 'own']))({ own: 1, toString: 'mine' });
    expect(Object.values(made)).toEqual([undefined, 'mine', undefined, undefined, 1]);
  });
});

test('both give the same, whatever the columns are called', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), (record) => {
      const keys = Object.keys(record);
      const names = keys.map((key) => `${key}'"\n\u2028`);
      const fields = keys.map((from, index) => ({ name: names[index]!, from }));
      expect(recordBuilder(fields)(record)).toEqual(genericBuilder(fields)(record));
      expect(recordBuilder(same(keys))(record)).toEqual({ ...record });
    }),
  );
});

test('works where a process forbids generated code', () => {
  const file = pathToFileURL('src/core/record-builder.ts').href;
  const script = `import { recordBuilder } from ${JSON.stringify(file)};
    try { new Function('1'); } catch { console.log('forbidden'); }
    console.log(JSON.stringify(recordBuilder([{ name: 'id', from: 0 }])(['7'])));`;
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: 'forbidden\n{"id":"7"}\n', stderr: '' });
});
