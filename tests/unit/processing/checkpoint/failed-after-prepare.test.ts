import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { csv, map, ndjson, type Pipeline, pipeline, run, type Writer } from '../../../../src/index.ts';
import type { CheckpointStore } from '../../../../src/interfaces/checkpoint.ts';
import { memoryStore } from '../../../../src/testing/memory-store.ts';
import { tempFolder } from '../../io/temp-folder.ts';
import { begin, counting, never, of, type Started, until } from './checkpointed-run.ts';
import { disk, durable } from './durable.ts';

interface Row {
  readonly n: number;
  readonly k: string;
}

const COUNT = 24;

/** What a kind of sink has written, apart from how it was compressed. */
interface Subject {
  readonly writer: () => Writer<Row>;
  readonly written: () => unknown;
}

function files(folder: string, made: (path: string) => Writer<Row>): Subject {
  const unpacked = (name: string) => {
    const bytes = readFileSync(join(folder, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  };
  return {
    writer: () => made(folder),
    written: () => Object.fromEntries(readdirSync(folder).map((name) => [name, unpacked(name)])),
  };
}

function custom(): Subject {
  const on = disk<Row>();
  return { writer: () => durable(on), written: () => ({ records: on.records, published: on.published }) };
}

/** Each call gives a sink of its own, with a place of its own. */
const SUBJECTS: Readonly<Record<string, () => Subject>> = {
  'a file of CSV': () => files(tempFolder().path, (folder) => csv.write(join(folder, 'x.csv'))),
  'a file of CSV by gzip': () => files(tempFolder().path, (folder) => csv.write(join(folder, 'x.csv.gz'))),
  'a file that is appended to': () => {
    const { path } = tempFolder();
    writeFileSync(join(path, 'x.ndjson'), '{"n":0}\n');
    return files(path, (folder) => ndjson.write(join(folder, 'x.ndjson'), { append: true }));
  },
  'files by records': () =>
    files(tempFolder().path, (folder) => ndjson.write(join(folder, 'x.ndjson'), { rotate: { records: 4 } })),
  'files by records and by key': () =>
    files(tempFolder().path, (folder) =>
      csv.write(join(folder, '{k}-{part}.csv'), { partitionBy: 'k', rotate: { records: 3 } }),
    ),
  'a sink of your own': custom,
};

/** A store that fails to write this checkpoint, as often as it is tried. */
function failing(which: number): CheckpointStore {
  const inner = memoryStore();
  return {
    ...inner,
    async open(options) {
      const session = await inner.open(options);
      const write = session.write.bind(session);
      session.write = async (id, chunks) => {
        if (id !== which) return write(id, chunks);
        for (const _ of chunks);
        throw new Error('the disk is full');
      };
      return session;
    },
  };
}

function rows({ writer }: Subject, held?: (n: number) => Promise<void> | undefined): Pipeline {
  const numbers = counting(COUNT, held);
  return pipeline('rows', numbers.pipe(map((n) => ({ n, k: `k${(n * n) % 3}` }))).to(writer()));
}

/** Runs up to a number, and makes a checkpoint there, which is to end so. */
async function checkpointAt(
  n: number,
  asked: readonly number[],
  { clock, events }: Started,
  type: 'checkpoint' | 'checkpoint-failed',
): Promise<void> {
  const before = of(events, type).length;
  await until(() => asked.includes(n));
  await clock.advance(10_000);
  await until(() => of(events, type).length > before);
}

test.each(Object.entries(SUBJECTS))(
  '%s: a checkpoint that fails when all is prepared loses nothing; the next one has its records',
  async (_, make) => {
    const whole = make();
    await run(rows(whole));
    const subject = make();
    const store = failing(2);
    const gates = new Map([8, 16].map((n) => [n, Promise.withResolvers<void>()]));
    const asked: number[] = [];
    const held = (n: number) => {
      asked.push(n);
      return n === 20 ? never() : gates.get(n)?.promise;
    };
    const started = begin(rows(subject, held), store);
    await checkpointAt(8, asked, started, 'checkpoint-failed');
    gates.get(8)!.resolve();
    await checkpointAt(16, asked, started, 'checkpoint');
    gates.get(16)!.resolve();
    await until(() => asked.includes(20));
    await started.live.abort('killed');
    expect(of(started.events, 'checkpoint').map((event) => 'id' in event && event.id)).toEqual([1, 3]);

    const again: number[] = [];
    const { live, events } = begin(
      rows(subject, (n) => void again.push(n)),
      store,
    );
    const { balance } = await live.done;
    expect(of(events, 'resumed')).toMatchObject([{ checkpoint: 3 }]);
    expect(Math.min(...again)).toBeGreaterThanOrEqual(16);
    expect(subject.written()).toEqual(whole.written());
    expect(balance).toMatchObject({ read: COUNT, written: COUNT, closed: true });
  },
);
