import fc from 'fast-check';
import type { SyncLogic } from '../../../../src/interfaces/operator.ts';
import type { Sided } from '../../../../src/processing/joins/sided.ts';
import type { Row } from './naive-join.ts';

/** A record of a side, and when it happened: minutes of a day long ago. */
export interface Timed extends Row {
  readonly left: boolean;
  readonly at: number;
}

export const START = Date.UTC(2020, 0, 1);

/** Events of both sides as they come, somewhat out of order. */
export const timedEvents = fc
  .array(
    fc.record({
      left: fc.boolean(),
      k: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 8 }),
      at: fc.integer({ min: 0, max: 40 }),
      delay: fc.integer({ min: 0, max: 6 }),
    }),
    { maxLength: 40 },
  )
  .map((events) =>
    events
      .toSorted((one, other) => one.at + one.delay - (other.at + other.delay))
      .map(({ left, k, at }, id): Timed => ({ id, left, k, at: START + at })),
  );

/** Runs the logic over events; after each, time goes on to the earliest that is still to come. */
export function fed(logic: SyncLogic<Sided, string>, events: readonly Timed[], from = 0, to = events.length) {
  const emitted: string[] = [];
  const emit = (record: string) => void emitted.push(record);
  let reached = Number.NEGATIVE_INFINITY;
  for (const [index, event] of events.slice(0, to).entries()) {
    const rest = events.slice(index + 1).map(({ at }) => at);
    const time = Math.min(...rest);
    if (index >= from) logic.push({ left: event.left, record: event }, emit);
    if (time > reached && Number.isFinite(time)) {
      reached = time;
      if (index >= from) for (const one of logic.watermark?.(time, emit) ?? []) emit(one);
    }
  }
  return { emitted, emit };
}

/** What is emitted when the run is cut at each place and goes on in another logic. */
export function resumed(make: () => SyncLogic<Sided, string>, events: readonly Timed[], cut: number) {
  const before = make();
  const first = fed(before, events, 0, cut);
  const after = make();
  after.restore!(structuredClone(before.snapshot!()));
  const second = fed(after, events, cut);
  for (const one of after.end!(second.emit) ?? []) second.emit(one);
  return [...first.emitted, ...second.emitted];
}
