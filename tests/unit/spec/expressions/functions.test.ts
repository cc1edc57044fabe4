import { describe, expect, test } from 'vitest';
import { compileExpression } from '../../../../src/spec/expressions/expression.ts';
import { BUILTIN_FUNCTIONS } from '../../../../src/spec/expressions/functions/builtin-functions.ts';

const record = {
  text: ' Größe 12 ',
  at: new Date('2026-02-03T23:05:06.789Z'),
  list: [3, 1, 2],
  big: 2n ** 60n,
};

/** An expression and its value, for every function. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [string, unknown])[]>> = {
  contains: [
    ['record.text.contains("12")', true],
    ['contains(record.text, "13")', false],
  ],
  startsWith: [['record.text.startsWith(" G")', true]],
  endsWith: [['record.text.endsWith("2 ")', true]],
  lower: [['record.text.lower()', ' größe 12 ']],
  upper: [['record.text.upper()', ' GRÖSSE 12 ']],
  trim: [['record.text.trim()', 'Größe 12']],
  substring: [
    ['"abcd".substring(1)', 'bcd'],
    ['"abcd".substring(1, 3)', 'bc'],
  ],
  indexOf: [
    ['"abab".indexOf("b")', 1],
    ['"abab".indexOf("b", 2)', 3],
    ['"abab".indexOf("c")', -1],
  ],
  lastIndexOf: [['"abab".lastIndexOf("b")', 3]],
  replace: [
    ['"a.b.c".replace(".", "$&")', 'a$&b$&c'],
    ['"ab".replace("", "-")', '-a-b-'],
  ],
  split: [['"a,b".split(",")', ['a', 'b']]],
  padStart: [['"7".padStart(3, "0")', '007']],
  padEnd: [['"7".padEnd(3)', '7  ']],
  matches: [
    ['record.text.matches("\\\\d+")', true],
    ['record.text.matches("^gr")', false],
    ['"AB".matches("(?i)^ab$")', true],
  ],
  extract: [
    ['record.text.extract("(\\\\d)\\\\d")', '1'],
    ['record.text.extract("x")', null],
    ['"ab".extract("b")', 'b'],
  ],
  replaceMatches: [['"a1b22".replaceMatches("([0-9]+)", "<$1>")', 'a<1>b<22>']],
  int: [
    ['int("42")', 42],
    ['int(-2.9)', -2],
    ['int("9007199254740993")', 9007199254740993n],
    ['int(record.at)', 1770159906],
  ],
  double: [
    ['double("2.5e1")', 25],
    ['double(record.big)', 2 ** 60],
  ],
  abs: [['abs(-2)', 2]],
  floor: [['floor(-1.5)', -2]],
  ceil: [['ceil(1.2)', 2]],
  round: [
    ['round(2.5)', 3],
    ['round(-2.5)', -3],
    ['round(1.005, 2)', 1.01],
    ['round(1e21, 2)', 1e21],
  ],
  sqrt: [['sqrt(9)', 3]],
  timestamp: [
    ['timestamp("2026-02-03") < record.at', true],
    ['timestamp(0) == timestamp("1970-01-01T00:00:00Z")', true],
  ],
  duration: [
    ['string(duration("1h30m"))', '5400s'],
    ['record.at - duration("1d") == timestamp("2026-02-02T23:05:06.789Z")', true],
    ['(record.at - timestamp("2026-02-03")) > duration("23h")', true],
    ['string(-duration("1.5s"))', '-1.5s'],
  ],
  getFullYear: [['record.at.getFullYear()', 2026]],
  getMonth: [['record.at.getMonth()', 1]],
  getDayOfMonth: [['record.at.getDayOfMonth()', 2]],
  getDate: [
    ['record.at.getDate()', 3],
    ['record.at.getDate("Asia/Tokyo")', 4],
  ],
  getDayOfWeek: [['record.at.getDayOfWeek()', 2]],
  getDayOfYear: [['record.at.getDayOfYear()', 33]],
  getHours: [
    ['record.at.getHours("America/New_York")', 18],
    ['duration("90m").getHours()', 1],
  ],
  getMinutes: [
    ['record.at.getMinutes()', 5],
    ['duration("2h").getMinutes()', 120],
  ],
  getSeconds: [['record.at.getSeconds()', 6]],
  getMilliseconds: [
    ['record.at.getMilliseconds()', 789],
    ['record.at.getMilliseconds("Asia/Tokyo")', 789],
  ],
  day: [
    ['record.at.day()', '2026-02-03'],
    ['record.at.day("Asia/Tokyo")', '2026-02-04'],
  ],
  startOf: [
    ['string(record.at.startOf("week"))', '2026-02-02T00:00:00.000Z'],
    ['string(record.at.startOf("hour"))', '2026-02-03T23:00:00.000Z'],
    ['string(record.at.startOf("month"))', '2026-02-01T00:00:00.000Z'],
  ],
  size: [
    ['size("abc")', 3],
    ['record.list.size()', 3],
    ['size({"a": 1})', 1],
  ],
  join: [['record.list.join("-")', '3-1-2']],
  sum: [
    ['record.list.sum()', 6],
    ['sum([])', 0],
  ],
  min: [
    ['record.list.min()', 1],
    ['min([])', null],
    ['min([3, 2n])'.replace('2n', '2'), 2],
  ],
  max: [
    ['record.list.max()', 3],
    ['["a", "c", "b"].max()', 'c'],
  ],
  keys: [['keys({"a": 1, "b": 2})', ['a', 'b']]],
  values: [['values({"a": 1, "b": 2})', [1, 2]]],
  string: [
    ['string(1.5)', '1.5'],
    ['string(record.big)', '1152921504606846976'],
    ['string(null)', 'null'],
  ],
  bool: [
    ['bool("T")', true],
    ['bool(0)', false],
  ],
  type: [
    ['type(record.at)', 'time'],
    ['type(1)', 'number'],
    ['type("")', 'text'],
    ['type(null)', 'null'],
    ['type([])', 'list'],
  ],
  dyn: [['dyn(1)', 1]],
  parseJson: [['parseJson("{\\"a\\": [1]}").a[0]', 1]],
  toJson: [
    ['toJson({"a": [1, "x", null]})', '{"a":[1,"x",null]}'],
    ['toJson(duration("2s"))', '"2s"'],
  ],
  md5: [['md5("a")', '0cc175b9c0f1b6a831c399e269772661']],
  sha1: [['sha1("a")', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8']],
  sha256: [['sha256("a").substring(0, 8)', 'ca978112']],
  crc32: [['crc32("a")', 3904355907]],
};

test('every function has examples', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(BUILTIN_FUNCTIONS.map(({ name }) => name).sort());
});

describe.each(Object.entries(EXAMPLES))('%s', (_, examples) => {
  test.each(examples)('%s is %s', (source, expected) => {
    expect(compileExpression(source)(record)).toEqual(expected);
  });
});

describe('arguments that do not fit', () => {
  test.each([
    ['lower(1)', 'lower() takes text here, and this is a number'],
    ['record.text.substring(1.5)', 'substring() takes a whole number here'],
    ['record.text.substring(5, 2)', 'there is no part from 5 to 2'],
    ['int("x")', 'text is no whole number'],
    ['double("")', 'text is no number'],
    ['timestamp("yesterday")', 'text is no time'],
    ['duration("soon")', 'the text is no duration'],
    ['record.text.getFullYear()', 'takes a time, and this is text'],
    ['record.at.getHours("Mars/Olympus")', 'there is no time zone "Mars/Olympus"'],
    ['record.at.startOf("decade")', 'there is no unit "decade"'],
    ['parseJson("{")', 'the text is no JSON'],
    ['bool("maybe")', 'text is neither true nor false'],
    ['record.list > 1', 'a list cannot be compared with a number'],
    ['"a" < 1', 'text cannot be compared with a number'],
    ['1 / 0', 'it is divided by zero'],
    ['1 % 0', 'it is divided by zero'],
    ['record.big * record.big', 'the integer has more than 64 bits'],
    ['timestamp(1e18)', 'there is no such time'],
    ['!1', 'a bool is needed, and this is a number'],
    ['-"a"', 'text has no negative'],
  ])('%s: %s', (source, message) => {
    expect(() => compileExpression(source)(record)).toThrow(message);
  });
});
