import { MillraceError } from '../core/errors.ts';
import { recordBuilder } from '../core/record-builder.ts';
import type {
  DuplexContext,
  Emit,
  Operator,
  OperatorContext,
  Output,
  SyncLogic,
  SyncOperator,
} from '../interfaces/operator.ts';
import type { Key } from './fields.ts';

/** A result of an operator of keyed records. */
export type Keyed = Readonly<Record<string, unknown>>;

/** Makes of a result what goes on instead: any number of records. */
type Remake = (result: Keyed) => Iterable<unknown>;

/**
 * The same operator, whose results have the fields of the key under their own names, in front, and no `key`; `key` is what
 * a function makes. `names` are the other fields of a result, in their order.
 *
 * @throws MillraceError `ERR_OPTIONS` when a field of the key is called like one of them.
 */
export function withKeyFields(
  operator: Operator<unknown, Keyed>,
  key: Key | undefined,
  names: readonly string[],
): Operator<unknown, unknown> {
  const fields = keyFields(operator.name, key, names);
  return remade(operator, (result) => [fields(result)]);
}

/** What makes of a result the one that {@link withKeyFields} tells of; it throws as that does. */
export function keyFields(
  operator: string,
  key: Key | undefined,
  names: readonly string[],
): (result: Keyed) => unknown {
  const named = typeof key === 'function' ? 'key' : key;
  const keys = typeof named === 'string' ? [named] : (named ?? []);
  const taken = keys.find((name) => names.includes(name));
  if (taken !== undefined) {
    throw new MillraceError(
      'ERR_OPTIONS',
      `Cannot use the options of operator ${operator}: a field of the key and one of the results are called "${taken}"`,
      { hint: 'Call the aggregate something else, or rename the field in front.' },
    );
  }
  const list = [...keys, ...names];
  const build = recordBuilder(list.map((name, from) => ({ name, from })));
  return (result) => {
    const values =
      typeof named === 'string' ? [result.key] : keys.length > 0 ? (result.key as unknown[]) : [];
    return build([...values, ...names.map((name) => result[name])]);
  };
}

/** Does what `operator` does, and passes on what `remake` makes of its results. */
export function remade(operator: Operator<unknown, Keyed>, remake: Remake): Operator<unknown, unknown> {
  if (operator.kind === 'sync') {
    return Object.freeze({
      ...operator,
      create: (context: OperatorContext) => remadeLogic(operator, remake, context),
    });
  }
  if (operator.kind === 'async') throw new TypeError(`${operator.name} makes no results of several records`);
  return Object.freeze({
    ...operator,
    create: (context: DuplexContext<unknown>) => operator.create(remadeContext(context, remake)),
  });
}

function remadeLogic(
  operator: SyncOperator<unknown, Keyed>,
  remake: Remake,
  context: OperatorContext,
): SyncLogic<unknown, unknown> {
  let out: Emit<unknown> = () => {};
  const take: Emit<Keyed> = (result) => {
    for (const record of remake(result)) out(record);
  };
  const through = (emit: Emit<unknown>): Emit<Keyed> => {
    out = emit;
    return take;
  };
  const pulled = (output: Output<Keyed>): Iterable<unknown> | undefined =>
    typeof output === 'object' ? remadeAll(output, remake) : undefined;
  const logic = operator.create(
    derived(context, {
      after: (ms: number, callback: (emit: Emit<Keyed>) => Output<Keyed>) =>
        context.after(ms, (emit) => pulled(callback(through(emit)))),
    }),
  );
  const { push, absorbs, watermark, end, snapshot, restore, close } = logic;
  return {
    push: (record, emit) => pulled(push.call(logic, record, through(emit))),
    ...(absorbs && { absorbs }),
    ...(watermark && { watermark: (time, emit) => pulled(watermark.call(logic, time, through(emit))) }),
    ...(end && { end: (emit) => pulled(end.call(logic, through(emit))) }),
    ...(snapshot && { snapshot: () => snapshot.call(logic) }),
    ...(restore && { restore: (state, version) => restore.call(logic, state, version) }),
    ...(close && { close: () => close.call(logic) }),
  };
}

function* remadeAll(results: Iterable<Keyed>, remake: Remake): Generator<unknown> {
  for (const result of results) yield* remake(result);
}

function remadeContext(context: DuplexContext<unknown>, remake: Remake): DuplexContext<Keyed> {
  return derived(context, {
    emit(results: readonly Keyed[], origin?: Parameters<typeof context.emit>[1]) {
      return context.emit([...remadeAll(results, remake)], origin);
    },
  });
}

/** The context with something in its place; all else is asked of it when it is needed, and not before. */
function derived<C extends OperatorContext<never>>(context: object, own: object): C {
  return Object.create(context, Object.getOwnPropertyDescriptors(own));
}
