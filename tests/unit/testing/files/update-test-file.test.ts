import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { FileTestResult } from '../../../../src/testing/files/test-result.ts';
import { updatedTestFile } from '../../../../src/testing/files/update-test-file.ts';

type Change = readonly [path: string, value: unknown];

function failed(name: string, changes: readonly Change[]): FileTestResult {
  const differences = changes.map(([path, value]) => ({
    part: path,
    expected: null,
    actual: value,
    lines: [],
    update: { path: path === '' ? [] : path.split('.'), value },
  }));
  return { name, line: 1, status: 'failed', durationMs: 1, differences };
}

const update = (text: string, changes: readonly Change[], file = 'a.test.yaml') =>
  updatedTestFile(file, text, [failed('a', changes)]).text;

const LAYOUT = `# head
tests:
  a:   # the test
    inputs: {csv: [ {id: 1} ]}   # as it is
    expect:
      outputs:
        # before large
        large:
          # the first
          - { id: 1, total: 5 }   # five

          # the second
          - id: 2
            total:   "x"   # text
          # after all
        small: [ {id: 3},{id: 4} ]  # inline
      balance:   { read: 3,   written: 2 } # counts

  b: {}   # another
# foot
`;

describe('a file of tests is updated, and all that is not concerned stays', () => {
  test('comments, blanks and quotes, where only values differ', () => {
    const text = update(LAYOUT, [
      [
        'outputs.large',
        [
          { id: 1, total: 6 },
          { id: 2, total: 'y' },
        ],
      ],
      ['outputs.small', [{ id: 3 }, { id: 5 }]],
      ['balance', { read: 4, written: 2 }],
    ]);
    expect(text).toBe(
      LAYOUT.replace('total: 5 }', 'total: 6 }')
        .replace('"x"', '"y"')
        .replace('{id: 4}', '{id: 5}')
        .replace('read: 3', 'read: 4'),
    );
  });

  test('records that go and come, with the comments of those that stay', () => {
    const text = update(LAYOUT, [
      [
        'outputs.large',
        [
          { id: 2, total: 'x' },
          { id: 7, total: 1 },
        ],
      ],
    ]);
    expect(text).toContain(`        # before large
        large:
          # the first
          # the second
          - id: 2
            total: "x" # text
          - { id: 7, total: 1 }
          # after all
        small: [ {id: 3},{id: 4} ]  # inline
`);
    expect(text.slice(text.indexOf('        small'))).toBe(LAYOUT.slice(LAYOUT.indexOf('        small')));
  });

  test('none where there were some, and some where there were none', () => {
    const none = update(LAYOUT, [
      ['outputs.large', []],
      ['outputs.small', []],
    ]);
    expect(none).toContain('        small: []  # inline\n');
    expect(parse(none).tests.a.expect.outputs).toEqual({ large: [], small: [] });
    const some = update(
      'tests:\n  a:\n    expect:\n      outputs:\n        large: [] # none\n        small: []\n',
      [['outputs.large', [{ id: 1 }, { id: 2 }]]],
    );
    expect(some).toBe(
      'tests:\n  a:\n    expect:\n      outputs:\n        large:\n          - { id: 1 }\n          - { id: 2 } # none\n        small: []\n',
    );
  });

  test.each([
    ['nothing', 'tests:\n  a:\n    inputs: { csv: [] }\n\n  b: {}\n'],
    ['nothing behind the colon', 'tests:\n  a:\n    inputs: { csv: [] }\n    expect:\n\n  b: {}\n'],
    ['an empty map', 'tests:\n  a:\n    inputs: { csv: [] }\n    expect: {}\n\n  b: {}\n'],
  ])('where %s was expected', (_what, text) => {
    const all = { outputs: { out: [{ id: 1 }, { id: 2 }], none: [] }, balance: { read: 2, written: 2 } };
    expect(update(text, [['', all]])).toBe(`tests:
  a:
    inputs: { csv: [] }
    expect:
      outputs:
        out:
          - { id: 1 }
          - { id: 2 }
        none: []
      balance: { read: 2, written: 2 }

  b: {}
`);
  });

  test('a part that was not there', () => {
    const letters = [{ record: { id: 1 }, node: 'map', error: { code: 'ERR_CALLBACK', message: 'no' } }];
    expect(update(LAYOUT, [['deadLetters', letters]])).toBe(
      LAYOUT.replace(
        '# counts\n',
        '# counts\n      deadLetters:\n        - { record: { id: 1 }, node: map, error: { code: ERR_CALLBACK, message: no } }\n',
      ),
    );
  });

  test('what stands on one line', () => {
    const line = 'tests: { a: { expect: { outputs: { out: [{ n: 1 }] } } } }\n';
    expect(update(line, [['outputs.out', [{ n: 1 }, { n: 'two: 2' }]]])).toBe(
      'tests: { a: { expect: { outputs: { out: [ { n: 1 }, { n: "two: 2" } ] } } } }\n',
    );
    expect(update(line, [['balance', { read: 1 }]])).toBe(
      'tests: { a: { expect: { outputs: { out: [{ n: 1 }] }, balance: { read: 1 } } } }\n',
    );
    expect(update('tests: { a: {} }\n', [['', { outputs: { out: [{ n: 1 }] } }]])).toBe(
      'tests: { a: { expect: { outputs: { out: [ { n: 1 } ] } } } }\n',
    );
  });

  test('JSON stays JSON', () => {
    const json =
      '{\n  "tests": {\n    "a": {\n      "inputs": {},\n      "expect": { "outputs": { "out": [1] } }\n    }\n  }\n}\n';
    const more = update(json, [['outputs.out', [1, { n: 'x' }]]], 'a.test.json');
    expect(more).toBe(json.replace('[1]', '[1,{"n":"x"}]'));
    const added = update(json, [['balance', { read: 1 }]], 'a.test.json');
    expect(JSON.parse(added).tests.a.expect).toEqual({ outputs: { out: [1] }, balance: { read: 1 } });
    const long = Array.from({ length: 30 }, (_, n) => ({ n }));
    expect(
      JSON.parse(update(json, [['outputs.out', long]], 'a.test.json')).tests.a.expect.outputs.out,
    ).toEqual(long);
  });

  test.each<[string, unknown]>([
    ['text like a number', ['12', 'true', 'null', '~', '']],
    [
      'text of several lines',
      ['one\ntwo\n', ' led', '# no comment', '- no item', 'a: b', "it's", '"', '\t', '\u0000'],
    ],
    ['numbers', [0, -1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY]],
    ['nothing and switches', [null, true, false]],
    ['lists in lists', [[], [[1], {}], { a: [], b: {} }]],
    ['long records', [{ text: 'word '.repeat(60), deep: { er: Array.from({ length: 40 }, (_, n) => n) } }]],
    ['strange names', [{ 'a b': 1, '': 2, '#x': 3, 'k: v': 4, '12': 5, '?': 6, '- -': 7 }]],
  ])('%s can be read again', (_what, records) => {
    for (const text of [LAYOUT, 'tests: { a: { expect: { outputs: { large: [{ n: 1 }] } } } }\n']) {
      const updated = update(text, [['outputs.large', records]]);
      expect(parse(updated).tests.a.expect.outputs.large).toEqual(records);
    }
  });

  test('with line ends of Windows, also of what is new', () => {
    const windows = LAYOUT.replaceAll('\n', '\r\n');
    const text = update(windows, [['balance', { read: 4, written: 2 }]]);
    expect(text).toBe(windows.replace('read: 3', 'read: 4'));
    const changes: Change[] = [
      ['outputs.large', [{ id: 2, total: 'x' }, { id: 7 }, 'a\r\nb']],
      ['deadLetters', [{ record: { id: 1 } }]],
    ];
    const more = update(windows, changes);
    expect(more.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(more.replaceAll('\r\n', '\n')).toBe(update(LAYOUT, changes));
  });

  const BLOCKS = `tests:
  a:
    expect:
      outputs:
        out:
          - text: |
              one
              two
            n: 1
          - >-
            folded
            text

      balance: { read: 1 }
`;

  test('block texts, and what stands below them', () => {
    expect(update(BLOCKS, [['outputs.out', [{ text: 'one\nthree\n', n: 1 }, 'plain']]])).toBe(`tests:
  a:
    expect:
      outputs:
        out:
          - text: "one\\nthree\\n"
            n: 1
          - plain

      balance: { read: 1 }
`);
    const records = [{ text: 'one\nthree\n', n: 1, more: 'a\nb' }, 'x\n\ny', { q: 'say "x"\n  and\n\ty' }];
    expect(parse(update(BLOCKS, [['outputs.out', records]])).tests.a.expect.outputs.out).toEqual(records);
    const error = 'tests:\n  a:\n    expect:\n      error: |-\n        ERR_A\n  b: {}\n';
    expect(update(error, [['error', 'ERR_B']])).toBe(
      'tests:\n  a:\n    expect:\n      error: ERR_B\n  b: {}\n',
    );
  });

  test.each(["'one\n\n              two'", '"x"', 'x', '|\n              x', '{ a: x }'])(
    'texts of several lines in the place of %s',
    (before) => {
      const text = `tests:\n  a:\n    expect:\n      outputs:\n        out:\n          - text: ${before}\n            n: 1\n  b: {}\n`;
      for (const value of [
        'a\nb',
        'a\n',
        '\n',
        ' a\n b\n ',
        'a "b"\n\nc',
        `${'long '.repeat(40)}x\nb`,
        'a\rb\r\n',
      ]) {
        const records = [{ text: value, n: 1 }];
        const updated = update(text, [['outputs.out', records]]);
        expect(parse(updated).tests.a.expect.outputs.out).toEqual(records);
        expect(updated).toContain(JSON.stringify(value));
      }
    },
  );

  test('and what is shared with others by an anchor is not changed, which is said', () => {
    const shared = `tests:
  a: { expect: { outputs: { out: &rows [{ n: 1 }] } } }
  b: { expect: { outputs: { out: *rows } } }
`;
    expect(() => update(shared, [['outputs.out', [{ n: 2 }]]])).toThrow(
      'Cannot update a.test.yaml: other parts of it would change, too',
    );
    expect(() => update(shared, [['outputs.out', [{ n: 2 }]]])).toThrow(
      expect.objectContaining({ code: 'ERR_PIPELINE_FILE', hint: expect.stringContaining('Anchors') }),
    );
    const alias = 'x-rows: &rows [{ n: 1 }]\ntests:\n  a: { expect: { outputs: { out: *rows } } }\n';
    expect(update(alias, [['outputs.out', [{ n: 2 }]]])).toBe(alias.replace('*rows', '[ { n: 2 } ]'));
  });

  test('and where no anchor is to blame, it is a bug of millrace', () => {
    expect(() => update(LAYOUT, [['balance', { read: undefined, written: 2 }]])).toThrow(
      expect.objectContaining({ code: 'ERR_INTERNAL', hint: expect.stringContaining('bug') }),
    );
  });

  test('only of tests that have something to be updated', () => {
    const { text, tests } = updatedTestFile('a.test.yaml', LAYOUT, [
      {
        name: 'a',
        line: 1,
        status: 'failed',
        durationMs: 1,
        differences: [{ part: 'error', expected: 1, actual: 2, lines: [] }],
      },
      { name: 'b', line: 2, status: 'passed', durationMs: 1, differences: [] },
    ]);
    expect([text, tests]).toEqual([LAYOUT, []]);
  });
});
