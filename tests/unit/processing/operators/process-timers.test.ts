import { describe, expect, test } from 'vitest';
import { readFrom } from '../../../../src/from.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { processKeyed } from '../../../../src/processing/operators/process-keyed.ts';
import { state } from '../../../../src/processing/operators/state/state.ts';
import { start } from '../../../../src/start.ts';
import { probeOperator } from '../../../../src/testing/operator-probe.ts';
import { probeSource } from '../../../../src/testing/source-probe.ts';
import { turns } from '../../../../src/testing/turns.ts';
import { virtualClock } from '../../../../src/testing/virtual-clock.ts';

/** A record that sets a timer for a key, or cancels one. */
interface Alarm {
  readonly key: string;
  readonly at: number | Date;
  readonly name?: string;
}

const alarm = (key: string, at: number | Date, name?: string): Alarm =>
  name === undefined ? { key, at } : { key, at, name };

/** Sets the timers that it is told, by event time; a negative one cancels. */
const byEvent = (more: object = {}) =>
  processKeyed(({ key }: Alarm) => key, {
    onRecord({ at, name }, { timers }) {
      if (Number(at) < 0) timers.cancel(name!);
      else timers.eventTime(at, name);
    },
    onTimer: ({ at, name }, { key }) => [`${key} ${name ?? ''}@${at}`],
    ...more,
  });

describe('a timer by event time', () => {
  test('fires when the watermark has reached it, in order of time over all keys', async () => {
    const probe = probeOperator(byEvent());
    await probe.feed([
      alarm('a', 30),
      alarm('b', 10),
      alarm('a', new Date(20)),
      alarm('c', 20),
      alarm('a', 40),
    ]);
    probe.watermark(9);
    expect(probe.output).toEqual([]);
    probe.watermark(30);
    expect(probe.output).toEqual(['b @10', 'a @20', 'c @20', 'a @30']);
    probe.watermark(35);
    expect(probe.output).toHaveLength(4);
  });

  test('is one for each time, and moves when it has a name and is set again', async () => {
    const probe = probeOperator(byEvent());
    await probe.feed([
      alarm('a', 10),
      alarm('a', 10),
      alarm('a', 10, 'x'),
      alarm('a', 20, 'x'),
      alarm('b', 15, 'x'),
    ]);
    probe.watermark(100);
    expect(probe.output).toEqual(['a @10', 'b x@15', 'a x@20']);
  });

  test('can be cancelled by its name, set or not', async () => {
    const probe = probeOperator(byEvent());
    await probe.feed([alarm('a', 10, 'x'), alarm('a', 10, 'y'), alarm('b', 10, 'x')]);
    await probe.feed([alarm('a', -1, 'x'), alarm('a', -1, 'never set')]);
    probe.watermark(100);
    expect(probe.output).toEqual(['a y@10', 'b x@10']);
  });

  test('for a time that was reached already fires with the next watermark', async () => {
    const probe = probeOperator(byEvent());
    probe.watermark(50);
    await probe.feed([alarm('a', 10)]);
    expect(probe.output).toEqual([]);
    probe.watermark(51);
    expect(probe.output).toEqual(['a @10']);
  });

  test('fires at the end of the input, in order, before onEnd', async () => {
    const probe = probeOperator(byEvent({ onEnd: ({ key }: { key: string }) => [`end ${key}`] }));
    await probe.feed([alarm('b', 20), alarm('a', Number.POSITIVE_INFINITY), alarm('a', 10)]);
    await probe.end();
    expect(probe.output).toEqual(['a @10', 'b @20', 'a @Infinity', 'end b', 'end a']);
  });

  test('sees the event time that it was set for, however far the watermark jumps', async () => {
    const seen = (jumps: readonly number[]) => {
      const probe = probeOperator(
        processKeyed(() => 0, {
          state: { n: state.value('gone', { ttl: 25, by: 'event-time' }) },
          onRecord(times: readonly number[], { state, timers }) {
            state.n.set('there');
            for (const time of times) timers.eventTime(time);
          },
          onTimer: ({ at }, { state, time }) => [[at, time.event, state.n.get()]],
        }),
      );
      probe.watermark(0);
      void probe.feed([[10, 20, 30]]);
      for (const jump of jumps) probe.watermark(jump);
      return probe.output;
    };
    expect(seen([100])).toEqual([
      [10, 10, 'there'],
      [20, 20, 'there'],
      [30, 30, 'gone'],
    ]);
    expect(seen([5, 10, 20, 28, 30, 100])).toEqual(seen([100]));
  });

  test('that sets the next one goes on as far as the watermark, and no further', async () => {
    const ticking = processKeyed(() => 'clock', {
      onRecord: (at: number, { timers }) => timers.eventTime(at),
      onTimer({ at }, { timers, time }) {
        if (!time.over) timers.eventTime(at + 10);
        return [at];
      },
    });
    const probe = probeOperator(ticking);
    await probe.feed([10]);
    probe.watermark(35);
    expect(probe.output).toEqual([10, 20, 30]);
    await probe.end();
    expect(probe.output).toEqual([10, 20, 30, 40]);
  });

  test.each([0, 10])('that sets itself %d later again and again is no endless loop', async (step) => {
    const ticking = processKeyed(() => 'clock', {
      onRecord: (at: number, { timers }) => timers.eventTime(at),
      onTimer: ({ at }, { timers }) => timers.eventTime(at + step),
    });
    const probe = probeOperator(ticking);
    await probe.feed([10]);
    probe.watermark(1000);
    await expect(probe.end()).rejects.toMatchObject({
      code: 'ERR_LIMIT',
      hint: expect.stringContaining('time.over'),
    });
  });

  test('may be set a few more times at the end, as one that waits for silence does', async () => {
    const sessions = processKeyed(() => 'user', {
      state: { last: state.value(0) },
      onRecord(at: number, { state, timers }) {
        state.last.set(at);
        if (at === 1) timers.eventTime(at + 10, 'silence');
      },
      onTimer({ at }, { state, timers }) {
        if (state.last.get() + 10 <= at) return [`until ${state.last.get()}`];
        timers.eventTime(state.last.get() + 10, 'silence');
        return [];
      },
    });
    const probe = probeOperator(sessions);
    await probe.feed([1, 5, 9]);
    await probe.end();
    expect(probe.output).toEqual(['until 9']);
  });
});

