/** As many steps mix the seed into all of the state. */
const WARM_UP = 12;

/** Numbers that look random, the same for the same seed (sfc32), whose state can be kept and taken up again. */
export class RandomSource {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#c = seed | 0;
    this.#b ^= Math.floor(seed / 2 ** 32) | 0;
    for (let step = 0; step < WARM_UP; step++) this.#step();
  }

  /** The next number in [0, 1), of 53 random bits. */
  next(): number {
    const high = this.#step() >>> 5;
    return (high * 2 ** 26 + (this.#step() >>> 6)) / 2 ** 53;
  }

  /** All that the numbers to come depend on. */
  get state(): readonly number[] {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  /** Goes on where the source that had this state stood. */
  resume([a, b, c, counter]: readonly number[]): void {
    this.#a = a!;
    this.#b = b!;
    this.#c = c!;
    this.#counter = counter!;
  }

  #step(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result;
  }
}

/** A seed that is the same for the same text (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
