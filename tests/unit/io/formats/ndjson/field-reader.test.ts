import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FieldReader } from '../../../../../src/io/formats/ndjson/field-reader.ts';

const FIRST_LESSON = 1000;
const LESSON = 100;
const MOST_SHAPES = 8;
const MOST_LESSONS = 32;
const PATIENCE = 500;

/** Shows `line` as one that had no known shape. */
function teach(reader: FieldReader, line: string, times = 1): void {
  const record: unknown = JSON.parse(line);
  for (let time = 0; time < times; time++) reader.learn(line, record);
}

/** A reader that knows the shapes of `lines`, if these have any. */
function taught(names: readonly string[], ...lines: readonly string[]): FieldReader {
  const reader = new FieldReader(names);
  for (const [index, line] of lines.entries()) teach(reader, line, index === 0 ? FIRST_LESSON : LESSON);
  return reader;
}

function knows(reader: FieldReader, line: string): boolean {
  return reader.read(line, 0) !== undefined;
}

/** Lines whose keys tell them apart. */
function kind(key: number, value = 1): string {
  return `{"id":${value},"k${key}":0}`;
}

/** What `JSON.parse` and then picking gives. */
function picked(line: string, names: readonly string[]): Record<string, unknown> {
  const record = JSON.parse(line);
  return Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(record, name) ? record[name] : undefined]),
  );
}

describe('the shapes of records', () => {
  test('are learned from the thousandth line on, and not before', () => {
    const reader = new FieldReader(['id']);
    teach(reader, kind(0), FIRST_LESSON - 1);
    expect(knows(reader, kind(0))).toBe(false);
    teach(reader, kind(0));
    expect(reader.read(kind(0, 5), 0)).toEqual({ id: 5 });
  });

  test('are learned from every hundredth line after that, whichever it is', () => {
    const reader = taught(['id'], kind(0));
    teach(reader, kind(1), LESSON - 1);
    expect(knows(reader, kind(1))).toBe(false);
    teach(reader, kind(2));
    expect([0, 1, 2].map((key) => knows(reader, kind(key)))).toEqual([true, false, true]);
  });

  test('are eight at most; those that are known stay known, in whatever order their lines come', () => {
    const kinds = Array.from({ length: MOST_SHAPES + 1 }, (_, key) => kind(key));
    const reader = taught(['id'], ...kinds);
    teach(reader, kinds.at(-1)!, 10 * LESSON);
    const known = kinds.map((line) => knows(reader, line));
    expect(known).toEqual(kinds.map((_, key) => key < MOST_SHAPES));
    for (let turn = 0; turn < 200; turn++) {
      const key = turn % 3 === 0 ? turn % MOST_SHAPES : MOST_SHAPES - 1;
      expect(reader.read(kind(key, turn), 0)).toEqual({ id: turn });
    }
  });

  test.each([
    ['an array', '[1]'],
    ['no object', '"text"'],
    ['null', 'null'],
    ['nested too deep', '{"id":1,"x":[[[1]]]}'],
    ['with a key twice', '{"id":1,"id":2}'],
    ['with an escaped key', '{"\\u0069d":1}'],
    ['with more white space than one', '{"id":  1}'],
  ])('cannot be told from a record that is %s: it is parsed as ever', (_name, line) => {
    const reader = taught(['id'], line);
    expect(knows(reader, line)).toBe(false);
    teach(reader, kind(1), LESSON);
    expect(knows(reader, kind(1))).toBe(true);
  });

  test('are looked for 32 times, and then no more', () => {
    for (const [fruitless, learned] of [
      [MOST_LESSONS - 1, true],
      [MOST_LESSONS, false],
    ] as const) {
      const reader = taught(['id'], ...Array.from({ length: fruitless }, () => '[]'));
      teach(reader, kind(0), 2 * LESSON);
      expect(knows(reader, kind(0))).toBe(learned);
    }
  });
});

