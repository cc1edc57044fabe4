import { PassThrough } from 'node:stream';
import { of, Subject } from 'rxjs';
import { beforeEach, describe, expect, test } from 'vitest';
import { showEvents } from '../../../../src/cli/terminal/show-events.ts';
import { showProgress } from '../../../../src/cli/terminal/show-progress.ts';
import { Terminal } from '../../../../src/cli/terminal/terminal.ts';
import { MillraceError } from '../../../../src/core/errors.ts';
import type { Progress, RunEvent } from '../../../../src/interfaces/run.ts';
import { turns } from '../../../../src/testing/turns.ts';

const CLEAR = '\r\u001B[K';

class Screen extends PassThrough {
  readonly isTTY: boolean;
  readonly columns = 40;

  constructor(isTTY: boolean) {
    super({ encoding: 'utf8' });
    this.isTTY = isTTY;
  }

  get text(): string {
    return this.read() ?? '';
  }
}

let out: Screen;
let err: Screen;
let terminal: Terminal;
function open(isTTY: boolean): void {
  out = new Screen(isTTY);
  err = new Screen(isTTY);
  terminal = new Terminal(out, err);
}

const at = (elapsedMs: number): Progress => ({
  elapsedMs,
  recordsRead: elapsedMs,
  recordsWritten: 0,
  recordsFailed: 0,
  recordsPerSecond: 1000,
  bytesRead: 0,
});

describe('a terminal on a screen', () => {
  beforeEach(() => open(true));

  test('draws one line over and over, and takes it away at the end', () => {
    const progress$ = new Subject<Progress>();
    const subscription = showProgress('p', progress$, terminal);
    progress$.next(at(250));
    progress$.next(at(500));
    expect(err.text).toBe(`${CLEAR}p: 250 records, 1,000/s${CLEAR}p: 500 records, 1,000/s`);
    subscription.unsubscribe();
    expect(err.text).toBe(CLEAR);
  });

  test('cuts the line at its width, so that it never wraps', () => {
    terminal.status('x'.repeat(100));
    expect(err.text).toBe(`${CLEAR}${'x'.repeat(38)}…`);
  });

  test('puts other lines above the one that is drawn', () => {
    terminal.status('working');
    terminal.say('a warning');
    expect(err.text).toBe(`${CLEAR}working${CLEAR}a warning\nworking`);
  });

  test('does not draw what is there already', () => {
    terminal.status('same');
    terminal.status('same');
    expect(err.text).toBe(`${CLEAR}same`);
  });
});

describe('a terminal that is a log', () => {
  beforeEach(() => open(false));

  test('gets a line after ten seconds, then every thirty', () => {
    showProgress('p', of(...[250, 9_999, 10_250, 20_000, 40_000, 40_250, 70_250].map(at)), terminal);
    expect(err.text).toBe(
      'p: 10,250 records, 1,000/s\np: 40,250 records, 1,000/s\np: 70,250 records, 1,000/s\n',
    );
  });

  test('keeps data on stdout, and documents away from data', () => {
    terminal.print('1\n');
    terminal.document('{"a":1}\n', false);
    terminal.document('{"b":1}\n', true);
    expect([out.text, err.text]).toEqual(['1\n{"a":1}\n', '{"b":1}\n']);
  });

  test('notices that the reader of stdout has gone, and survives that of stderr', () => {
    let left = 0;
    terminal.onOutClosed(() => left++);
    out.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    out.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    err.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect([left, terminal.outClosed]).toEqual([1, true]);
    terminal.onOutClosed(() => left++);
    expect(left).toBe(2);
  });

  const origin = { source: 'array', record: 7 };
  const error = new MillraceError('ERR_IO', 'Cannot');
  const stalled: RunEvent = { type: 'stalled', node: 'map', waitingFor: 'its input', forMs: 30_000 };
  const failed: RunEvent = { type: 'failed-record', node: 'map', settled: 'skipped', error, origin };
  const retried: RunEvent = { type: 'retried', node: 'map', attempt: 2, waitMs: 100, error };
  const traced: RunEvent = { type: 'traced', node: 'map', origin, record: {} };

  test('warns of stalls always', () => {
    showEvents(of<RunEvent[]>(stalled, failed, retried, traced), terminal, false);
    expect(err.text).toBe('warning: nothing has moved for 30.0 s: map waits for its input\n');
  });

  test('tells the fate of single records when debugging', () => {
    showEvents(of<RunEvent[]>({ type: 'stopping' }, failed, retried, traced), terminal, true);
    expect(err.text.split('\n')).toEqual([
      'map: array record 7 skipped: Cannot',
      'map: try 2 failed, the next in 100 ms: Cannot',
      'array record 7 enters map',
      '',
    ]);
  });
});

describe('data piece by piece', () => {
  beforeEach(() => open(false));

  /** Pieces that are larger than what the stream takes without a pause, and how many were made. */
  function pieces(count: number) {
    const made = { count: 0 };
    const all = (function* () {
      for (; made.count < count; made.count++) yield 'x'.repeat(70_000);
    })();
    return { made, all };
  }

  test('is made no faster than it is taken', async () => {
    const { made, all } = pieces(5);
    const printed = terminal.printAll(all);
    await turns(5);
    expect(made.count).toBeLessThan(2);
    let taken = 0;
    out.on('data', (text: string) => {
      taken += text.length;
    });
    await printed;
    expect([made.count, taken]).toEqual([5, 350_000]);
  });

  test('ends when its reader goes away, quietly', async () => {
    const { made, all } = pieces(5);
    const printed = terminal.printAll(all);
    await turns(2);
    out.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await printed;
    expect(made.count).toBeLessThan(2);
  });

  test('fails with what stdout fails with', async () => {
    const printed = terminal.printAll(pieces(5).all);
    const failed = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    setImmediate(() => out.emit('error', failed));
    await expect(printed).rejects.toMatchObject({ code: 'ERR_SPACE', cause: failed });
  });

  test('of small pieces is written in large ones', async () => {
    const written: number[] = [];
    out.on('data', (text: string) => written.push(text.length));
    await terminal.printAll(Array.from({ length: 20_000 }, () => '0123456789'));
    expect(written.reduce((sum, length) => sum + length, 0)).toBe(200_000);
    expect(written.length).toBeLessThan(10);
  });
});
