import type { Spill } from '../../../../src/interfaces/memory.ts';
import type { DuplexContext, DuplexOperator } from '../../../../src/interfaces/operator.ts';
import type { Signal } from '../../../../src/interfaces/signal.ts';
import type { JoinKind } from '../../../../src/processing/joins/join-kinds.ts';
import { BuildRow } from '../../../../src/processing/joins/join-table.ts';
import { spilledJoin } from '../../../../src/processing/joins/spilled-join.ts';
import { MemoryBudget } from '../../../../src/processing/runtime/spill/memory-budget.ts';
import { LEAST } from '../runtime/spilling-folder.ts';
import { type Row, shown } from './naive-join.ts';

export const on = ({ k }: Row) => k;
export const keyed = (...keys: readonly (number | null)[]): Row[] => keys.map((k, id) => ({ id, k }));
/** So many rows that each have a key of their own. */
export const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, id) => ({ id, k: (id * 7919) % count }));

export const asBuild = (list: readonly Row[]) => list.map((row) => new BuildRow(row));

/** The logic of a join by itself, in so little memory, with a log of all that it hands on. */
export function bareJoin(kind: JoinKind, spill: Spill) {
  const log: unknown[] = [];
  const memory = new MemoryBudget(LEAST).account('join');
  const key = on as (record: unknown) => unknown;
  const merge = shown as (left: unknown, right: unknown) => unknown;
  const operator = spilledJoin({ keys: [key, key], kind, buildsLeft: false, merge, spill: true });
  const logic = (operator as DuplexOperator<unknown, unknown>).create({
    node: 'join',
    memory,
    spill,
    cancelled: false,
    emit: async (records: readonly unknown[]) => void log.push(...records),
    forward: async (signal: Signal) => void log.push(signal.kind === 'watermark' ? signal.time : signal.kind),
  } as unknown as DuplexContext<unknown>);
  return { logic, log, memory };
}
