import { z } from 'zod';
import { didYouMean } from '../../core/did-you-mean.ts';
import { functionOption } from '../../core/option-role.ts';
import type { OnError, Policy } from '../../interfaces/policy.ts';
import { budgetOption } from '../../processing/policies/budget.ts';
import { deadLetter } from '../../processing/policies/dead-letter.ts';
import { fail } from '../../processing/policies/fail.ts';
import { fallback } from '../../processing/policies/fallback.ts';
import { onErrorList } from '../../processing/policies/on-error.ts';
import { retry } from '../../processing/policies/retry.ts';
import { skip } from '../../processing/policies/skip.ts';
import type { BuildContext } from '../build-context.ts';
import { kindOf, type Located, NO_ENTRIES } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';
import { attempt } from './attempt.ts';
import { checkedOptions } from './checked-options.ts';

interface PolicyForm {
  readonly options: z.ZodObject;
  /** The option that a single value stands for. */
  readonly main?: string;
  readonly create: (options: never, at: Located, context: BuildContext) => Policy | undefined;
}

const bound = z.union([z.number().nonnegative(), z.string()]);

/** The policies as data, by their names. */
export const POLICY_FORMS: Readonly<Record<string, PolicyForm>> = {
  fail: form(z.strictObject({}), () => fail()),
  skip: form(z.strictObject({ budget: budgetOption }), (options) => skip(options as never), 'budget'),
  retry: form(
    z.strictObject({
      attempts: z.int().min(1).describe('Calls in all, the first one included'),
      backoff: z
        .union([z.string(), z.strictObject({ first: bound, most: bound })])
        .optional()
        .describe('First and longest wait between two calls, "100ms..10s" by default'),
      when: functionOption(['error'], 'Which errors are worth another try', { expression: false }).optional(),
      budget: budgetOption,
    }),
    (options) => retry(options as never),
    'attempts',
  ),
  deadLetter: form(
    z.strictObject({
      to: z.string().describe('The name of a sink, or of a flow of dead letters'),
      budget: budgetOption,
    }),
    ({ to, budget }, node, context) => {
      const at = node.kind === 'map' ? node.entries.get('to')?.value.span : node.span;
      const target = context.letters(to, at ?? node.span);
      return target === undefined
        ? undefined
        : deadLetter(target, { ...(budget !== undefined && { budget }) });
    },
    'to',
  ),
  fallback: form(
    z.strictObject({
      value: z.json().optional().describe('The record that is put in the place of the one that failed'),
      with: functionOption(['failure'], 'Makes the record of the failure', { expression: false }).optional(),
      budget: budgetOption,
    }),
    ({ value, with: make, budget }) =>
      fallback((make ?? value) as never, { ...(budget !== undefined && { budget }) }),
    'value',
  ),
};

/** The policies that are written, in their order; `undefined` where something is wrong with them. */
export async function policiesOf(node: Located, context: BuildContext): Promise<OnError | undefined> {
  const list = node.kind === 'list' ? node.items : [node];
  const policies: (Policy | undefined)[] = [];
  for (const one of list) policies.push(await policyOf(one, context));
  const made = policies.filter((policy) => policy !== undefined);
  if (made.length < list.length) return undefined;
  return attempt(context, node.span, () => onErrorList(made));
}

async function policyOf(node: Located, context: BuildContext): Promise<Policy | undefined> {
  const { problems } = context;
  const names = Object.keys(POLICY_FORMS);
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const empty: Located = { kind: 'map', entries: NO_ENTRIES, span: node.span, size: 1 };
    return create(node.value, node.span, empty, context);
  }
  if (node.kind !== 'map' || node.entries.size !== 1) {
    const found = node.kind === 'map' ? `a map with ${node.entries.size} keys` : kindOf(node);
    return problems.add(
      node.span,
      `expected one policy, found ${found}`,
      `Write one of ${names.join(', ')}; several as a list.`,
    );
  }
  const [[name, { key, value }]] = [...node.entries] as [[string, { key: Span; value: Located }]];
  return create(name, key, value, context);
}

async function create(
  name: string,
  at: Span,
  node: Located,
  context: BuildContext,
): Promise<Policy | undefined> {
  const { problems } = context;
  const known = Object.hasOwn(POLICY_FORMS, name) ? POLICY_FORMS[name] : undefined;
  if (known === undefined) {
    return problems.add(at, `there is no policy "${name}"`, didYouMean(name, Object.keys(POLICY_FORMS)));
  }
  const options = await checkedOptions(known.options, node, { what: name, at, main: known.main }, context);
  // It is made once the parameters are known, but where dead letters go may be known before.
  if (options === undefined || (options.unknown && name !== 'deadLetter')) return undefined;
  return attempt(context, at, () => known.create(options.value as never, node, context));
}

function form<S extends z.ZodObject>(
  options: S,
  create: (options: z.output<S>, node: Located, context: BuildContext) => Policy | undefined,
  main?: string,
): PolicyForm {
  return { options, create: create as PolicyForm['create'], ...(main !== undefined && { main }) };
}
