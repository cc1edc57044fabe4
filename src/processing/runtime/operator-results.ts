import { MillraceError } from '../../core/errors.ts';
import { refusePromise } from '../../core/thenable.ts';
import type { SyncLogic } from '../../interfaces/operator.ts';
import type { StageNode } from './stage-node.ts';

/**
 * Runs an operator's `create`, and checks that it gave something with the `method` that the engine will call.
 *
 * @throws MillraceError `ERR_CALLBACK` that names the node.
 */
export function createLogic<L>(node: StageNode, method: string, create: () => L): L {
  return node.guard('create', () => {
    const logic = create();
    refusePromise(
      logic,
      `Let create() return at once: it is called when the run begins, and nothing waits for it.`,
    );
    if (typeof (logic as Partial<Record<string, unknown>> | undefined)?.[method] === 'function') return logic;
    throw new MillraceError('ERR_CALLBACK', `its create() returned nothing that has a ${method}()`, {
      hint: `Return an object with ${method}().`,
    });
  });
}

/** Frees what a synchronous operator holds; returns what it threw, if anything. */
export function closeLogic(node: StageNode, logic: SyncLogic<unknown, unknown>): unknown[] {
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

/** Refuses a promise of a synchronous operator: what it would emit later would be lost, and nobody would see it fail. */
export function refuseLate(method: 'push' | 'watermark' | 'end' | 'close', returned: unknown): void {
  refusePromise(returned, `Let ${method}() return when it is done, or make an operator of kind "async".`);
}

/** The error for records that were emitted while the engine had called nothing. */
export function outOfTurn({ name }: StageNode): MillraceError {
  return new MillraceError('ERR_CALLBACK', `Cannot go on in "${name}": a record was emitted out of turn`, {
    node: name,
    hint: 'Emit only while push(), watermark() or end() runs; for later, use the after() of the context.',
  });
}
