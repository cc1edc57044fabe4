import { describe, expect, test } from 'vitest';
import { from } from '../../../src/from.ts';
import type { Logger } from '../../../src/interfaces/run.ts';
import { discard } from '../../../src/io/memory/discard.ts';
import { logEvents } from '../../../src/observe/logging.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { map } from '../../../src/processing/operators/map.ts';
import { skip } from '../../../src/processing/policies/skip.ts';
import { run } from '../../../src/start.ts';
import { turns } from '../../../src/testing/turns.ts';
import { EVENTS, scriptedRun } from './scripted-run.ts';

interface Line {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

function noting() {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { logger, lines };
}

function logged(): readonly Line[] {
  const { run, events } = scriptedRun();
  const { logger, lines } = noting();
  logEvents('orders', run, logger);
  for (const event of EVENTS) events.next(event);
  return lines;
}

describe('the log of a run', () => {
  test('has one line for each event, at the level that says whether to look, in a sentence', () => {
    expect(logged().map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info pipeline orders started in 1 stage',
      'info pipeline orders started in 3 stages',
      'debug enrich tries again in 1.5 s: qty is negative',
      'warn validate: orders.csv line 12 (record 10, byte 340) skipped: qty is negative',
      'warn validate: orders.csv line 12 (record 10, byte 340) dead-lettered: qty is negative',
      'warn validate: orders.csv line 12 (record 10, byte 340) replaced: qty is negative',
      'warn enrich has waited 30.0 s for ndjson out',
      'debug orders.csv line 12 (record 10, byte 340) entered enrich',
      'debug barrier 7 reached enrich',
      'info pipeline orders is stopping',
      'info pipeline orders done',
      'info pipeline orders stopped',
      'error pipeline orders failed: qty is negative',
      'error pipeline orders aborted: qty is negative',
    ]);
  });

  test('has the fields of the event and the pipeline’s name, and the error where pino looks for it', () => {
    const lines = logged();
    for (const [index, { fields }] of lines.entries()) {
      const { error, ...rest } = { error: undefined, ...EVENTS[index]! };
      expect(fields).toEqual({ pipeline: 'orders', ...rest, ...(error === undefined ? {} : { err: error }) });
      expect(fields.err).toBe(error);
    }
  });

  test('is written of a real run from its start to its end', async () => {
    const { logger, lines } = noting();
    const halves = from([2, 3]).pipe(
      map(
        (n) => {
          if (n === 3) throw new Error('odd');
          return n / 2;
        },
        { onError: skip() },
      ),
    );
    await run(pipeline('halves', halves.to(discard())), { logger });
    expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      expect.stringMatching(/^info pipeline halves started in \d stages?$/),
      expect.stringMatching(/^warn map: array .*record 2 skipped: .*odd$/),
      'info pipeline halves done',
    ]);
  });
});

describe('a logger that throws', () => {
  test('does not fail the run, gets no more events, and is told of once', async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.message);
    process.on('warning', note);
    let calls = 0;
    const broken = () => {
      calls++;
      throw new Error('the worker has exited');
    };
    const logger = { debug: broken, info: broken, warn: broken, error: broken };
    const { balance } = await run(pipeline('numbers', from([1, 2]).to(discard())), { logger });
    await turns(2);
    process.off('warning', note);
    expect({ calls, written: balance.written }).toEqual({ calls: 1, written: 2 });
    expect(warnings).toEqual(['The logger of "numbers" gets no more events: the worker has exited']);
  });
});
