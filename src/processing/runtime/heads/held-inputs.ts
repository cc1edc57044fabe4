import { batch, CountedOrigin } from '../../../core/batch.ts';
import { MillraceError } from '../../../core/errors.ts';
import type { Batch } from '../../../interfaces/batch.ts';
import type { Watermark } from '../../../interfaces/signal.ts';
import type { Receiver } from '../streams.ts';
import { traceBatch } from '../trace.ts';
import type { Head, HeadParts } from './head.ts';
import { Inputs } from './inputs.ts';

/** A batch, with the event time that comes behind it. */
interface Piece {
  readonly batch: Batch<unknown>;
  mark: Watermark | undefined;
}

/** An input of which one batch is held; more only while a barrier behind them is waited for. */
export interface HeldInput {
  batch: Batch<unknown> | undefined;
  /** The record of the batch that is next. */
  position: number;
  /** Event time that comes behind the batch. */
  mark: Watermark | undefined;
  /** What comes behind that. */
  readonly behind: Piece[];
  /** Records of the batch that waits for its turn. */
  waiting: number;
  /** Tells what waits to be taken that something has changed. */
  moved: () => void;
  ended: boolean;
}

/** So many batches are held of an input at most, when another waits at a barrier: then the barrier is given up. */
const MOST_BEHIND = 64;

interface Remembered {
  readonly inputs: unknown;
  readonly held: readonly { readonly records: readonly unknown[]; readonly mark: Watermark | undefined }[];
}

/** What is done with the batches. */
export interface HeldUse {
  /** A batch has come; the input holds it. */
  took?(index: number, batch: Batch<unknown>): void;
  /** Whether anything comes of what is held, as it is. */
  ready(): boolean;
  /** Takes it: what goes on. */
  rows(): Batch<unknown> | undefined;
  /** Whether nothing will come of it any more. */
  done(): boolean;
}

/** Many inputs whose records are used side by side: one batch of each is held. */
export class HeldInputs {
  readonly all: readonly HeldInput[];
  readonly #receivers: readonly Receiver[];
  readonly #parts: HeadParts;
  readonly #inputs: Inputs;
  readonly #use: HeldUse;
  #going = false;

