import { MillraceError } from '../../core/errors.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { Emit, SyncLogic } from '../../interfaces/operator.ts';
import type { RestoredState } from './checkpointing.ts';
import type { StageNode } from './stage-node.ts';

/** What all kinds of logic may take over from an earlier run. */
interface Restorable {
  restore?(state: unknown, version?: number): void;
}

/**
 * Runs an operator's `create`, checks that it gave something with the `method` that the engine will call, and lets it
 * take over what it remembered in the run that this one goes on with.
 *
 * @throws MillraceError `ERR_CALLBACK` that names the node.
 */
export function createLogic<L extends Restorable>(
  node: StageNode,
  method: string,
  create: () => L,
  restored?: RestoredState | undefined,
): L {
  const logic = node.guard('create', () => {
    const made = create();
    refusePromise(
      made,
      `Let create() return at once: it is called when the run begins, and nothing waits for it.`,
    );
    if (typeof (made as unknown as Partial<Record<string, unknown>> | undefined)?.[method] === 'function')
      return made;
    throw new MillraceError('ERR_CALLBACK', `its create() returned nothing that has a ${method}()`, {
      hint: `Return an object with ${method}().`,
    });
  });
  if (restored !== undefined) node.guard('go on in', () => logic.restore?.(restored.value, restored.version));
  return logic;
}

/** What an operator remembers, with its node; nothing for one that remembers nothing. */
export function rememberedBy(node: StageNode, logic: SyncLogic<unknown, unknown>): [StageNode, unknown][] {
  return logic.snapshot === undefined ? [] : [[node, node.guard('remember', () => logic.snapshot!())]];
}

/** Frees what a synchronous operator holds; returns what it threw, if anything. */
export function closeLogic(node: StageNode, logic: SyncLogic<unknown, unknown>): unknown[] {
  node.keepFinal(logic);
  try {
    node.guard('close', () => refuseLate('close', logic.close?.()));
    return [];
  } catch (error) {
    return [error];
  }
}

/**
 * What a `push` returned, as records to pull.
 *
 * @throws MillraceError `ERR_CALLBACK` for anything but an iterable.
 */
export function pushedOutput(returned: unknown): Iterable<unknown> {
  refuseLate('push', returned);
  if (typeof (returned as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === 'function') {
    return returned as Iterable<unknown>;
  }
  throw new MillraceError('ERR_CALLBACK', `its push() returned ${String(returned)}, which is no iterable`, {
    hint: 'Give records to emit(), or return an iterable of them; else return nothing.',
  });
}

/** What an operator returned that was called without a record, as records to pull, if there are any. */
export function lateOutput(method: LateMethod, returned: unknown): Iterable<unknown> | undefined {
  refuseLate(method, returned);
  const pulled = typeof returned === 'object' && returned !== null && Symbol.iterator in returned;
  return pulled ? (returned as Iterable<unknown>) : undefined;
}

/** All that an operator emits and returns when it is called without a record. */
export function lateRecords(method: LateMethod, call: (emit: Emit<unknown>) => unknown): Iterable<unknown> {
  const emitted: unknown[] = [];
  const more = lateOutput(
    method,
    call((record) => {
      emitted.push(record);
    }),
  );
  return more === undefined ? emitted : chained(emitted, more);
}

/** First the records of one, then those of the other. */
export function* chained(first: Iterable<unknown>, second: Iterable<unknown>): Generator<unknown> {
  yield* first;
  yield* second;
}

/** What the engine calls without a record. */
export type LateMethod = 'watermark' | 'end' | 'after';

/** Refuses a promise of a synchronous operator: what it would emit later would be lost, and nobody would see it fail. */
export function refuseLate(method: 'push' | 'close' | LateMethod, returned: unknown): void {
  refusePromise(
    returned,
    `Let ${method === 'after' ? 'the callback of after()' : `${method}()`} return when it is done, or make an operator of kind "async".`,
  );
}

/** The error for records that were emitted while the engine had called nothing. */
export function outOfTurn({ name }: StageNode): MillraceError {
  return new MillraceError('ERR_CALLBACK', `Cannot go on in "${name}": a record was emitted out of turn`, {
    node: name,
    hint: 'Emit only while push(), watermark() or end() runs; for later, use the after() of the context.',
  });
}
