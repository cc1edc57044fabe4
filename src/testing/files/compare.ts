import { isDeepStrictEqual } from 'node:util';
import type { MillraceError } from '../../core/errors.ts';
import type { DeadLetter } from '../../interfaces/failure.ts';
import { type Moment, momentsOf, type PlayedPipeline } from '../play-pipeline.ts';
import { plainValue } from './plain-value.ts';
import { onlyActual, recordDiff, valueDiff, valueLine } from './record-diff.ts';
import type { Expectations, ExpectedError, ExpectedLetter, ExpectedOutput } from './test-model.ts';
import type { Difference } from './test-result.ts';

/** What a run that was done came to, for a test. */
export interface Played extends PlayedPipeline {
  /** The sinks that take dead letters only. */
  readonly letterSinks: readonly string[];
}

/** What came otherwise than was expected; of a test that expects nothing, all that came. */
export function compare(expect: Expectations | undefined, played: Played): readonly Difference[] {
  if (expect === undefined) return [everything(played)];
  if (expect.error !== undefined) return [noError(expect.error)];
  const differences = [...expect.outputs].map(([sink, output]) => compareOutput(sink, output, played));
  return [
    ...differences,
    ...compareLetters(expect.deadLetters, played),
    compareBalance(expect.balance, played),
  ].filter((one) => one !== undefined);
}

/** Whether a run failed as was expected; `undefined` for no difference. */
export function compareError(expected: ExpectedError, error: MillraceError): Difference | undefined {
  const actual = projectedError(error, expected);
  if (isDeepStrictEqual(actual, expected)) return undefined;
  return {
    part: 'error',
    expected,
    actual,
    lines: valueDiff(expected, actual),
    update: { path: ['error'], value: actual },
  };
}

function noError(expected: ExpectedError): Difference {
  const lines = [...valueDiff(expected, expected)].map(({ text }) => ({ of: 'expected' as const, text }));
  return {
    part: 'error',
    expected,
    actual: null,
    lines: [...lines, { of: 'actual', text: 'the run is done' }],
  };
}

function everything({ outcome, letterSinks }: Played): Difference {
  const plain = Object.entries(outcome.outputs).filter(([sink]) => !letterSinks.includes(sink));
  const outputs = Object.fromEntries(plain.map(([sink, records]) => [sink, records.map(plainValue)]));
  const letters = lettersBySink(outcome.outputs, letterSinks);
  const balance = Object.entries(outcome.summary.balance).filter(
    ([, count]) => typeof count === 'number' && count > 0,
  );
  const actual = {
    ...(plain.length > 0 && { outputs }),
    ...(letters.some(([, list]) => list.length > 0) && { deadLetters: Object.fromEntries(letters) }),
    balance: Object.fromEntries(balance),
  };
  const update = { path: [], value: actual };
  return { part: 'expect', expected: null, actual, lines: onlyActual(actual), update };
}

function lettersBySink(
  outputs: PlayedPipeline['outcome']['outputs'],
  sinks: readonly string[],
): [string, readonly unknown[]][] {
  return sinks.map((sink) => [
    sink,
    (outputs[sink] as DeadLetter[]).map((letter) => projectedLetter(letter)),
  ]);
}

function compareOutput(sink: string, expected: ExpectedOutput, played: Played): Difference | undefined {
  const part = `outputs.${sink}`;
  if ('marbles' in expected) {
    const wanted = momentsOf(sink, expected.marbles).map(plainMoment);
    const came = played.moments.get(sink)!.map(plainMoment);
    if (isDeepStrictEqual(came, wanted)) return undefined;
    return { part, expected: wanted, actual: came, lines: recordDiff(wanted, came, momentLine) };
  }
  const actual = played.outcome.outputs[sink]!.map(plainValue);
  const wanted = expected.records.map(plainValue);
  const { anyOrder } = expected;
  const [left, right] = anyOrder ? [sorted(wanted), sorted(actual)] : [wanted, actual];
  if (isDeepStrictEqual(right, left)) return undefined;
  const path = ['outputs', sink, ...(anyOrder ? ['records'] : [])];
  return { part, expected: wanted, actual, lines: recordDiff(left, right), update: { path, value: actual } };
}