describe('a reader of records that differ too much', () => {
  const other = '{"other":1}';

  /** A line of the file: read if it is known, learned from if not. */
  function take(reader: FieldReader, line: string): boolean {
    if (reader.read(line, 0) !== undefined) return true;
    teach(reader, line);
    return false;
  }

  test('gives up once it failed 500 times more often than not, and learns nothing any more', () => {
    const reader = taught(['id'], kind(0));
    for (let line = 0; line < 50; line++) expect(take(reader, kind(0))).toBe(true);
    // Nobody learns from these, which is when it gives up.
    for (let line = 1; line < 50 + PATIENCE; line++) expect(knows(reader, other)).toBe(false);
    take(reader, other);
    expect(knows(reader, kind(0))).toBe(true);
    for (let line = 0; line < 2; line++) take(reader, other);
    let known = 0;
    for (let line = 0; line < 5 * FIRST_LESSON; line++) if (take(reader, kind(0))) known++;
    expect(known).toBe(0);
  });

  test('goes on while the lines that it knows are as many as the others', () => {
    const reader = taught(['id'], kind(0));
    for (let line = 0; line < 5000; line++) {
      expect(take(reader, kind(0, line))).toBe(true);
      expect(reader.read(`[${line}]`, 0)).toBe(undefined);
      reader.learn(`[${line}]`, [line]);
    }
    expect(knows(reader, kind(0))).toBe(true);
  });

  test('counts the failure of each shape, so that many shapes that fail end it sooner', () => {
    const failures = (shapes: number): number => {
      const reader = taught(['id'], ...Array.from({ length: shapes }, (_, key) => kind(key)));
      for (let lines = 1; lines < 5000; lines++) {
        if (reader.read('[]', 0) === undefined) reader.learn('[]', []);
        if (!knows(reader, kind(0))) return lines;
      }
      return Number.POSITIVE_INFINITY;
    };
    expect(failures(1)).toBe(Number.POSITIVE_INFINITY);
    expect(failures(8)).toBeLessThan(failures(4));
  });

  test('gives up at a line with more values than a pattern can go through', () => {
    const reader = taught(['id'], '{"id":1,"x":[1]}');
    expect(reader.read(`{"id":2,"x":[${'1,'.repeat(4_000_000)}1]}`, 0)).toBeUndefined();
    expect(knows(reader, '{"id":1,"x":[1]}')).toBe(false);
  });
});

const KNOWN = '{"id":1,"name":"x","nested":{"id":9,"name":"y"},"price":1.5,"ok":true,"none":null}';
const NAMES = ['price', 'id', 'name', 'nested', 'ok', 'none', 'missing'];

function changed(from: string, to: string): string {
  if (!KNOWN.includes(from)) throw new RangeError(`There is no ${from}`);
  return KNOWN.replace(from, () => to);
}

const LONG = 'a text that is longer than thirteen characters';

const READ: readonly string[] = [
  ...['-0', '0', '1e400', '-1E+2', '0.0', '5e-324', '12345678901234567890', '0.1e-7', 'null'].map((number) =>
    changed('1.5', number),
  ),
  ...[
    '',
    LONG,
    '\\u00fc',
    '\\ud83d\\ude00',
    '\\ud83d',
    '\\"id\\":2',
    '\\\\',
    '\\/\\b\\f\\n\\r\\t',
    '}',
    '🎁',
  ].map((name) => changed('"x"', `"${name}"`)),
  changed('"x"', 'null'),
  changed('{"id":9,"name":"y"}', '[]'),
  changed('{"id":9,"name":"y"}', '[{"id":1}]').replace('[{"id":1}]', '[1,"\\u0069d",null]'),
  changed('{"id":9,"name":"y"}', '{"id":1,"id":2,"\\u0069d":3,"price":-0}'),
  changed('{"id":9,"name":"y"}', '{"a":"\\"id\\":7,","__proto__":1e400}'),
  changed('true', 'false'),
  ...['"id"', '-1e400', 'true'].map((value) => changed('"none":null', `"none":${value}`)),
  KNOWN.replaceAll(/[{}:,]/g, ' $& ')
    .replaceAll('  ', ' ')
    .trim(),
];

