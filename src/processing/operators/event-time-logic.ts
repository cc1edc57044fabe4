import type { OperatorContext, SyncLogic } from '../../interfaces/operator.ts';
import { EventClock, type EventClockBounds, type EventClockState } from './event-clock.ts';
import { EventClocks, type EventClocksSetup } from './event-clocks.ts';
import { watchIdle } from './idle-watch.ts';

/** One time line for the whole flow. */
export function timedAsOne<T>(
  timeOf: (record: T) => number,
  bounds: EventClockBounds,
  idle: number | undefined,
  context: OperatorContext<T>,
): SyncLogic<T, T> {
  const clock = new EventClock(bounds);
  const watch = idle === undefined ? undefined : watchIdle(context, idle);
  return {
    assignsTime: true,
    push(record, emit) {
      const reached = clock.take(timeOf(record), record);
      watch?.active();
      emit(record);
      if (reached) context.advance(clock.reached);
    },
    snapshot: () => clock.state,
    restore: (state) => {
      clock.state = state as EventClockState;
    },
    close: () => watch?.cancel(),
  };
}

/** A time line for each partition. */
export function timedByPartition<T>(
  timeOf: (record: T) => number,
  partition: (record: T) => unknown,
  setup: EventClocksSetup,
  context: OperatorContext<T>,
): SyncLogic<T, T> {
  const clocks = new EventClocks(setup, context as OperatorContext);
  return {
    assignsTime: true,
    push(record, emit) {
      const moved = clocks.take(partition(record), timeOf(record), record);
      emit(record);
      if (moved) clocks.tell();
    },
    snapshot: () => clocks.snapshot(),
    restore: (state) => clocks.restore(state),
    close: () => clocks.close(),
  };
}
