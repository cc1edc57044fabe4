import type { z } from 'zod';
import { didYouMean } from '../../core/did-you-mean.ts';
import { ERROR_CODES } from '../../core/errors.ts';
import type { BuildContext } from '../../spec/build-context.ts';
import {
  entryOf,
  kindOf,
  type Located,
  type LocatedEntry,
  NO_ENTRIES,
  plainData,
} from '../../spec/source/located.ts';
import { checkForm } from './check-form.ts';
import { marblesOf } from './replacements.ts';
import type { Expectations, ExpectedError, ExpectedLetter, ExpectedOutput } from './test-model.ts';
import { errorSchema, expectSchema, letterErrorSchema, letterSchema, outputSchema } from './test-schema.ts';

const OUTPUT_HINT =
  'Write a list of records; { records: […], order: any }; or { marbles: "--a|", values: … }.';

/** What is to come of a test; `undefined` where nothing is said, or what is said is wrong, which are problems. */
export function expectations(
  name: string,
  entry: LocatedEntry | undefined,
  context: BuildContext,
): Expectations | undefined {
  if (entry === undefined) return undefined;
  const { problems } = context;
  const { key, value: node } = entry;
  if (node.kind === 'scalar' && node.value === null) return undefined;
  if (node.kind !== 'map') {
    return problems.add(
      node.span,
      `what is expected is a map, and this is ${kindOf(node)}`,
      'Write outputs, deadLetters, balance or error.',
    );
  }
  if (node.entries.size === 0) return undefined;
  const what = `expect of the test "${name}"`;
  if (!checkForm(expectSchema, node, { what, at: key }, context)) return undefined;
  const [failure, ...others] = [...node.entries].sort(
    ([a], [b]) => Number(b === 'error') - Number(a === 'error'),
  );
  if (failure?.[0] === 'error' && others.length > 0) {
    problems.add(
      others[0]![1].key,
      `"${others[0]![0]}" cannot stand beside "error": a run that fails comes to nothing else`,
      'Make two tests of it.',
    );
  }
  const balance = entryOf(node, 'balance')?.value;
  return {
    outputs: expectedOutputs(entryOf(node, 'outputs')?.value, context),
    deadLetters: expectedLetters(entryOf(node, 'deadLetters')?.value, context),
    balance: balance && (plainData(balance) as Record<string, number>),
    error: expectedError(entryOf(node, 'error')?.value, context),
  };
}

function expectedOutputs(
  node: Located | undefined,
  context: BuildContext,
): ReadonlyMap<string, ExpectedOutput> {
  const entries = node?.kind === 'map' ? node.entries : NO_ENTRIES;
  const outputs = new Map<string, ExpectedOutput>();
  for (const [sink, entry] of entries) {
    const output = expectedOutput(sink, entry, context);
    if (output !== undefined) outputs.set(sink, output);
  }
  return outputs;
}

function expectedOutput(
  sink: string,
  { key, value: node }: LocatedEntry,
  context: BuildContext,
): ExpectedOutput | undefined {
  if (node.kind === 'list') return { records: node.items.map(plainData), anyOrder: false };
  if (node.kind === 'map' && node.entries.has('marbles')) {
    const made = marblesOf(node, key, context)?.();
    if (made === undefined) return undefined;
    const strange = made.events.find(({ kind }) => kind !== 'records' && kind !== 'end');
    if (strange === undefined) return { marbles: made };
    return context.problems.add(
      node.entries.get('marbles')!.value.span,
      'sinks see records only, and no watermarks, barriers or failures',
      'Leave w5, ~, b7 and # out.',
    );
  }
  if (node.kind !== 'map') {
    return context.problems.add(node.span, `expected records, found ${kindOf(node)}`, OUTPUT_HINT);
  }
  if (!checkForm(outputSchema, node, { what: `the output "${sink}"`, at: key }, context)) return undefined;
  const { records, order } = outputSchema.parse(plainData(node));
  return { records, anyOrder: order === 'any' };
}

function expectedLetters(node: Located | undefined, context: BuildContext): Expectations['deadLetters'] {
  if (node === undefined) return undefined;
  if (node.kind !== 'map') return lettersOf(node, context);
  return new Map([...node.entries].map(([sink, { value }]) => [sink, lettersOf(value, context)]));
}

function lettersOf(node: Located, context: BuildContext): readonly ExpectedLetter[] {
  if (node.kind !== 'list') return [];
  return node.items.flatMap((item, index) => {
    const what = `dead letter ${index + 1}`;
    if (item.kind !== 'map') {
      context.problems.add(
        item.span,
        `${what} is a map, and this is ${kindOf(item)}`,
        'Write what is to be looked at: record, node, error, attempts, raw.',
      );
      return [];
    }
    checkForm(letterSchema, item, { what, at: item.span }, context);
    const error = entryOf(item, 'error')?.value;
    if (error !== undefined) checkError(error, `the error of ${what}`, letterErrorSchema, context);
    return [plainData(item) as ExpectedLetter];
  });
}

function expectedError(node: Located | undefined, context: BuildContext): ExpectedError | undefined {
  if (node === undefined) return undefined;
  checkError(node, 'the expected error', errorSchema, context);
  return node.kind === 'scalar' ? { code: String(node.value) } : (plainData(node) as ExpectedError);
}

function checkError(node: Located, what: string, schema: z.ZodType, context: BuildContext): void {
  if (node.kind === 'map') {
    checkForm(schema, node, { what, at: node.span }, context);
    const code = entryOf(node, 'code')?.value;
    if (code !== undefined) checkCode(code, context);
  } else if (node.kind === 'scalar' && typeof node.value === 'string') checkCode(node, context);
  else {
    context.problems.add(
      node.span,
      `${what} is a code, or a map, and this is ${kindOf(node)}`,
      'Write e.g. ERR_CALLBACK, or { code: ERR_CALLBACK, message: a part of it }.',
    );
  }
}

/** A code that no error has is never met. */
function checkCode(code: Located, { problems }: BuildContext): void {
  if (code.kind !== 'scalar' || typeof code.value !== 'string') return;
  if ((ERROR_CODES as readonly string[]).includes(code.value)) return;
  const hint = didYouMean(code.value, ERROR_CODES);
  problems.add(
    code.span,
    `there is no error code "${code.value}"`,
    hint.startsWith('Did') ? hint : 'All codes begin with ERR_, and are listed in the reference of errors.',
  );
}