describe('a timer by the clock', () => {
  const byClock = () =>
    processKeyed(({ key }: Alarm) => key, {
      onRecord({ at, name }, { timers }) {
        if (Number(at) < 0) timers.cancel(name!);
        else timers.processingTime(Number(at), name);
      },
      onTimer: ({ at, name, by }, { key, time }) => [`${key} ${name ?? ''}@${at} ${by} at ${time.now}`],
    });

  test('fires when its time has come, in order, in turns of its own', async () => {
    const clock = virtualClock(1000);
    const probe = probeOperator(byClock(), clock);
    await probe.feed([alarm('a', 30), alarm('b', 10, 'x'), alarm('c', 20, 'x'), alarm('c', -1, 'x')]);
    await clock.advance(9);
    expect(probe.output).toEqual([]);
    await clock.advance(1);
    expect(probe.output).toEqual(['b x@1010 clock at 1010']);
    await clock.advance(100);
    expect(probe.output.slice(1)).toEqual(['a @1030 clock at 1030']);
    expect(clock.pending).toBe(0);
  });

  test('does not fire when the input is over, and leaves nothing behind', async () => {
    const clock = virtualClock();
    const probe = probeOperator(byClock(), clock);
    await probe.feed([alarm('a', 30)]);
    await probe.end();
    probe.close();
    await clock.advance(100);
    expect(probe.output).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('that sets itself for the same moment lets others have their turn', async () => {
    const clock = virtualClock();
    let fired = 0;
    const probe = probeOperator(
      processKeyed(() => 0, {
        onRecord: (_n: number, { timers }) => timers.processingTime(0),
        onTimer(_timer, { timers }) {
          fired++;
          if (fired < 5) timers.processingTime(0);
        },
      }),
      clock,
    );
    await probe.feed([1]);
    await clock.advance(0);
    expect(fired).toBe(5);
  });

  test('fires in a run while nothing comes, and what it emits goes on at once', async () => {
    const clock = virtualClock();
    const source = probeSource<Alarm>();
    const out = toArray<string>();
    const flow = readFrom(source).keyBy(({ key }) => key);
    const alarms = flow.process({
      onRecord: (_alarm, { timers }) => timers.processingTime('1s'),
      onTimer: (_timer, { key }) => [key],
    });
    const live = start(pipeline('x', alarms.to(out)), { clock, stallAfter: false });
    await source.opened();
    source.push(alarm('a', 0), alarm('b', 0));
    await turns(5);
    await clock.advance(1000);
    source.complete();
    const { balance } = await live.done;
    expect(out.records).toEqual(['a', 'b']);
    expect(balance.closed).toBe(true);
  });
});

describe('timers are refused', () => {
  const refused = async (at: (alarm: Alarm) => number | Date, code: string, more: object) => {
    const operator = processKeyed(({ key }: Alarm) => key, {
      onRecord: (alarm: Alarm, { timers }) => timers.eventTime(at(alarm)),
      ...more,
    });
    const error = await probeOperator(operator)
      .feed([alarm('a', 1)])
      .then(
        () => undefined,
        (thrown) => thrown,
      );
    expect(error).toMatchObject({ code });
  };
  const onTimer = () => {};

  test('for what is no time', async () => {
    await refused(() => Number.NaN, 'ERR_OPTIONS', { onTimer });
    await refused(() => new Date('?'), 'ERR_OPTIONS', { onTimer });
    await refused(() => '10' as unknown as number, 'ERR_OPTIONS', { onTimer });
  });

  test('without an onTimer, and in onEnd', async () => {
    await refused(() => 1, 'ERR_CALLBACK', {});
    let kept: { eventTime(at: number): void } | undefined;
    const probe = probeOperator(
      processKeyed(() => 0, {
        onRecord(_n: number, { timers }) {
          kept = timers;
        },
        onTimer,
        onEnd: () => kept!.eventTime(1),
      }),
    );
    await probe.feed([1]);
    expect(() => kept!.eventTime(1)).toThrow(expect.objectContaining({ code: 'ERR_CALLBACK' }));
    await expect(probe.end()).rejects.toMatchObject({ code: 'ERR_CALLBACK' });
  });

  test('beyond their bound, unless they take the place of others', async () => {
    const probe = probeOperator(byEvent({ maxTimers: 2 }));
    await probe.feed([alarm('a', 1), alarm('a', 2, 'x'), alarm('b', 1)]);
    await expect(probe.feed([alarm('a', 3)])).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    await probe.feed([alarm('a', 4, 'x'), alarm('a', 1)]);
    await probe.end();
    expect(probe.output).toEqual(['a @1', 'b @1', 'a x@4']);
  });
});
