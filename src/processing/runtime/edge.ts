import type { StageEdge } from '../plan/plan.ts';
import type { EdgeSnapshot } from './checkpointing.ts';
import { Inlet, Outlet, type Receiver } from './streams.ts';

/** An edge in a run: two Node streams, the one piped into the other. */
export class Edge {
  readonly plan: StageEdge;
  /** What it is called in checkpoints. */
  readonly name: string;
  readonly outlet: Outlet;
  readonly inlet: Inlet;
  /** Whether event time is of use to what it leads to. */
  readonly heedsTime: boolean;
  /** Whether downstream gave up on it: what is still on it is discarded. */
  cancelled = false;
  readonly #onCancel: () => void;

  constructor(plan: StageEdge, receiver: Receiver, events: { demanded(): void; cancelled(): void }) {
    this.plan = plan;
    const { from, port, to, input } = plan.edge;
    this.name = `${from.name}.${port} > ${to.name}.${input}`;
    this.heedsTime = receiver.heedsTime !== false;
    this.outlet = new Outlet(plan.capacity, events.demanded);
    this.inlet = new Inlet(plan.capacity, receiver);
    this.#onCancel = events.cancelled;
  }

  /** Lets items flow, and with it demand reach the stage upstream. */
  connect(): void {
    if (!this.cancelled) this.outlet.pipe(this.inlet);
  }

  /** Nothing downstream wants more. */
  cancel(): void {
    if (this.cancelled || this.inlet.writableFinished) return;
    this.cancelled = true;
    this.destroy();
    this.#onCancel();
  }

  /** What went along it in the run that this one goes on with. */
  restore({ sent, received }: EdgeSnapshot): void {
    this.outlet.sent = sent;
    this.inlet.received = received;
  }

  destroy(): void {
    this.outlet.unpipe(this.inlet);
    this.outlet.destroy();
    this.inlet.destroy();
  }

  /** Records that were sent and never taken. */
  get missing(): number {
    return this.outlet.sent - this.inlet.received;
  }
}
