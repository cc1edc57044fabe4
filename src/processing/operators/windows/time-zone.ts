import { MillraceError } from '../../../core/errors.ts';
import { showValue } from '../../../core/show-value.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The clocks of a time zone: local times are milliseconds as if they were in UTC. */
export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;

  /**
   * @throws MillraceError `ERR_OPTIONS` for a time zone that nobody knows.
   */
  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        calendar: 'iso8601',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        era: 'short',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch (error) {
      throw new MillraceError('ERR_OPTIONS', `Cannot use the time zone ${showValue(name)}: it is not known`, {
        hint: 'Give the name that the IANA database has, e.g. "Europe/Berlin".',
        cause: error,
      });
    }
    this.name = name;
  }

  /** What local clocks show at `time`. */
  local(time: number): number {
    return time + this.#offset(time);
  }

  /** When local clocks show `local` or later for the first time. */
  instant(local: number): number {
    const before = this.#offset(local - DAY);
    const after = this.#offset(local + DAY);
    if (before === after) return local - before;
    const candidates = [local - before, local - after].sort((a, b) => a - b);
    const shown = candidates.find((time) => this.local(time) === local);
    return shown ?? this.#leap(candidates[0]!, candidates[1]!, local);
  }

  /** Local clocks never show `local`: when they leap over it, which is between the two. */
  #leap(from: number, to: number, local: number): number {
    let [low, high] = [Math.floor(from), Math.ceil(to)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.local(middle) < local) low = middle;
      else high = middle;
    }
    return this.local(low) >= local ? low : high;
  }

  #offset(time: number): number {
    const whole = Math.floor(time / 1000) * 1000;
    const formatted = this.#format.formatToParts(whole);
    const of = (part: Intl.DateTimeFormatPartTypes): number =>
      Number(formatted.find(({ type }) => type === part)?.value);
    const year = formatted.some(({ value }) => value === 'BC') ? 1 - of('year') : of('year');
    const shown = new Date(0);
    shown.setUTCFullYear(year, of('month') - 1, of('day'));
    shown.setUTCHours(of('hour'), of('minute'), of('second'));
    return shown.getTime() - whole;
  }
}