  constructor(parts: HeadParts, count: number, use: HeldUse) {
    this.#parts = parts;
    this.#use = use;
    const restored = parts.run.checkpoints?.restored(parts.node.name)?.state?.value as Remembered | undefined;
    this.all = Array.from({ length: count }, () => ({
      batch: undefined,
      position: 0,
      mark: undefined,
      behind: [],
      waiting: 0,
      moved: () => {},
      ended: false,
    }));
    this.#inputs = new Inputs(count, (signal) => parts.body.signal(signal), restored?.inputs);
    this.#receivers = this.all.map((input, index) => ({
      receive: (item) => (item.kind === 'batch' ? this.#receive(index, item) : this.#signal(index, item)),
      ended: async () => {
        input.ended = true;
        await this.#inputs.ended(index, input.batch !== undefined);
        await this.#goOn();
      },
      crashed: (error) => parts.run.fail(error),
    }));
    parts.run.checkpoints?.watch({
      begins: () => {
        for (const input of this.all) input.moved();
      },
      givenUp: (barrier) => this.#inputs.giveUp(barrier),
    });
    for (const [index, { records, mark }] of (restored?.held ?? []).entries()) {
      if (records.length === 0) continue;
      this.#hold(index, batch(records, new CountedOrigin(parts.node.name, 1)));
      this.all[index]!.mark = mark;
    }
  }

  /** What is held, and the event time of each input. */
  get remembered(): Remembered {
    return {
      inputs: this.#inputs.remembered,
      held: this.all.map(({ batch: held, position, behind, mark }) => ({
        records: [
          ...(held?.records.slice(position) ?? []),
          ...behind.flatMap((piece) => piece.batch.records),
        ],
        mark: behind.at(-1)?.mark ?? mark,
      })),
    };
  }

  /** Records that have come, and of which nothing has gone on. */
  get records(): number {
    const of = ({ batch: held, position, behind, waiting }: HeldInput): number =>
      (held === undefined ? 0 : held.records.length - position) +
      behind.reduce((sum, piece) => sum + piece.batch.records.length, waiting);
    return this.all.reduce((sum, input) => sum + of(input), 0);
  }

  /**
   * What is held came before a barrier, and is kept; but it must not come after a watermark, which is held with it,
   * and not waited for: the barrier behind it may be what another input is held back for.
   */
  #signal(index: number, signal: Parameters<Inputs['signal']>[1]): Promise<void> | undefined {
    const input = this.all[index]!;
    if (signal.kind === 'barrier' || input.batch === undefined) return this.#inputs.signal(index, signal);
    (input.behind.at(-1) ?? input).mark = signal;
    return undefined;
  }

  async #receive(index: number, item: Batch<unknown>): Promise<void> {
    const { body, node, run } = this.#parts;
    const input = this.all[index]!;
    this.#inputs.active(index);
    node.counters.in += item.records.length;
    input.waiting = item.records.length;
    traceBatch(run, node.name, item);
    while (input.batch !== undefined && !body.over && !this.#crowds(input)) {
      await new Promise<void>((resolve) => {
        input.moved = resolve;
      });
    }
    if (body.over) node.counters.discarded += input.waiting;
    input.waiting = 0;
    if (body.over || item.records.length === 0) return;
    if (input.batch === undefined) this.#hold(index, item);
    else input.behind.push({ batch: item, mark: undefined });
    this.#goOn().catch((error: unknown) => run.fail(error));
  }

  /**
   * Whether a batch more is held: while a barrier is on its way, one input cannot go on before another has come to it,
   * here or at a join elsewhere. There may be more in front of it than has room; then there is no such checkpoint.
   */
  #crowds({ behind }: HeldInput): boolean {
    const { node, run } = this.#parts;
    const barrier = run.checkpoints?.underway;
    if (barrier === undefined) return false;
    if (behind.length < MOST_BEHIND) return true;
    run.checkpoints?.failed(barrier, tooFarApart(node.name));
    return false;
  }

  #hold(index: number, item: Batch<unknown>): void {
    const input = this.all[index]!;
    this.#use.took?.(index, item);
    Object.assign(input, { batch: item, position: 0 });
  }

  /** Goes on with what is held, as far as that is possible. */
  async #goOn(): Promise<void> {
    const { body } = this.#parts;
    if (this.#going) return;
    this.#going = true;
    while (this.#use.ready()) {
      await body.deliver(() => this.#use.rows());
      await this.#letGo();
    }
    this.#going = false;
    if (!body.over && this.#use.done()) await body.end();
  }

  /** Lets go of the batches that are used up; what comes behind them may come. */
  async #letGo(): Promise<void> {
    for (const [index, input] of this.all.entries()) {
      if (input.batch === undefined || input.position < input.batch.records.length) continue;
      const { mark } = input;
      const next = input.behind.shift();
      if (next !== undefined) {
        this.#use.took?.(index, next.batch);
        Object.assign(input, { batch: next.batch, position: 0, mark: next.mark });
        if (mark !== undefined) await this.#inputs.signal(index, mark);
        input.moved();
        continue;
      }
      input.batch = undefined;
      input.mark = undefined;
      if (mark !== undefined) await this.#inputs.signal(index, mark);
      if (input.ended) await this.#inputs.ended(index);
      input.moved();
    }
  }

  /** As the head of a stage. */
  get head(): Head {
    return {
      waitingFor: 'its inputs',
      over: this.#over,
      destroy: this.#over,
      receivers: this.#receivers,
      remembered: () => this.remembered,
    };
  }

  /** Nobody wants anything more, or the run is over: what is held is discarded. */
  readonly #over = (): void => {
    this.#inputs.release();
    const { counters } = this.#parts.node;
    counters.discarded += this.records;
    for (const input of this.all) {
      input.behind.length = 0;
      input.waiting = 0;
      input.batch = undefined;
      input.moved();
    }
  };
}

function tooFarApart(node: string): MillraceError {
  return new MillraceError(
    'ERR_CHECKPOINT',
    `the inputs of "${node}" are too far apart: one has come to the barrier, ${MOST_BEHIND} batches in front of another`,
    {
      node,
      // It says nothing of the store: such are not counted against the run.
      retryable: true,
      hint: 'The next checkpoint has what this one would have had. Let the inputs come at a like pace.',
    },
  );
}
