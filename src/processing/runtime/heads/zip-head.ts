import { BATCH_SIZE, batch, GatheredOrigin } from '../../../core/batch.ts';
import type { Batch, BatchOrigin } from '../../../interfaces/batch.ts';
import type { Watermark } from '../../../interfaces/signal.ts';
import { traceBatch } from '../trace.ts';
import type { Head, HeadParts } from './head.ts';
import { Inputs } from './inputs.ts';

interface Held {
  batch: Batch<unknown> | undefined;
  /** Event time that comes behind the batch. */
  mark: Watermark | undefined;
  position: number;
  /** Records of the batch that waits for its turn. */
  waiting: number;
  /** Resolves when no batch is held: the next may come. */
  free: Promise<void>;
  used: () => void;
  ended: boolean;
}

/** Joins the inputs record by record; holds one batch of each, and ends with the shortest. */
export function zipHead({ run, body, node }: HeadParts, count: number): Head {
  const held: Held[] = Array.from({ length: count }, () => ({
    batch: undefined,
    mark: undefined,
    position: 0,
    waiting: 0,
    free: Promise.resolve(),
    used: () => {},
    ended: false,
  }));
  const inputs = new Inputs(count, (signal) => body.signal(signal));
  let joining = false;

  const available = (): number =>
    Math.min(
      ...held.map((input) => (input.batch === undefined ? 0 : input.batch.records.length - input.position)),
    );

  const rows = (most: number): Batch<unknown> => {
    const records: unknown[] = [];
    const origins: BatchOrigin[] = [];
    const indices: number[] = [];
    const first = held[0]!;
    for (let row = 0; row < most; row++) {
      records.push(held.map((input) => input.batch!.records[input.position + row]));
      origins.push(first.batch!.origin);
      indices.push(first.position + row);
    }
    for (const input of held) input.position += most;
    return batch(records, new GatheredOrigin(origins, indices));
  };

  const letGo = async (): Promise<void> => {
    for (const [index, input] of held.entries()) {
      if (input.batch === undefined || input.position < input.batch.records.length) continue;
      const { mark } = input;
      input.batch = undefined;
      input.mark = undefined;
      if (mark !== undefined) await inputs.signal(index, mark);
      if (input.ended) await inputs.ended(index);
      input.used();
    }
  };

  const join = async (): Promise<void> => {
    if (joining) return;
    joining = true;
    for (let most = available(); most > 0; most = available()) {
      const joined = rows(Math.min(most, BATCH_SIZE));
      await body.deliver(joined);
      await letGo();
    }
    joining = false;
    if (!body.over && held.some((input) => input.ended && input.batch === undefined)) await body.end();
  };

  const over = (): void => {
    inputs.release();
    for (const input of held) {
      if (input.batch !== undefined) node.counters.discarded += input.batch.records.length - input.position;
      node.counters.discarded += input.waiting;
      input.waiting = 0;
      input.batch = undefined;
      input.used();
    }
  };

  return {
    waitingFor: 'its inputs',
    over,
    destroy: over,
    receivers: held.map((input, index) => ({
      async receive(item) {
        // What is held came before a barrier, and is kept; but it must not come after a watermark, which is
        // kept with it: an input that waited could not deliver the barrier that the others wait for.
        if (item.kind === 'barrier') return inputs.signal(index, item);
        if (item.kind === 'watermark') {
          if (input.batch === undefined) return inputs.signal(index, item);
          input.mark = item;
          return;
        }
        inputs.active(index);
        node.counters.in += item.records.length;
        input.waiting = item.records.length;
        traceBatch(run, node.name, item);
        await input.free;
        if (body.over) return;
        input.waiting = 0;
        const { promise, resolve } = Promise.withResolvers<void>();
        Object.assign(input, { batch: item, position: 0, free: promise, used: resolve });
        join().catch((error: unknown) => run.fail(error));
      },
      async ended() {
        input.ended = true;
        await inputs.ended(index, input.batch !== undefined);
        await join();
      },
      crashed: (error) => run.fail(error),
    })),
  };
}
