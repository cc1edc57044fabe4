const CODES = Object.freeze({ SIGINT: 130, SIGTERM: 143 });

/**
 * How long the same signal again is taken for an echo, in milliseconds: npm and npx pass on a Ctrl-C
 * that the terminal has sent to the whole group already.
 */
const ECHO_MS = 250;

export type Stopper = keyof typeof CODES;

const NAMES = Object.keys(CODES) as Stopper[];

export interface SignalActions {
  /** The first signal. */
  stop(): void;
  /** The stop goes on after the time of echoes: say how to hasten it. */
  stopping(signal: Stopper): void;
  /** The second. */
  abort(signal: Stopper): void;
  /** The third: the abort hangs. */
  force(code: number): void;
}

/** The signals of one run. */
export class Signals {
  readonly #actions: SignalActions;
  #last: Stopper | undefined;
  #count = 0;
  #echo: NodeJS.Timeout | undefined;

  constructor(actions: SignalActions) {
    this.#actions = actions;
    for (const name of NAMES) process.on(name, this.#onSignal);
  }

  /** The exit code that the last signal asks for; `undefined` when none came. */
  get code(): number | undefined {
    return this.#last === undefined ? undefined : CODES[this.#last];
  }

  release(): void {
    clearTimeout(this.#echo);
    for (const name of NAMES) process.off(name, this.#onSignal);
  }

  readonly #onSignal = (name: Stopper): void => {
    if (this.#echo !== undefined && name === this.#last) return;
    this.#last = name;
    this.#count++;
    clearTimeout(this.#echo);
    const first = this.#count === 1;
    this.#echo = setTimeout(() => {
      this.#echo = undefined;
      if (first) this.#actions.stopping(name);
    }, ECHO_MS);
    if (first) this.#actions.stop();
    else if (this.#count === 2) this.#actions.abort(name);
    else this.#actions.force(CODES[name]);
  };
}
