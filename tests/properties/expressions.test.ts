import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closureOf } from '../../src/spec/expressions/closures.ts';
import { compileExpression } from '../../src/spec/expressions/expression.ts';
import { BUILTIN_FUNCTIONS } from '../../src/spec/expressions/functions/builtin-functions.ts';
import { parseExpression } from '../../src/spec/expressions/parse-expression.ts';
import { newScope } from '../../src/spec/expressions/scope.ts';

const functions = new Map(BUILTIN_FUNCTIONS.map((fn) => [fn.name, fn]));

/** What an evaluation came to; failures are all one. */
function outcome(evaluate: () => unknown): unknown {
  try {
    return evaluate();
  } catch {
    return 'failed';
  }
}

const { number, bool, any } = fc.letrec<{ number: string; text: string; bool: string; any: string }>(
  (tie) => {
    const of = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts);
    const [aNumber, aText, aBool] = [tie('number'), tie('text'), tie('bool')];
    const operator = (...names: string[]) => fc.constantFrom(...names);
    const either = (one: fc.Arbitrary<string>) =>
      of(aBool, one, one).map(([c, a, b]) => `(${c} ? ${a} : ${b})`);
    return {
      number: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        operator('record.a', 'record.b', 'record["c d"]', 'record.inner.n', 'params.p', 'record.gone'),
        fc
          .double({ min: 0, max: 1e6, noNaN: true })
          .map((x) => (Number.isInteger(x) ? `${x}.0` : x.toFixed(3))),
        of(aNumber, operator('+', '-', '*'), aNumber).map(([a, op, b]) => `(${a} ${op} ${b})`),
        of(aNumber, fc.constantFrom('2.0', '0.5')).map(([a, b]) => `(${a} / ${b})`),
        aNumber.map((a) => `-(${a})`),
        either(aNumber),
      ),
      text: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        operator('record.s', 'record.t', 'record.inner.s', 'params.q', 'record.gone'),
        fc.string({ maxLength: 4 }).map((text) => JSON.stringify(text)),
        of(aText, aText).map(([a, b]) => `(${a} + ${b})`),
        either(aText),
      ),
      bool: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        operator('record.f', 'true', 'false', 'has(record.s)', 'has(record.gone)'),
        of(aNumber, operator('<', '<=', '>', '>=', '==', '!='), aNumber).map(
          ([a, op, b]) => `(${a} ${op} ${b})`,
        ),
        of(aText, operator('<', '<=', '>', '>=', '==', '!='), aText).map(([a, op, b]) => `(${a} ${op} ${b})`),
        of(aBool, operator('&&', '||', '==', '!='), aBool).map(([a, op, b]) => `(${a} ${op} ${b})`),
        of(aText, operator('contains', 'startsWith', 'endsWith'), aText).map(
          ([a, fn, b]) => `${a}.${fn}(${b})`,
        ),
        of(aText, aText, aText).map(([a, b, c]) => `(${a} in [${b}, ${c}])`),
        of(aText, operator('exists', 'all'), aText).map(([a, m, b]) => `["x", ${a}].${m}(i, i == ${b})`),
        aBool.map((a) => `!(${a})`),
      ),
      any: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        aNumber,
        aText,
        aBool,
        operator(
          'record',
          'record.z',
          'record.list',
          'record.inner',
          'null',
          '3',
          '9007199254740993',
          'origin.line',
        ),
        of(
          tie('any'),
          operator('+', '-', '*', '/', '%', '<', '>=', '==', '!=', '&&', '||', 'in'),
          tie('any'),
        ).map(([a, op, b]) => `(${a} ${op} ${b})`),
        of(operator('size', 'lower', 'trim', 'string', 'coalesce', 'type'), tie('any')).map(
          ([fn, a]) => `${fn}(${a})`,
        ),
        of(tie('any'), tie('any')).map(([a, b]) => `coalesce(${a}, ${b})`),
        of(tie('any'), tie('any')).map(([a, b]) => `[${a}].map(i, [i, ${b}])`),
        of(tie('any'), tie('any')).map(([a, b]) => `{"k": ${a}, "record": ${b}}`),
        tie('any').map((a) => `${a}.matches("^[a-c]+$")`),
        tie('any').map((a) => `(${a})["s"]`),
        either(tie('any')),
      ),
    };
  },
);

