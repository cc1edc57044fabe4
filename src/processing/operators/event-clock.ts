import { formatDuration } from '../../core/duration.ts';
import { MillraceError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';

export interface EventClockBounds {
  readonly outOfOrder: number;
  readonly maxAdvance: number;
  readonly confirm: number;
  readonly step: number;
}

/** What an {@link EventClock} remembers, as plain data. */
export interface EventClockState {
  readonly latest: number;
  readonly reached: number;
  readonly alone: boolean;
  readonly row: number;
  readonly rowTime: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/** Event time, worked out from the times of records; bounded in how far one record can move it. */
export class EventClock {
  /** Event time as it was said last. */
  reached = NEVER;
  readonly #bounds: EventClockBounds;
  readonly #maxAdvance: number;
  #latest = NEVER;
  /** The latest time that makes event time move on. */
  #due = NEVER;
  /** Whether the next record decides about those before it. */
  #open: boolean;
  /** Whether the latest time is the word of a single record: nothing follows from it yet. */
  #alone = true;
  /** Records in a row that were too far ahead, and the earliest time of them. */
  #row = 0;
  #rowTime = NEVER;

  constructor(bounds: EventClockBounds) {
    this.#bounds = bounds;
    this.#maxAdvance = bounds.maxAdvance;
    if (bounds.maxAdvance === Number.POSITIVE_INFINITY) this.#alone = false;
    this.#open = this.#alone;
  }

  /**
   * Takes the time of a record; returns whether `reached` has moved on.
   *
   * @throws MillraceError `ERR_EVENT_TIME` when it is too far ahead.
   */
  take(time: number, record: unknown): boolean {
    if (time - this.#latest > this.#maxAdvance || this.#open) this.#judge(time, record);
    if (time > this.#latest) this.#latest = time;
    if (this.#latest < this.#due || this.#alone) return false;
    const { outOfOrder, step } = this.#bounds;
    const reached = this.#latest - outOfOrder;
    if (reached <= this.reached) return false;
    this.reached = reached;
    this.#due = this.#latest + step;
    return true;
  }

  #judge(time: number, record: unknown): void {
    if (time - this.#latest > this.#maxAdvance) this.#leap(time, record);
    else if (this.#alone) this.#second(time);
    this.#row = 0;
    this.#open = this.#alone;
  }

  /** The first record stands alone until another confirms it; when that is far behind, the first was wrong. */
  #second(time: number): void {
    if (this.#latest - time <= this.#maxAdvance) this.#alone = false;
    else this.#latest = NEVER;
  }

  #leap(time: number, record: unknown): void {
    if (this.#latest === NEVER) return;
    this.#rowTime = this.#row === 0 ? time : Math.min(this.#rowTime, time);
    this.#row++;
    this.#open = true;
    if (this.#row >= this.#bounds.confirm) {
      const latest = this.#rowTime;
      this.#row = 0;
      if (time - latest <= this.#maxAdvance) {
        this.#latest = latest;
        this.#alone = false;
        return;
      }
      // They do not agree with one another: the next row begins with this one.
      this.#row = 1;
      this.#rowTime = time;
    }
    throw this.#tooFarAhead(time, record);
  }

  #tooFarAhead(time: number, record: unknown): MillraceError {
    const ahead = formatDuration(time - this.#latest);
    const times = `its time, ${iso(time)}, is ${ahead} ahead of all before it`;
    return new MillraceError('ERR_EVENT_TIME', `${times} (${iso(this.#latest)}): ${showValue(record)}`, {
      hint: `Look at the clock that it comes from. If records may be that far apart, raise maxAdvance (${formatDuration(this.#maxAdvance)}), or say maxAdvance: false.`,
      details: { time, latest: this.#latest },
    });
  }

  get state(): EventClockState {
    return {
      latest: this.#latest,
      reached: this.reached,
      alone: this.#alone,
      row: this.#row,
      rowTime: this.#rowTime,
    };
  }

  set state(state: EventClockState) {
    this.#latest = state.latest;
    this.reached = state.reached;
    this.#alone = state.alone;
    this.#row = state.row;
    this.#rowTime = state.rowTime;
    this.#open = state.alone || state.row > 0;
    this.#due = state.reached + this.#bounds.outOfOrder + this.#bounds.step;
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
