import { MillraceError, toError } from '../../core/errors.ts';
import { thrownName } from '../../core/module/load-error.ts';
import { userFrame } from '../../core/module/user-frame.ts';

/**
 * What nobody caught: errors of timers, listeners and floating promises in the user's modules. They
 * have no policy; the first one ends the command.
 */
export class Faults {
  /** Rejects with the first fault. */
  readonly raised: Promise<never>;
  readonly #reject: (error: MillraceError) => void;
  #first: MillraceError | undefined;

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>();
    this.raised = promise;
    this.#reject = reject;
    promise.catch(() => {});
    process.on('uncaughtException', this.#onUncaught);
  }

  get first(): MillraceError | undefined {
    return this.#first;
  }

  /** Leaves faults to Node again. */
  release(): void {
    process.off('uncaughtException', this.#onUncaught);
  }

  readonly #onUncaught = (thrown: unknown, origin: NodeJS.UncaughtExceptionOrigin): void => {
    if (this.#first !== undefined) return;
    this.#first = fault(thrown, origin);
    this.#reject(this.#first);
  };
}

function fault(thrown: unknown, origin: NodeJS.UncaughtExceptionOrigin): MillraceError {
  const what =
    origin === 'unhandledRejection' ? 'a promise rejected that nobody awaits' : 'nobody caught an error';
  const site = userFrame(thrown);
  return new MillraceError('ERR_CALLBACK', `Cannot go on: ${what}: ${thrownName(toError(thrown))}`, {
    cause: thrown,
    hint: 'Catch it where it happens: policies only see what the callbacks of a pipeline throw.',
    ...(site === undefined ? {} : { details: { site } }),
  });
}
