import { describe, expect, test } from 'vitest';
import { errorDocument, errorText, jsonLine } from '../../../../src/cli/terminal/error-text.ts';
import { printable } from '../../../../src/cli/terminal/printable.ts';
import { progressText } from '../../../../src/cli/terminal/progress-text.ts';
import { readText } from '../../../../src/cli/terminal/read-text.ts';
import { plain } from '../../../../src/cli/terminal/style.ts';
import { balanceText, summaryText } from '../../../../src/cli/terminal/summary-text.ts';
import { MillraceError } from '../../../../src/core/errors.ts';
import type { Balance, NodeMetrics, Progress, Summary } from '../../../../src/interfaces/run.ts';

describe('the line of progress', () => {
  const progress: Progress = {
    elapsedMs: 2000,
    recordsRead: 841_000,
    recordsWritten: 800_000,
    recordsFailed: 3,
    recordsPerSecond: 420_500,
    bytesRead: 93_240_000,
    bytesExpected: 222_000_000,
    etaMs: 12_000,
  };
  const { bytesExpected, etaMs, ...sizeless } = progress;

  test.each<[string, Progress, string]>([
    [
      'share, size, records, rate, rest, failures',
      progress,
      'orders: 42% of 222.0 MB, 841,000 records, 3 failed, 420,500/s, ETA 12.0 s',
    ],
    [
      'only what was read of an unknown size',
      sizeless,
      'orders: 93.2 MB, 841,000 records, 3 failed, 420,500/s',
    ],
    [
      'no bytes of what has none',
      { ...sizeless, bytesRead: 0, recordsFailed: 0 },
      'orders: 841,000 records, 420,500/s',
    ],
    [
      'no more than all',
      { ...progress, bytesRead: 300_000_000, etaMs: 0, recordsFailed: 0 },
      'orders: 100% of 222.0 MB, 841,000 records, 420,500/s',
    ],
    [
      'no share of nothing',
      { ...progress, bytesExpected: 0, bytesRead: 0, etaMs: 0, recordsFailed: 0, recordsRead: 1 },
      'orders: 1 record, 420,500/s',
    ],
  ])('shows %s', (_what, given, text) => {
    expect(progressText('orders', given)).toBe(text);
  });

  test('cuts a long name rather than what changes, and shows it as text', () => {
    const name = 'a name that is longer than what people usually take';
    expect(progressText(name, { ...sizeless, recordsFailed: 0 }, 60)).toBe(
      'a name that is longer …: 93.2 MB, 841,000 records, 420,500/s',
    );
    expect(progressText(name, sizeless, 20)).toMatch(/^a name …: 93\.2 MB/);
    expect(progressText('a\nb', sizeless)).toMatch(/^a\\u\{a\}b: /);
  });
});

describe('what was read', () => {
  test.each([
    [
      '42% of 222.0 MB, 841,000 records read',
      { records: 841_000, bytes: 93_240_000, bytesExpected: 222_000_000 },
    ],
    ['93.2 MB, 1 record read', { records: 1, bytes: 93_240_000 }],
    ['0 records read', { records: 0, bytes: 0 }],
  ])('is %s', (says, read) => {
    expect(readText(read)).toBe(says);
  });
});

test('text from elsewhere is nothing but text to a terminal', () => {
  expect(printable('täglich 漢字 \u{1f469}\u200d\u{1f680}')).toBe('täglich 漢字 \u{1f469}\u200d\u{1f680}');
  expect(printable('a\u001B[2J\r\nb\u009B1m\u202Ec')).toBe('a\\u{1b}[2J\\u{d}\\u{a}b\\u{9b}1m\\u{202e}c');
});

const balance: Balance = {
  read: 463_017,
  created: 0,
  written: 184_884,
  filtered: 278_000,
  skipped: 0,
  deadLettered: 133,
  aggregated: 0,
  discarded: 0,
  closed: true,
  gaps: [],
};

describe('the balance in words', () => {
  test('has both sides, thousands separated, and names only what there is', () => {
    expect(balanceText(balance)).toBe(
      'balance: 463,017 read + 0 created = 184,884 written + 278,000 filtered + 133 dead-lettered: closed',
    );
  });

  test('says what does not match', () => {
    expect(balanceText({ ...balance, closed: false, gaps: ['3 records too few in the end'] })).toMatch(
      /: open \(3 records too few in the end\)$/,
    );
  });
});

