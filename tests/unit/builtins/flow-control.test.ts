import { expect, test } from 'vitest';
import { MillraceError } from '../../../src/core/errors.ts';
import { from } from '../../../src/from.ts';
import { discard } from '../../../src/io/memory/discard.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { start } from '../../../src/start.ts';
import { probeOperator } from '../../../src/testing/operator-probe.ts';
import { virtualClock } from '../../../src/testing/virtual-clock.ts';
import { built, made } from './built.ts';

test.each<[string, object, readonly unknown[], readonly unknown[]]>([
  ['buffer', { size: 10, overflow: 'fail' }, [1, 2], [1, 2]],
  ['debounce', { quiet: '2s' }, [1, 2], [2]],
  ['delay', { time: '2s', size: 5 }, [1, 2], [1, 2]],
  ['rate_limit', { rate: '1/s', burst: 2 }, [1, 2, 3], [1, 2, 3]],
  ['throttle', { every: '1h' }, [1, 2], [1]],
  ['throttle', { every: '2s', keep: 'last' }, [1, 2], [2]],
  ['time_interval', {}, ['a'], [{ value: 'a', ms: 0 }]],
  ['event_time', { time: 'at', unit: 's' }, [{ at: 1 }], [{ at: 1 }]],
  ['timeout', { each: '2m' }, [1, 2], [1, 2]],
])('%s does its work when it is made of the data %j', async (name, options, records, expected) => {
  expect(await made(name, options, records)).toEqual(expected);
});

test('progress writes to the log of the run, now and then and at the end', async () => {
  const clock = virtualClock();
  const messages: unknown[] = [];
  const numbers = {
    async *[Symbol.asyncIterator]() {
      yield 1;
      await clock.advance(2000);
      yield 2;
    },
  };
  const flow = from(numbers).pipe(built('progress', { every: '2s' }));
  const live = start(pipeline('told', flow.to(discard())), { clock });
  live.events$.subscribe((event) => {
    if (event.type === 'logged') messages.push([event.node, event.level, event.message, event.number]);
  });
  await live.done;
  expect(messages).toEqual([
    ['progress', 'info', '1 a second, record 1', 1],
    ['progress', 'info', 'the last is record 2', 2],
  ]);
});

test('timeout fails when nothing comes for its time', async () => {
  const clock = virtualClock();
  const probe = probeOperator(built('timeout', { first: '2s' }), clock);
  await clock.advance(3000);
  expect(probe.failures).toMatchObject([{ code: 'ERR_TIMEOUT' }]);
  probe.close();
});

test('event_time reads the time from the field, in its unit', async () => {
  const probe = probeOperator(built('event_time', { time: 'at', unit: 's', outOfOrder: '2s' }));
  await probe.feed([{ at: 100 }, { at: 200 }]);
  expect(probe.watermarks.at(-1)).toBe(198_000);
  await expect(probe.feed([{ on: 3 }])).rejects.toThrow(MillraceError);
  probe.close();
});

test('rate_limit by a field lets one key wait, and not the other', async () => {
  const clock = virtualClock();
  const operator = built('rate_limit', { rate: '1/h', key: 'host' });
  const first = probeOperator(operator, clock);
  await first.feed([{ host: 'a' }, { host: 'b' }]);
  const waiting = first.feed([{ host: 'a' }]);
  await clock.advance(60_000);
  expect(first.output).toEqual([{ host: 'a' }, { host: 'b' }]);
  await clock.advance(3_600_000);
  await waiting;
  expect(first.output).toHaveLength(3);
  first.close();
});
