import { describe, expect, test } from 'vitest';
import { builtins } from '../../../../src/builtins.ts';
import { fileSchema } from '../../../../src/spec/file-schema.ts';
import { migrateText } from '../../../../src/spec/migrations/migrate-text.ts';
import { FILE_VERSION, MIGRATIONS } from '../../../../src/spec/migrations/migrations.ts';
import { DIALECT } from './dialect.ts';

const migrated = (text: string, newest = 2) =>
  migrateText({ path: '/p.yaml', shown: 'p.yaml', text }, { newest, migrations: DIALECT });

describe('the migrations of this version', () => {
  test('lead from each version to the next, up to the one that is written now', () => {
    expect(FILE_VERSION).toBe(
      (fileSchema(builtins()) as { properties: { version: { const: number } } }).properties.version.const,
    );
    for (const { from, to } of MIGRATIONS) expect(to).toBe(from + 1);
    expect(MIGRATIONS.map(({ from }) => from)).toEqual(MIGRATIONS.map(({ from }) => from).toSorted());
  });
});

describe('migrateText', () => {
  test('goes step by step, and keeps comments, anchors, blank lines and quotes', () => {
    const { from, to, text, steps } = migrated(
      [
        '# The orders of a day.',
        'version: 0 # old',
        '',
        '# What is read',
        'inputs:',
        '  a: &a { read: { ndjson: "a.ndjson" } } # all of it',
        '  b: *a',
        '',
        'sinks: {}',
        '',
      ].join('\n'),
    );
    expect({ from, to, steps }).toEqual({
      from: 0,
      to: 2,
      steps: ['"inputs" is called "flows"', 'a name is needed'],
    });
    expect(text).toBe(
      [
        '# The orders of a day.',
        'version: 2 # old',
        '',
        '# What is read',
        'flows:',
        '  a: &a { read: { ndjson: "a.ndjson" } } # all of it',
        '  b: *a',
        '',
        'sinks: {}',
        'name: unnamed',
        '',
      ].join('\n'),
    );
    expect(migrated(text)).toMatchObject({ text, steps: [] });
  });

  test('leaves JSON JSON', () => {
    expect(JSON.parse(migrated('{"version":0,"inputs":{"a":1}}').text)).toEqual({
      version: 2,
      flows: { a: 1 },
      name: 'unnamed',
    });
  });

  test('leaves a file of the present version as it is, to the byte', () => {
    const text = 'version:   1\n"flows" :   {}   # so\n';
    expect(migrated(text, 1)).toEqual({ from: 1, to: 1, text, steps: [] });
  });

  test.each([
    ['version: 3', 'it is of version 3, and this millrace knows versions up to 2', 'Use a newer millrace.'],
    ['flows: {}', 'the version is missing', 'Begin with "version: 2".'],
    ['version: one', 'the version is no whole number', 'Begin with "version: 2".'],
    ['version: 0.5', 'the version is no whole number', 'Begin with "version: 2".'],
    ['[1]', 'a pipeline is a map', 'Begin with'],
  ])('refuses %j', (text, message, hint) => {
    expect(() => migrated(text)).toThrow(`Cannot migrate p.yaml: ${message}`);
    expect(() => migrated(text)).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }));
  });

  test('says where there is no way', () => {
    expect(() =>
      migrateText({ path: '/p', shown: 'p', text: 'version: 0' }, { newest: 1, migrations: [] }),
    ).toThrow('there is no way from version 0 to 1');
  });

  test('tells of wrong YAML with its place', () => {
    expect(() => migrated('version: 1\nflows: {')).toThrow(/p\.yaml:2/);
  });
});
