import { z } from 'zod';
import { batch, PickedOrigin } from '../../core/batch.ts';
import { checkedPosition } from '../../core/changed-error.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Replacement } from '../../interfaces/failure.ts';
import type { DecodeContext, Decoder, DecoderPosition } from '../../interfaces/format.ts';

const CountSchema = z.strictObject({ records: z.number().int().min(0), failures: z.number().int().min(0) });

/**
 * A decoder that cannot go on in the middle: it begins at the beginning, and as many good records and failures as came
 * before are left out. It costs what reading them costs.
 */
export class CountedDecoder<T> implements Decoder<T> {
  readonly #decoder: Decoder<T>;
  readonly #offset: number;
  /** What came so far, now or before. */
  #records = 0;
  #failures = 0;
  /** What has come before, and must not come again. */
  #recordsLeft = 0;
  #failuresLeft = 0;
  /** Records of the batch under way that replace bad ones. */
  #replaced = 0;

  constructor(context: DecodeContext, make: (context: DecodeContext) => Decoder<T>) {
    this.#offset = context.offset ?? 0;
    const { from } = context;
    if (from?.state !== undefined) {
      const counts = checkedPosition(CountSchema, from.state, context.file ?? context.source);
      this.#recordsLeft = counts.records;
      this.#failuresLeft = counts.failures;
    }
    this.#decoder = make({
      source: context.source,
      ...(context.file === undefined ? {} : { file: context.file }),
      offset: this.#offset,
      get converted() {
        return context.converted ?? false;
      },
      failed: (failure) => this.#failed(() => context.failed(failure)),
    });
  }

  decode(chunk: Uint8Array): Batch<T> | undefined {
    return this.#left(this.#decoder.decode(chunk));
  }

  flush(): Batch<T> | undefined {
    return this.#left(this.#decoder.flush());
  }

  position(): DecoderPosition {
    const records = this.#records + this.#recordsLeft;
    const state = { records, failures: this.#failures + this.#failuresLeft };
    return { byte: this.#offset, line: 1, record: 1, state };
  }

  #failed(judge: () => Replacement | undefined): Replacement | undefined {
    this.#failures++;
    if (this.#failuresLeft > 0) {
      this.#failuresLeft--;
      return undefined;
    }
    const replacement = judge();
    if (replacement !== undefined) this.#replaced++;
    return replacement;
  }

  /** The records of a batch that did not come before; those that replace others are never among the first. */
  #left(made: Batch<T> | undefined): Batch<T> | undefined {
    const replaced = this.#replaced;
    this.#replaced = 0;
    if (made === undefined) return undefined;
    const { records, origin } = made;
    const drop = Math.min(this.#recordsLeft, records.length);
    this.#records += records.length - replaced;
    this.#recordsLeft -= drop;
    if (drop === 0) return made;
    const rest = records.slice(drop);
    const indices = rest.map((_, index) => index + drop);
    return rest.length === 0 ? undefined : batch(rest, new PickedOrigin(origin, indices));
  }
}