function node(name: string, counts: Partial<NodeMetrics>): NodeMetrics {
  return {
    name,
    kind: 'operator',
    label: name,
    stage: 1,
    in: 0,
    out: 0,
    filtered: 0,
    skipped: 0,
    deadLettered: 0,
    replaced: 0,
    aggregated: 0,
    created: 0,
    discarded: 0,
    overflowed: 0,
    retried: 0,
    failed: 0,
    bytesIn: 0,
    bytesOut: 0,
    busyMs: 0,
    waitingMs: 0,
    heldBackMs: 0,
    ...counts,
  };
}

describe('the summary', () => {
  const summary: Summary = {
    pipeline: 'orders',
    state: 'done',
    started: '2026-01-01T00:00:00.000Z',
    durationMs: 2100,
    balance,
    nodes: [
      node('csv', { in: 463_017, out: 462_884, deadLettered: 133, bytesIn: 5000, busyMs: 1200 }),
      node('a name that goes on and on and on and on', { in: 462_884, out: 184_884, heldBackMs: 10 }),
    ],
  };

  test('is a headline, an aligned row for each node, and the balance', () => {
    expect(summaryText(summary, plain).split('\n')).toEqual([
      'orders done in 2.1 s: 463,017 records read, 184,884 written',
      'node                                   in      out  dead-lettered   bytes   busy  held back',
      'csv                               463,017  462,884            133  5.0 kB  1.2 s       0 ms',
      'a name that goes on and on and …  462,884  184,884              0       -   0 ms      10 ms',
      'balance: 463,017 read + 0 created = 184,884 written + 278,000 filtered + 133 dead-lettered: closed',
    ]);
  });

  test('has a column for each count that is not zero everywhere', () => {
    const rare = {
      filtered: 1,
      skipped: 1,
      replaced: 1,
      aggregated: 1,
      created: 1,
      discarded: 1,
      overflowed: 1,
      retried: 1,
    };
    const titles = summaryText({ ...summary, nodes: [node('a', rare)] }, plain).split('\n')[1]!;
    expect(titles.split(/ {2,}/)).toEqual(
      'node,in,out,filtered,skipped,replaced,aggregated,created,discarded,overflowed,retried,bytes,busy,held back'.split(
        ',',
      ),
    );
  });
});

describe('an error', () => {
  const error = new MillraceError('ERR_IO', 'Cannot write out: broken', {
    hint: 'Mend it.',
    cause: new Error('below'),
  });
  error.secondary.push(new Error('the lock stayed'), 'x', undefined);

  test('is one paragraph: what, where, what to do, and what failed afterwards', () => {
    expect(errorText(error, plain, false, 'orders.ts:3:1')).toBe(
      'error ERR_IO: Cannot write out: broken\n  at orders.ts:3:1\n  Mend it.\n  while closing: the lock stayed (and 2 more failures)',
    );
  });

  test('keeps many lines together', () => {
    const many = new MillraceError('ERR_PIPELINE_INVALID', 'Cannot build "a": \n  - one\n  - two');
    expect(errorText(many, plain, false)).toBe(
      'error ERR_PIPELINE_INVALID: Cannot build "a":\n    - one\n    - two',
    );
  });

  test('shows its stack and its causes when debugging', () => {
    expect(errorText(error, plain, true)).toMatch(/texts\.test\.ts.*\[cause\]: Error: below/s);
  });

  test('is a document for machines', () => {
    expect(JSON.parse(errorDocument(error, 'orders.ts:3:1'))).toEqual({
      error: {
        code: 'ERR_IO',
        message: 'Cannot write out: broken',
        hint: 'Mend it.',
        site: 'orders.ts:3:1',
        details: {},
        secondary: [
          'the lock stayed',
          'x was thrown, which is not an Error',
          'undefined was thrown, which is not an Error',
        ],
      },
    });
  });

  test('leaves out details that JSON cannot say', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const odd = new MillraceError('ERR_LIMIT', 'Cannot', { details: { loop } });
    expect(JSON.parse(errorDocument(odd))).toEqual({ error: { code: 'ERR_LIMIT', message: 'Cannot' } });
    expect(jsonLine({ big: 12n })).toBe('{"big":"12"}\n');
  });
});