const PARSED: readonly string[] = [
  changed('"id":1', '"id":1,"id":2'),
  changed('"id":1', '"\\u0069d":1'),
  changed('"id":1', '"id":"1"'),
  changed('"id":1', '"id":  1'),
  changed('"id":1', '"id":\t1'),
  changed('"id":1,"name":"x"', '"name":"x","id":1'),
  changed('{"id":1,', '{'),
  changed('"none":null', '"none":null,"more":1'),
  changed('"none":null', '"none":{"id":1}'),
  changed('{"id":9,"name":"y"}', '[[1]]'),
  `${KNOWN} `,
  ` ${KNOWN}`,
];

const BAD: readonly string[] = [
  ...['01', '1.', '.5', '+1', '-', '1e', '0x1', 'NaN', 'nul', ''].map((number) => changed('1.5', number)),
  ...['\u0001', '\t', '\\x', '\\u12g4', '\\', '"'].map((name) => changed('"x"', `"${name}"`)),
  ...['[1,]', '[,1]', '{"a"}', '{"a":1,}', '[1 2]', '{1:2}', '[1}'].map((nested) =>
    changed('{"id":9,"name":"y"}', nested),
  ),
  ...['}', ',', '{}', KNOWN, '\u00a0'].map((behind) => KNOWN + behind),
  KNOWN.slice(0, -1),
];

describe('what is read without the parser', () => {
  const reader = taught(NAMES, KNOWN);

  test.each(READ)('is what JSON.parse and picking give: %s', (line) => {
    const expected = picked(line, NAMES);
    for (const end of ['', '\n', '\r\n', '\n{"id":5}']) {
      const found = reader.read(line + end, 0);
      expect(found).toEqual(expected);
      expect(Object.keys(found!)).toEqual(NAMES);
      expect(reader.end).toBe(line.length + end.replace('{"id":5}', '').length);
    }
    expect(reader.pick(JSON.parse(line))).toEqual(expected);
  });

  test.each(PARSED)('is never a line that is only like those known: %s', (line) => {
    expect(reader.read(`${line}\n`, 0)).toBeUndefined();
    expect(reader.pick(JSON.parse(line))).toEqual(picked(line, NAMES));
  });

  test.each(BAD)('is never a line that is not JSON: %j', (line) => {
    expect(() => JSON.parse(line)).toThrow(SyntaxError);
    expect(reader.read(`${line}\n`, 0)).toBeUndefined();
  });

  test('may have names that objects inherit', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const line = '{"__proto__":{"a":1},"toString":"t"}';
    const found = taught(names, line).read(line, 0)!;
    expect(Object.keys(found)).toEqual(names);
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect(Object.entries(found)).toEqual([
      ['__proto__', { a: 1 }],
      ['constructor', undefined],
      ['toString', 't'],
    ]);
  });

  test('is read from any place in a text, line after line', () => {
    const text = READ.join('\r\n');
    let from = 0;
    const found = READ.map(() => {
      const record = reader.read(text, from);
      from = reader.end;
      return record;
    });
    expect(from).toBe(text.length);
    expect(found).toEqual(READ.map((line) => picked(line, NAMES)));
    expect(reader.read(text, 1)).toBeUndefined();
  });

  test('is the same with several shapes, of any records', () => {
    let read = 0;
    const key = fc.constantFrom('id', 'name', 'a', 'ü', '"', '__proto__', 'x.y', '$', '\\u0069d');
    const value = fc.jsonValue({ maxDepth: 2 });
    const record = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name, minLength: 1 });
    const written = (members: readonly (readonly [string, unknown])[]) =>
      `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${JSON.stringify(inner)}`).join()}}`;
    const sets = fc.array(fc.tuple(record, fc.array(value, { minLength: 1, maxLength: 4 })), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(sets, fc.subarray(['id', 'name', '"', '__proto__'], { minLength: 1 }), (records, names) => {
        const several = taught(names, ...records.map(([members]) => written(members)));
        for (const [members, values] of records) {
          const others = members.map(([name], at) => [name, values[at % values.length]] as const);
          for (const line of [written(members), written(others)]) {
            const found = several.read(`${line}\n`, 0);
            if (found === undefined) continue;
            read++;
            expect(found).toEqual(picked(line, names));
            expect(several.end).toBe(line.length + 1);
          }
        }
      }),
      { numRuns: 80, seed: 7 },
    );
    expect(read).toBeGreaterThan(300);
  });
});
