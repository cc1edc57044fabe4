import { isRetryable } from '../../core/errors.ts';
import type { CallLimit, CallOutcome } from '../../interfaces/call-limit.ts';
import { placeGate } from './place-gate.ts';
import { Places } from './places.ts';

/** Bounds between which an operator finds out by itself how many calls to have open. */
export interface ConcurrencyBounds {
  readonly min: number;
  readonly max: number;
}

/** What the limit becomes of itself after a failure, when calls have become slow, and to measure anew. */
const AFTER_FAILURE = 0.5;
const AFTER_DELAY = 0.75;
const TO_MEASURE = 0.5;

/** Calls are slow when they take more than this many times as long as those that were measured, and so many ms. */
const TOLERANCE = 2;
const GRAIN_MS = 5;

/** So many calls are measured to know what they take when all is well; so many later, that may be another time. */
const TO_KNOW = 20;
const KNOWN_FOR = 1000;

/** How much one call counts in what calls take at present; more at first, when the limit grows fast. */
const SHARE = 0.05;
const SHARE_AT_FIRST = 0.3;

/**
 * Lets as many calls be open as what is called takes well: one more after each round of calls that went well,
 * at first after each call, and fewer at once when calls fail or take longer than they used to. Errors that are
 * marked permanent say nothing about who is called.
 */
export function adaptiveConcurrency({ min, max }: ConcurrencyBounds): CallLimit {
  return Object.freeze({
    kind: 'adaptive',
    label: `adapted from ${min} on`,
    create(context) {
      const limit = new AdaptiveLimit(min, max);
      return placeGate(context, limit.places, () => limit.entered());
    },
  } satisfies CallLimit);
}

/** The limit of one operator in one run. */
export class AdaptiveLimit {
  readonly places: Places;
  readonly #min: number;
  readonly #max: number;
  /** The limit with its fraction. */
  #limit: number;
  #starting = true;
  /** How often the limit was lowered: calls that began before the last time have nothing new to tell. */
  #lowered = 0;
  /** What calls take when all is well, and at present, in milliseconds, by so many calls. */
  #well = 0;
  #now = 0;
  #calls = 0;
  /** While it is lowered to measure: the limit that it had. */
  #before = 0;

  constructor(min: number, max: number) {
    this.#min = min;
    this.#max = max;
    this.#limit = min;
    this.places = new Places(min);
  }

  /** A call begins. */
  entered(): (outcome: CallOutcome) => void {
    const lowered = this.#lowered;
    // Without a call that finds no more room, nobody knows whether more would be of use.
    const full = this.places.taken >= this.places.limit;
    return (outcome) => {
      if (lowered === this.#lowered) this.#learn(outcome, full);
      this.places.free();
    };
  }

  #learn({ kind, error, ms }: CallOutcome, full: boolean): void {
    if (kind === 'abandoned') return;
    if (kind === 'failed') {
      if (isRetryable(error)) this.#lower(AFTER_FAILURE);
      return;
    }
    this.#calls++;
    if (this.#calls <= TO_KNOW) {
      this.#well += (ms - this.#well) / this.#calls;
      this.#now = this.#well;
      if (this.#calls === TO_KNOW) this.#set(Math.max(this.#limit, this.#before));
      return;
    }
    this.#now += (ms - this.#now) * (this.#starting ? SHARE_AT_FIRST : SHARE);
    const slow = this.#now > this.#well * TOLERANCE + GRAIN_MS;
    // With few calls open, slow is what they are at present.
    if (this.#calls > KNOWN_FOR || (slow && this.#limit === this.#min)) this.#measureAnew();
    else if (slow) this.#lower(AFTER_DELAY);
    else if (full) this.#set(this.#limit + (this.#starting ? 1 : 1 / this.#limit));
  }

  #measureAnew(): void {
    const before = this.#limit;
    this.#lower(TO_MEASURE);
    this.#before = before;
    this.#calls = 0;
    this.#well = 0;
  }

  #lower(factor: number): void {
    this.#lowered++;
    this.#starting = false;
    this.#before = 0;
    this.#set(this.#limit * factor);
  }

  #set(limit: number): void {
    this.#limit = Math.min(this.#max, Math.max(this.#min, limit));
    this.places.limit = Math.floor(this.#limit);
  }
}
