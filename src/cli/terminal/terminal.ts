import { stripVTControlCharacters } from 'node:util';
import { ioError } from '../../io/bytes/io-error.ts';
import { type Paint, paintFor } from './style.ts';
import { cutText } from './text-width.ts';

/** The slice of a stream that is written to. */
export interface Screen extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Characters that are written in one go. */
const PIECE = 64 * 2 ** 10;

const CLEAR = '\r\u001B[K';

/**
 * Both output streams of the command: data on stdout, everything for people on stderr, where the last
 * line may be a status line that is drawn over and over.
 */
export class Terminal {
  readonly paint: Paint;
  readonly #out: Screen;
  readonly #err: Screen;
  #status = '';
  #closed = false;
  #leave: (() => void) | undefined;
  /** What stdout failed with, other than that nobody reads it. */
  #broken: Error | undefined;
  /** Wakes whoever waits for stdout to take more. */
  #moved: () => void = () => {};
  #shown: (text: string) => string = (text) => text;

  constructor(out: Screen, err: Screen) {
    this.#out = out;
    this.#err = err;
    this.paint = paintFor(err);
    // For good: what a pipe says to a write may come after everything else.
    out.on('error', this.#onOutError);
    err.on('error', this.#onErrError);
  }

  /** Whether somebody looks at stderr. */
  get interactive(): boolean {
    return this.#err.isTTY === true;
  }

  /** Whether stdout goes to the same screen as stderr, perhaps. */
  get outIsScreen(): boolean {
    return this.#out.isTTY === true;
  }

  /** Characters of a line of stdout, where it is a screen; else 80. */
  get columns(): number {
    return this.#out.columns || 80;
  }

  /** Characters that a status line may have: a terminal that does not say how wide it is has 80. */
  get statusWidth(): number {
    return (this.#err.columns || 80) - 1;
  }

  /** Whether the reader of stdout has gone away. */
  get outClosed(): boolean {
    return this.#closed;
  }

  /** From now on all that is written goes through `shown`, which takes out what nobody may see. */
  hide(shown: (text: string) => string): void {
    this.#shown = shown;
  }

  /** Calls back when the reader of stdout goes away, at once if it has. */
  onOutClosed(leave: () => void): void {
    this.#leave = leave;
    if (this.#closed) leave();
  }

  /** Data, to stdout. */
  print(text: string): void {
    this.#withoutStatus(() => this.#out.write(this.#shown(text)));
  }

  /**
   * Data piece by piece, no faster than it is taken. Ends early when the reader of stdout goes away.
   *
   * @throws MillraceError `ERR_SPACE`, `ERR_IO` when stdout fails.
   */
  async printAll(pieces: Iterable<string>): Promise<void> {
    let gathered = '';
    for (const piece of pieces) {
      gathered += piece;
      if (gathered.length < PIECE) continue;
      await this.#printed(gathered);
      gathered = '';
      if (this.#closed) return;
    }
    await this.#printed(gathered);
  }

  async #printed(text: string): Promise<void> {
    let written = false;
    this.#withoutStatus(() => {
      written = this.#out.write(this.#shown(text));
    });
    if (!written && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#moved = resolve;
        this.#out.once('drain', resolve);
      });
    }
    if (this.#broken !== undefined) throw ioError('write', 'stdout', this.#broken);
  }

  /** Resolves when stdout has taken all, to what it failed with; a reader that has gone away is no failure. */
  async flushed(): Promise<Error | undefined> {
    if (!this.#closed) await new Promise<void>((resolve) => this.#out.write('', () => resolve()));
    // The stream tells its error after it has called back.
    await new Promise((resolve) => setImmediate(resolve));
    return this.#broken;
  }

  /** A document for machines: to stdout, or to stderr where stdout is taken. */
  document(line: string, stdoutTaken: boolean): void {
    if (stdoutTaken) this.say(line.trimEnd());
    else this.print(line);
  }

  /** A line for people, to stderr. */
  say(text: string): void {
    this.#withoutStatus(() => this.#err.write(`${this.#shown(text)}\n`));
  }

  /** Draws the status line anew; an empty text takes it away. */
  status(text: string): void {
    const line = cutText(stripVTControlCharacters(this.#shown(text)), this.statusWidth);
    if (line === this.#status) return;
    this.#err.write(`${CLEAR}${line}`);
    this.#status = line;
  }

  #withoutStatus(write: () => void): void {
    if (this.#status !== '') this.#err.write(CLEAR);
    write();
    if (this.#status !== '') this.#err.write(this.#status);
  }

  readonly #onOutError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') this.#broken ??= error;
    else if (!this.#closed) {
      this.#closed = true;
      this.#leave?.();
    }
    this.#moved();
  };

  /** There is nobody left to tell. */
  readonly #onErrError = (): void => {};
}
