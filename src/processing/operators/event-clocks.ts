import { MillraceError } from '../../core/errors.ts';
import type { OperatorContext } from '../../interfaces/operator.ts';
import { EventClock, type EventClockBounds, type EventClockState } from './event-clock.ts';
import { type IdleWatch, watchIdle } from './idle-watch.ts';
import { keyId } from './key-id.ts';

/** What there is of one partition. */
interface Partition {
  readonly key: unknown;
  readonly clock: EventClock;
  readonly watch: IdleWatch | undefined;
  /** Whether nothing has come for so long that the others do not wait for it. */
  idle: boolean;
}

type PartitionsState = readonly (readonly [key: unknown, clock: EventClockState])[];

export interface EventClocksSetup {
  readonly bounds: EventClockBounds;
  /** Milliseconds without a record until a partition is waited for no longer. */
  readonly idle: number | undefined;
  readonly maxPartitions: number;
}

/** A time line for each partition of a flow: event time is that of the slowest which is not idle. */
export class EventClocks {
  readonly #setup: EventClocksSetup;
  readonly #context: OperatorContext;
  readonly #partitions = new Map<unknown, Partition>();

  constructor(setup: EventClocksSetup, context: OperatorContext) {
    this.#setup = setup;
    this.#context = context;
  }

  /**
   * Takes the time of a record of a partition; returns whether that has moved on, so that `tell` has something to say.
   *
   * @throws MillraceError `ERR_EVENT_TIME` when it is too far ahead of its partition, `ERR_LIMIT` for a partition too many.
   */
  take(key: unknown, time: number, record: unknown): boolean {
    const id = keyId(key);
    const partition = this.#partitions.get(id) ?? this.#open(id, key);
    const moved = partition.clock.take(time, record);
    partition.watch?.active();
    const woke = partition.idle;
    partition.idle = false;
    return moved || woke;
  }

  #open(id: unknown, key: unknown): Partition {
    const { bounds, idle, maxPartitions } = this.#setup;
    if (this.#partitions.size === maxPartitions) throw tooManyPartitions(maxPartitions);
    const partition: Partition = {
      key,
      clock: new EventClock(bounds),
      watch:
        idle === undefined
          ? undefined
          : watchIdle({ ...watchable(this.#context), idle: () => this.#idle(partition) }, idle),
      idle: false,
    };
    this.#partitions.set(id, partition);
    return partition;
  }

  #idle(partition: Partition): void {
    partition.idle = true;
    this.tell();
  }

  /** Says the event time of the slowest; or that nothing comes, when all are idle. */
  tell(): void {
    let slowest = Number.POSITIVE_INFINITY;
    for (const { idle, clock } of this.#partitions.values()) {
      if (!idle && clock.reached < slowest) slowest = clock.reached;
    }
    if (slowest === Number.POSITIVE_INFINITY) this.#context.idle();
    else if (slowest > Number.NEGATIVE_INFINITY) this.#context.advance(slowest);
  }

  snapshot(): PartitionsState {
    return Array.from(this.#partitions.values(), ({ key, clock }) => [key, clock.state]);
  }

  restore(state: unknown): void {
    for (const [key, clock] of state as PartitionsState) this.#open(keyId(key), key).clock.state = clock;
  }

  close(): void {
    for (const { watch } of this.#partitions.values()) watch?.cancel();
  }
}

function watchable({ clock, after }: OperatorContext): Pick<OperatorContext, 'clock' | 'after'> {
  return { clock, after };
}

function tooManyPartitions(maxPartitions: number): MillraceError {
  return new MillraceError('ERR_LIMIT', `its partition is new, and there are ${maxPartitions} already`, {
    hint: 'Name by partition what has a clock of its own, such as a device or a shard; or raise maxPartitions.',
    details: { maxPartitions },
  });
}