const plainRecord = fc.record({
  a: fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
  b: fc.integer().map((x) => x + 0.5),
  'c d': fc.double({ noNaN: true, min: -100, max: 100 }),
  s: fc.string({ maxLength: 3 }),
  t: fc.constantFrom('', 'x', 'abc'),
  f: fc.boolean(),
  inner: fc.record({ n: fc.double({ noNaN: true, min: -100, max: 100 }), s: fc.string({ maxLength: 2 }) }),
});

const oddRecord = fc.oneof(
  fc.dictionary(
    fc.constantFrom('a', 'b', 's', 't', 'f', 'z', 'list', 'inner', 'c d'),
    fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
      fc.constant(() => 1),
      fc.double(),
      fc.string(),
      fc.bigInt(),
    ),
    { noNullPrototype: false },
  ),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }),
);

describe('expressions', () => {
  const library = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
  const params = { p: 2.5, q: 'abc' };

  test.each([
    ['conditions', bool],
    ['numbers', number],
  ])('%s come to what the evaluator of the library makes of them', (_, source) => {
    fc.assert(
      fc.property(source, plainRecord, (expression, record) => {
        const ours = outcome(() => compileExpression(expression)(record, { params }));
        const theirs = outcome(() => library.parse(expression)({ record, params }));
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 1_000 },
    );
  });

  test('generated code comes to what closures do, whatever the record is', () => {
    fc.assert(
      fc.property(any, oddRecord, (expression, record) => {
        const generated = compileExpression(expression);
        const closures = closureOf(parseExpression(expression), functions);
        expect(outcome(() => generated(record, { params }))).toEqual(
          outcome(() => closures(newScope(record, undefined, params))),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('names and texts get into the code as nothing but themselves', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      fc.constantFrom(
        '"]; throw 1; //',
        '$\u007bx}',
        '\u2028',
        '\\',
        '`',
        '*/',
        '__proto__',
        'constructor',
        "');",
        '\0',
      ),
    );
    fc.assert(
      fc.property(hostile, hostile, (name, text) => {
        const [key, literal] = [JSON.stringify(name), JSON.stringify(text)];
        const record = Object.fromEntries([[name, text]]);
        expect(compileExpression(`record[${key}]`)(record)).toBe(text);
        expect(compileExpression(`record[${key}] == ${literal}`)(record)).toBe(true);
        expect(compileExpression(`record[${key}] + ${literal}`)(record)).toBe(text + text);
        expect(compileExpression(`record[${key}] in [${literal}]`)(record)).toBe(true);
        expect(
          compileExpression(`has(record[${key}]) && params[${key}].startsWith(${literal})`)(record, {
            params: record,
          }),
        ).toBe(true);
        expect(compileExpression(`{${key}: ${literal}}[${key}]`)(record)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('nothing that is written as an expression does harm: it compiles or says where it cannot', () => {
    const pieces = fc.constantFrom(
      ...[
        'record',
        '.',
        'a',
        '(',
        ')',
        '[',
        ']',
        '"',
        "'",
        '+',
        '-',
        '!',
        '?',
        ':',
        '&&',
        '==',
        '{',
        '}',
        ',',
        '1',
        'b"x"',
        '`',
        '${',
        '\\',
      ],
      ...[
        'constructor',
        '__proto__',
        'map',
        'has',
        'coalesce',
        'matches',
        ' ',
        '\n',
        '//',
        '0x',
        '1e9',
        'null',
        'in',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const source = parts.join('');
        try {
          compileExpression(source)({ a: 1 });
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_EXPRESSION', details: { source } });
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