function plainMoment({ at, record }: Moment): Moment {
  return { at, record: plainValue(record) };
}

function momentLine(moment: unknown): string {
  const { at, record } = moment as Moment;
  return `after ${at}ms: ${valueLine(record)}`;
}

/** In an order that does not depend on that of the list, or of the fields. */
function sorted(records: readonly unknown[]): readonly unknown[] {
  const keyed = records.map((record) => [canonical(record), record] as const);
  return keyed.sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, record]) => record);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Where nothing is said of dead letters, none are expected: they would pass unseen. */
function compareLetters(
  expected: Expectations['deadLetters'],
  { outcome, letterSinks }: Played,
): readonly (Difference | undefined)[] {
  if (expected instanceof Map) {
    return [...expected].map(([sink, letters]: [string, readonly ExpectedLetter[]]) =>
      compareLetterList(['deadLetters', sink], letters, outcome.outputs[sink]! as readonly DeadLetter[]),
    );
  }
  const came = letterSinks.flatMap((sink) => outcome.outputs[sink]! as readonly DeadLetter[]);
  const list = expected as readonly ExpectedLetter[] | undefined;
  return [compareLetterList(['deadLetters'], list ?? [], came)];
}

function compareLetterList(
  path: readonly string[],
  letters: readonly ExpectedLetter[],
  came: readonly DeadLetter[],
): Difference | undefined {
  const expected = letters.map((letter) => plainValue(letter));
  const actual = came.map((letter, index) => {
    const met = letters.find((_, at) =>
      isDeepStrictEqual(projectedLetter(letter, letters[at]), expected[at]),
    );
    return projectedLetter(letter, met ?? letters[index] ?? letters.at(-1));
  });
  if (isDeepStrictEqual(actual, expected)) return undefined;
  const lines = recordDiff(expected, actual);
  return { part: path.join('.'), expected, actual, lines, update: { path, value: actual } };
}

/** A dead letter as far as is said of the one that is expected, or of those before it. */
function projectedLetter(letter: DeadLetter, like?: ExpectedLetter): unknown {
  const { record, raw, node, attempts, error } = letter;
  if (like === undefined) {
    return plainValue({ record, node, error: { code: error.code, message: error.message } });
  }
  const all = { record, raw, node, attempts };
  const said = Object.keys(like).map((key) => {
    if (key !== 'error') return [key, all[key as keyof typeof all]];
    return ['error', typeof like.error === 'string' ? error.code : projectedError(error, like.error ?? {})];
  });
  return plainValue(Object.fromEntries(said));
}

/** An error as far as is said of the one that is expected; of its message that part, if it is there. */
function projectedError(
  error: { readonly code: string; readonly message: string; readonly node?: string | undefined },
  like: ExpectedError,
): ExpectedError {
  const { message } = like;
  const whole = {
    code: error.code,
    message: message !== undefined && error.message.includes(message) ? message : error.message,
    node: error.node,
  };
  const keys = Object.keys(like) as (keyof ExpectedError)[];
  const entries = keys.map((key) => [key, whole[key]]).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ExpectedError;
}

function compareBalance(expected: Expectations['balance'], { outcome }: Played): Difference | undefined {
  if (expected === undefined) return undefined;
  const balance = outcome.summary.balance as unknown as Readonly<Record<string, unknown>>;
  const actual = Object.fromEntries(Object.keys(expected).map((name) => [name, balance[name]]));
  if (isDeepStrictEqual(actual, expected)) return undefined;
  const update = { path: ['balance'], value: actual };
  return { part: 'balance', expected, actual, lines: valueDiff(expected, actual), update };
}
