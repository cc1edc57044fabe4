import { refusePromise } from '../../core/thenable.ts';
import type { SyncLogic } from '../../interfaces/operator.ts';
import { USE_ASYNC } from '../operators/plain-logic.ts';
import type { NodeCounters } from './counters.ts';

/** What a loop needs of the chain it is compiled for. */
export interface LoopHost {
  index: number;
  /** Whether something downstream of the loop asks to stop and look. */
  readonly interrupted: boolean;
  /** Operator `k` threw on `record`. */
  failedAt(k: number, record: unknown, error: unknown): void;
}

/** Runs records from `position` on; returns where it stopped. */
export type Loop = (records: readonly unknown[], position: number) => number;

/**
 * The loop of the operators of a chain that are plain functions, from the first on; `entries[k]` takes a record into
 * operator `k`. `undefined` where there are none.
 */
export function prefixLoop(
  logics: readonly SyncLogic<unknown, unknown>[],
  counters: readonly NodeCounters[],
  entries: readonly ((record: unknown) => void)[],
  host: LoopHost,
): Loop | undefined {
  const plain = plainPrefix(logics);
  return plain === 0 ? undefined : compileLoop(logics.slice(0, plain), counters, entries[plain]!, host);
}

/** How many operators from the first on are plain functions, up to one that emits nothing. */
function plainPrefix(logics: readonly SyncLogic<unknown, unknown>[]): number {
  for (const [k, { transform, accepts, absorbs }] of logics.entries()) {
    if (transform !== undefined || accepts !== undefined) continue;
    return absorbs === undefined ? k : k + 1;
  }
  return logics.length;
}

/**
 * One function for the plain operators at the head of a chain: what calling each other's `push` does,
 * without the calls. Generated for each chain, so that V8 knows the functions it calls and inlines
 * them; `undefined` where the process forbids code generation, and the chain calls `push` instead.
 */
function compileLoop(
  logics: readonly SyncLogic<unknown, unknown>[],
  counters: readonly NodeCounters[],
  emit: (record: unknown) => void,
  host: LoopHost,
): Loop | undefined {
  const functions = logics.map(({ transform, accepts, absorbs }) => transform ?? accepts ?? absorbs!);
  const each = (line: (k: number) => string): string => logics.map((_, k) => line(k)).join('\n');
  const source = `
    ${each((k) => `const f${k} = functions[${k}], c${k} = counters[${k}];`)}
    return (records, position) => {
      const end = records.length;
      let at = 0, r${logics.length};
      ${each((k) => `let n${k} = 0, r${k};`)}
      let i = position;
      for (; i < end && !host.interrupted; i++) {
        try {
          r0 = records[i];
          ${each((k) => step(k, logics))}
        } catch (error) {
          ${each((k) => `c${k}.in += n${k}; n${k} = 0;`)}
          host.index = i;
          host.failedAt(at, ${each((k) => `at === ${k} ? r${k} :`)} undefined, error);
          continue;
        }
        ${emits(logics) ? `host.index = i; emit(r${logics.length});` : ''}
      }
      ${each((k) => `c${k}.in += n${k};`)}
      return i;
    };`;
  try {
    const factory = new Function('functions', 'counters', 'emit', 'host', 'refuse', 'USE_ASYNC', source);
    return factory(functions, counters, emit, host, refusePromise, USE_ASYNC) as Loop;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** Whether anything comes out of the last of them. */
function emits(logics: readonly SyncLogic<unknown, unknown>[]): boolean {
  const { transform, accepts } = logics.at(-1)!;
  return transform !== undefined || accepts !== undefined;
}

function step(k: number, logics: readonly SyncLogic<unknown, unknown>[]): string {
  const counted = `at = ${k}; n${k}++;`;
  const result = `const v${k} = f${k}(r${k}); if (v${k} instanceof Promise) refuse(v${k}, USE_ASYNC);`;
  const { transform, accepts } = logics[k]!;
  if (transform !== undefined) return `${counted} ${result} r${k + 1} = v${k};`;
  if (accepts !== undefined) return `${counted} ${result} if (!v${k}) continue; r${k + 1} = r${k};`;
  return `${counted} ${result}`;
}
