import { Readable, Transform, Writable } from 'node:stream';
import { pipeline as nodePipeline } from 'node:stream/promises';
import { filter as rxFilter, from as rxFrom, map as rxMap } from 'rxjs';
import { filter, forEach, from, map, pipeline, run } from '../../src/index.ts';
import { repeat } from './repeat.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

type Way = <A, B, C>(workload: Workload<A, B, C>) => void | Promise<void>;

/** Each does the same: first, then keep, then last, then the sink, over all records of the source. */
const WAYS: Readonly<Record<string, Way>> = {
  loop({ source, first, keep, last, sink }) {
    for (const record of source()) {
      const made = first(record);
      if (keep(made)) sink(last(made));
    }
  },

  millrace: async ({ source, first, keep, last, sink }) => {
    await run(
      pipeline('overhead', from(source()).pipe(map(first), filter(keep), map(last)).to(forEach(sink))),
    );
  },

  rxjs: ({ source, first, keep, last, sink }) =>
    new Promise<void>((resolve, reject) => {
      rxFrom(source())
        .pipe(rxMap(first), rxFilter(keep), rxMap(last))
        .subscribe({ next: sink, error: reject, complete: resolve });
    }),

  transforms: ({ source, first, keep, last, sink }) =>
    nodePipeline(
      Readable.from(source()),
      new Transform({
        objectMode: true,
        transform(record, _encoding, done) {
          done(null, first(record));
        },
      }),
      new Transform({
        objectMode: true,
        transform(record, _encoding, done) {
          if (keep(record)) done(null, record);
          else done();
        },
      }),
      new Transform({
        objectMode: true,
        transform(record, _encoding, done) {
          done(null, last(record));
        },
      }),
      new Writable({
        objectMode: true,
        write(record, _encoding, done) {
          sink(record);
          done();
        },
      }),
    ),

  generators: async ({ source, first, keep, last, sink }) => {
    for await (const record of mapped(kept(mapped(source(), first), keep), last)) sink(record);
  },
};

async function* mapped<A, B>(
  source: Iterable<A> | AsyncIterable<A>,
  fn: (record: A) => B,
): AsyncGenerator<B> {
  for await (const record of source) yield fn(record);
}

async function* kept<A>(source: AsyncIterable<A>, keep: (record: A) => boolean): AsyncGenerator<A> {
  for await (const record of source) if (keep(record)) yield record;
}

const [wayName = '', workloadName = ''] = process.argv.slice(2);
const way = WAYS[wayName];
const workload = WORKLOADS[workloadName];
if (way === undefined || workload === undefined) throw new Error(`no such job: ${wayName} ${workloadName}`);
const ms = await repeat(async () => {
  workload.reset();
  await way(workload);
  workload.check();
});
console.log(JSON.stringify({ nsPerRecord: (ms * 1e6) / workload.records }));
