/** A length of time, as `duration("90m")` makes it and one time less another. In JSON it is text such as `5400s`. */
export class DurationValue {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  valueOf(): number {
    return this.ms;
  }

  toString(): string {
    return `${this.ms / 1000}s`;
  }

  toJSON(): string {
    return this.toString();
  }
}
