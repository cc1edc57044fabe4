import type { Admitted, CallGate, CallLimitContext, Leave } from '../../interfaces/call-limit.ts';
import type { Places, Waiter } from './places.ts';

/** A gate that lets in as many calls as there are places; `taken` makes what each is to tell when it is over. */
export function placeGate({ signal }: CallLimitContext, places: Places, taken: () => Leave): CallGate {
  const waiters = new Map<Admitted, Waiter>();
  return {
    enter(admitted) {
      if (places.take()) return taken();
      const waiter: Waiter = {
        get over() {
          return signal.aborted;
        },
        enter() {
          waiters.delete(admitted);
          admitted(taken());
        },
      };
      waiters.set(admitted, waiter);
      places.wait(waiter);
      return undefined;
    },
    withdraw(admitted) {
      const waiter = waiters.get(admitted);
      if (waiter === undefined) return;
      waiters.delete(admitted);
      places.withdraw(waiter);
    },
  };
}
