import { expect, test } from 'vitest';
import { from, log, pipeline, type RunEvent, run, start, toArray } from '../../../../src/index.ts';

test('log writes to the logger of the run', async () => {
  const lines: unknown[] = [];
  const write = (level: string) => (fields: object, message: string) => lines.push([level, fields, message]);
  const logger = { debug: write('debug'), info: () => {}, warn: write('warn'), error: write('error') };
  const flow = from([7, 8, 9]).pipe(log({ every: 2, level: 'warn' }));
  await run(pipeline('p', flow.to(toArray())), { logger });
  expect(lines).toEqual([
    [
      'warn',
      expect.objectContaining({ pipeline: 'p', node: 'log', number: 1, record: 7 }),
      'log: record 1: 7',
    ],
    [
      'warn',
      expect.objectContaining({ pipeline: 'p', node: 'log', number: 3, record: 9 }),
      'log: record 3: 9',
    ],
  ]);
});

test('log is among the events of the run', async () => {
  const live = start(
    pipeline(
      'p',
      from([7])
        .pipe(log({ message: (n) => `it is ${n}` }))
        .to(toArray()),
    ),
  );
  const events: RunEvent[] = [];
  live.events$.subscribe((event) => events.push(event));
  await live.done;
  expect(events).toContainEqual({
    type: 'logged',
    node: 'log',
    level: 'info',
    message: 'it is 7',
    number: 1,
    record: 7,
  });
});
