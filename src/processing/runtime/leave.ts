import { Readable } from 'node:stream';
import { Observable } from 'rxjs';
import { MillraceError } from '../../core/errors.ts';
import type { Batch } from '../../interfaces/batch.ts';
import type { Writer } from '../../interfaces/writer.ts';
import { checkGraph } from '../graph/check.ts';
import { collectGraph } from '../graph/graph.ts';
import { createNode, type Port, type SinkNode } from '../graph/node.ts';
import { planGraph } from '../plan/planner.ts';
import { Run } from './run.ts';

const EDGE_CAPACITY = 2;

/** Runs the graph behind a port, and gives its batches to `take`. */
function runInto(port: Port, name: string, take: (batch: Batch<unknown>) => void | Promise<void>): Run {
  const writer: Writer<unknown> = {
    name,
    label: name,
    traits: { commit: 'none' },
    open: async () => ({ write: take, close: async () => {}, abort: async () => {} }),
  };
  const sink = createNode<SinkNode>({ kind: 'sink', writer, inputs: [port] });
  const { graph, problems } = collectGraph([sink], []);
  const { plan, problems: planProblems } = planGraph(graph, EDGE_CAPACITY);
  const all = [...problems, ...checkGraph(graph), ...planProblems];
  if (all.length > 0) {
    throw new MillraceError('ERR_PIPELINE_INVALID', `Cannot run the flow into ${name}: ${all.join('; ')}`, {
      details: { problems: all },
    });
  }
  return new Run(name, plan, {});
}

export function flowObservable<T>(port: Port): Observable<T> {
  return new Observable<T>((subscriber) => {
    const run = runInto(port, 'observe', ({ records }) => {
      for (const record of records) subscriber.next(record as T);
    });
    run.done.then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => void run.abort('the subscriber left');
  });
}

export function flowReadable(port: Port): Readable {
  let run: Run | undefined;
  let room: (() => void) | undefined;
  const start = (readable: Readable): Run => {
    const started = runInto(port, 'readable', async ({ records }) => {
      for (const record of records) {
        if (readable.destroyed) return;
        if (record === null) throw endsReadable();
        if (!readable.push(record)) {
          await new Promise<void>((resolve) => {
            room = resolve;
          });
        }
      }
    });
    started.done.then(
      () => readable.push(null),
      (error: unknown) => readable.destroy(error as Error),
    );
    return started;
  };
  return new Readable({
    objectMode: true,
    read() {
      run ??= start(this);
      const resume = room;
      room = undefined;
      resume?.();
    },
    destroy(error, callback) {
      room?.();
      if (run === undefined) callback(error);
      else run.abort('the readable was destroyed').then(() => callback(error), callback);
    },
  });
}

function endsReadable(): MillraceError {
  return new MillraceError('ERR_ENCODE', 'Cannot write null to a Readable: it would end the stream', {
    hint: 'Filter such records out, or wrap them in objects.',
  });
}

export function flowIterator<T>(port: Port): AsyncIterator<T, undefined, undefined> {
  const stopped = Symbol('stopped');
  let current:
    | { readonly records: readonly unknown[]; position: number; readonly used: () => void }
    | undefined;
  let arrived = Promise.withResolvers<void>();
  let ended: { readonly error?: unknown } | undefined;
  let run: Run | undefined;

  const start = (): Run => {
    const started = runInto(port, 'iterator', ({ records }) => {
      return new Promise<void>((resolve) => {
        current = { records, position: 0, used: resolve };
        arrived.resolve();
      });
    });
    started.done.then(
      () => {
        ended = {};
        arrived.resolve();
      },
      (error: unknown) => {
        ended = { error };
        arrived.resolve();
      },
    );
    return started;
  };

  const finish = async (): Promise<{ done: true; value: undefined }> => {
    current?.used();
    current = undefined;
    await run?.abort(stopped.description);
    ended = {};
    return { done: true, value: undefined };
  };

  return {
    async next() {
      if (ended === undefined) run ??= start();
      for (;;) {
        if (current !== undefined) {
          if (current.position < current.records.length) {
            return { done: false, value: current.records[current.position++] as T };
          }
          const { used } = current;
          current = undefined;
          arrived = Promise.withResolvers<void>();
          used();
        }
        if (ended !== undefined && current === undefined) {
          if ('error' in ended) {
            const { error } = ended;
            ended = {};
            throw error;
          }
          return { done: true, value: undefined };
        }
        await arrived.promise;
      }
    },
    return: finish,
    throw: finish,
  };
}
