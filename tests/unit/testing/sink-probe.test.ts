import { describe, expect, test } from 'vitest';
import { from, readFrom } from '../../../src/from.ts';
import { discard } from '../../../src/io/memory/discard.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { skip } from '../../../src/processing/policies/skip.ts';
import { start } from '../../../src/start.ts';
import { probeSink } from '../../../src/testing/sink-probe.ts';
import { probeSource } from '../../../src/testing/source-probe.ts';
import { turns } from '../../../src/testing/turns.ts';

describe('a sink played by hand', () => {
  test('takes as many as it is told, also of one batch, and of several', async () => {
    const source = probeSource<number>();
    const sink = probeSink<number>();
    expect(sink.state).toBe('unopened');
    const live = start(pipeline('x', readFrom(source).to(sink)));
    await Promise.all([source.opened(), sink.opened()]);
    source.push(1, 2, 3);
    await sink.request(2);
    expect([sink.records, sink.waiting, sink.state]).toEqual([[1, 2], 1, 'open']);
    const more = sink.request(2);
    await turns(3);
    expect(sink.records).toEqual([1, 2, 3]);
    source.push(4, 5);
    await more;
    expect(sink.records).toEqual([1, 2, 3, 4]);
    source.complete();
    expect(await sink.rest()).toEqual([1, 2, 3, 4, 5]);
    expect((await live.done).balance.written).toBe(5);
    expect(sink.state).toBe('closed');
  });

  test('holds the reader back while nothing is asked for', async () => {
    let read = 0;
    const counted = {
      *[Symbol.iterator]() {
        for (;;) yield read++;
      },
    };
    const sink = probeSink<number>();
    const live = start(pipeline('x', from(counted).to(sink), { edgeCapacity: 1 }));
    await turns(50);
    const held = read;
    await turns(50);
    expect(read).toBe(held);
    await sink.request(10_000);
    expect(read).toBeGreaterThan(held);
    await live.abort();
    expect(sink.state).toBe('aborted');
    expect(sink.cause).toMatchObject({ code: 'ERR_ABORTED' });
    await expect(sink.request(1)).resolves.toBeUndefined();
  });

  test('fails on the batch in hand, or the next, and takes none of it then', async () => {
    for (const early of [true, false]) {
      const sink = probeSink<number>();
      if (early) sink.fail(new Error('full'));
      const live = start(pipeline('x', from([1, 2]).to(sink)));
      if (!early) {
        await sink.request(1);
        sink.fail(new Error('full'));
        expect(sink.records).toEqual([]);
      }
      await expect(live.done).rejects.toMatchObject({ message: expect.stringContaining('full') });
      expect(sink.state).toBe('aborted');
    }
  });

  test('may be tried again after it failed, as its policy says', async () => {
    const probe = probeSink<number>();
    const sink = {
      ...probe,
      name: 'probe',
      label: 'probe',
      traits: probe.traits,
      onError: skip(),
      open: probe.open.bind(probe),
    };
    probe.fail(new Error('once'));
    const live = start(pipeline('x', from([1, 2]).to(sink)));
    expect(await probe.rest()).toEqual([1, 2]);
    expect((await live.done).balance).toMatchObject({ written: 2, closed: true });
  });

  test('is for one run', async () => {
    const sink = probeSink<number>();
    const once = pipeline('x', from<number>([]).to(sink));
    await start(once).done;
    await expect(start(once).done).rejects.toMatchObject({ code: 'ERR_INTERNAL' });
    await start(pipeline('y', from([1]).to(discard()))).done;
  });
});
