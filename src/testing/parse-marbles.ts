import { duration } from '../core/duration.ts';
import { MillraceError } from '../core/errors.ts';
import type { Signal } from '../interfaces/signal.ts';

/** What comes at one moment of a diagram, `at` milliseconds after its beginning. */
export type Marble<T> =
  | { readonly at: number; readonly kind: 'records'; readonly records: readonly T[] }
  | { readonly at: number; readonly kind: 'signal'; readonly signal: Signal }
  | { readonly at: number; readonly kind: 'end' | 'error' };

export interface ParsedMarbles<T> {
  readonly events: readonly Marble<T>[];
  readonly lengthMs: number;
  readonly ends: boolean;
}

const TIME = /^(\d+(?:\.\d+)?(?:ms|s|min|m|h|d))(?=\s|$)/;
const SIGNAL = /^([wb])(\d+)/;
const RESERVED = /[\^!)|#~(-]/;

/**
 * Reads a diagram.
 *
 * @throws MillraceError `ERR_OPTIONS` that says where it is wrong.
 */
export function parseMarbles<T>(
  diagram: string,
  values: Readonly<Record<string, T>> | undefined,
  frame: number,
): ParsedMarbles<T> {
  return new Parser<T>(diagram, values, frame).parse();
}

class Parser<T> {
  readonly #diagram: string;
  readonly #values: Readonly<Record<string, T>> | undefined;
  readonly #frame: number;
  readonly #events: Marble<T>[] = [];
  #place = 0;
  #time = 0;
  /** When the group began that is open. */
  #group: number | undefined;
  #gathered: T[] = [];
  #event = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(diagram: string, values: Readonly<Record<string, T>> | undefined, frame: number) {
    this.#diagram = diagram;
    this.#values = values;
    this.#frame = frame;
  }

  parse(): ParsedMarbles<T> {
    while (this.#place < this.#diagram.length) this.#step();
    if (this.#group !== undefined) throw this.#wrong('a group is not closed');
    return {
      events: Object.freeze(this.#events),
      lengthMs: this.#time,
      ends: this.#ended,
    };
  }

  #step(): void {
    const rest = this.#diagram.slice(this.#place);
    const char = String.fromCodePoint(rest.codePointAt(0)!);
    const time = this.#place === 0 || /\s/.test(this.#diagram[this.#place - 1]!) ? TIME.exec(rest) : null;
    const signal = SIGNAL.exec(rest);
    if (/\s/.test(char)) this.#place++;
    else if (time !== null) this.#pass(time[1]!);
    else if (char === '-') this.#inTime();
    else if (char === '(') this.#open();
    else if (char === ')') this.#close();
    else if (this.#ended) throw this.#wrong('something follows its end');
    else if (char === '|' || char === '#') this.#end(char);
    else if (char === '~') this.#signal({ kind: 'watermark', time: this.#event, idle: true }, 1);
    else if (signal !== null) this.#named(signal[1]!, Number(signal[2]), signal[0].length);
    else if (RESERVED.test(char)) throw this.#wrong(`"${char}" has no meaning here`);
    else this.#record(char);
  }

  #pass(text: string): void {
    if (this.#group !== undefined) throw this.#wrong('time cannot pass in a group');
    this.#place += text.length;
    this.#time += duration(text);
  }

  #inTime(): void {
    if (this.#group !== undefined) throw this.#wrong('time cannot pass in a group');
    this.#take(1);
  }

  #open(): void {
    if (this.#group !== undefined) throw this.#wrong('a group is in a group');
    this.#group = this.#time;
    this.#take(1);
  }

  #close(): void {
    if (this.#group === undefined) throw this.#wrong('no group is open');
    this.#flush();
    this.#group = undefined;
    this.#take(1);
  }

  #end(char: string): void {
    this.#flush();
    this.#events.push({ at: this.#now, kind: char === '|' ? 'end' : 'error' });
    this.#ended = true;
    this.#take(1);
  }

  #named(letter: string, number: number, length: number): void {
    if (letter === 'w') this.#event = number;
    this.#signal(
      letter === 'b' ? { kind: 'barrier', id: number } : { kind: 'watermark', time: number },
      length,
    );
  }

  #signal(signal: Signal, length: number): void {
    this.#flush();
    this.#events.push({ at: this.#now, kind: 'signal', signal });
    this.#take(length);
  }

  #record(char: string): void {
    const values = this.#values;
    if (values !== undefined && !Object.hasOwn(values, char)) {
      throw this.#wrong(`the values have no "${char}"`, `Give one: { ${char}: … }.`);
    }
    this.#gathered.push(values === undefined ? (char as T) : values[char]!);
    if (this.#group === undefined) this.#flush();
    this.#place += char.length;
    this.#time += this.#frame;
  }

  /** Records of one batch are together now. */
  #flush(): void {
    if (this.#gathered.length === 0) return;
    this.#events.push({ at: this.#now, kind: 'records', records: Object.freeze(this.#gathered) });
    this.#gathered = [];
  }

  /** When what is read now comes. */
  get #now(): number {
    return this.#group ?? this.#time;
  }

  #take(characters: number): void {
    this.#place += characters;
    this.#time += characters * this.#frame;
  }

  #wrong(
    why: string,
    hint = 'Read the table of marbles(): -, (ab), w5, ~, b7, |, #, and characters for records.',
  ): MillraceError {
    const where = `${this.#diagram}" at character ${this.#place + 1}`;
    return new MillraceError('ERR_OPTIONS', `Cannot read the marbles "${where}: ${why}`, { hint });
  }
}
