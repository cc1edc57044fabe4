import type { Cancel } from '../../../interfaces/clock.ts';
import type { Emit, OperatorContext, SyncLogic } from '../../../interfaces/operator.ts';
import type { WindowEngine } from './window-engine.ts';

/** Windows that close by the clock: a timer waits for the first that is to. */
export function byClock<T, B>(
  engine: WindowEngine<T>,
  use: (emit: Emit<B>) => void,
  { clock, after }: OperatorContext<B>,
): SyncLogic<T, B> {
  let cancel: Cancel | undefined;
  let armed = Number.POSITIVE_INFINITY;

  function* reached(): Generator<B> {
    yield* (engine.advance(clock.now()) ?? []) as Iterable<B>;
    arm();
  }

  const arm = (): void => {
    if (engine.next >= armed || engine.next === Number.POSITIVE_INFINITY) return;
    cancel?.();
    armed = engine.next;
    cancel = after(Math.max(0, armed - clock.now()), () => {
      cancel = undefined;
      armed = Number.POSITIVE_INFINITY;
      return reached();
    });
  };

  return {
    push(record, emit) {
      use(emit);
      // A clock that was set back makes no record late.
      const now = Math.max(clock.now(), engine.time);
      if (now >= engine.next) for (const one of engine.advance(now) ?? []) emit(one as B);
      engine.add(record, now);
      arm();
    },
    end: () => engine.end() as Iterable<B>,
    snapshot: () => engine.snapshot(),
    restore(state) {
      engine.restore(state);
      arm();
    },
    close: () => cancel?.(),
  };
}
