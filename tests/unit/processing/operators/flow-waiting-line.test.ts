import { describe, expect, test } from 'vitest';
import type { Signal } from '../../../../src/interfaces/signal.ts';
import { WaitingLine } from '../../../../src/processing/operators/waiting-line.ts';
import { barrier, watermark } from '../runtime/scripted-reader.ts';

const origin = { source: 'x', at: (index: number) => ({ source: 'x', record: index + 1 }) };
const idle: Signal = { kind: 'watermark', time: 5, idle: true };

function shown(signals: readonly Signal[]): unknown[] {
  return signals.map((signal) => {
    if (signal.kind === 'barrier') return `b${signal.id}`;
    return signal.idle === true ? 'idle' : signal.time;
  });
}

function lineOf(...entries: readonly (string | Signal)[]): WaitingLine<string> {
  const line = new WaitingLine<string>();
  for (const [index, entry] of entries.entries()) {
    if (typeof entry === 'string') line.add(entry, origin, index);
    else line.addSignal(entry);
  }
  return line;
}

describe('a waiting line', () => {
  test('gives records up to the next signal, with their origins', () => {
    const line = lineOf('a', 'b', watermark(1), 'c');
    const { records, origin: where } = line.take(10)!;
    expect(records).toEqual(['a', 'b']);
    expect(where.at(1)).toEqual({ source: 'x', record: 2 });
    expect(line.take(10)).toBeUndefined();
    expect(shown(line.takeSignals())).toEqual([1]);
    expect(line.take(10)?.records).toEqual(['c']);
    expect(line.empty).toBe(true);
  });

  test('gives no more than is asked for, and nothing before it is due', () => {
    const line = lineOf('a', 'b', 'c');
    expect(line.take(2)?.records).toEqual(['a', 'b']);
    line.add('d', origin, 3, 100);
    expect(line.take(9, 99)?.records).toEqual(['c']);
    expect([line.due, line.take(9, 99)]).toEqual([100, undefined]);
    expect(line.take(9, 100)?.records).toEqual(['d']);
  });

  test('keeps one watermark only where no record lies between several, so that it does not grow', () => {
    const line = lineOf();
    for (let time = 0; time < 10_000; time++) line.addSignal(watermark(time));
    expect(shown(line.takeSignals())).toEqual([9999]);
  });

  test('keeps the time when it is said that nothing comes, and each barrier', () => {
    const line = lineOf(watermark(5), idle, idle);
    expect(shown(line.takeSignals())).toEqual([5, 'idle']);
    const other = lineOf(
      watermark(1),
      barrier(1),
      watermark(2),
      watermark(3),
      idle,
      watermark(4),
      barrier(2),
    );
    expect(shown(other.takeSignals())).toEqual([1, 'b1', 4, 'b2']);
  });

  test('keeps signals in their place when the record between them is dropped', () => {
    const line = lineOf(watermark(1), 'a', watermark(2), barrier(1), 'b', watermark(3), 'c');
    line.dropFirst();
    expect(shown(line.takeSignals())).toEqual([2, 'b1']);
    line.dropFirst();
    line.dropFirst();
    expect(shown(line.takeSignals())).toEqual([3]);
    expect(line.empty).toBe(true);
  });

  test('does not grow while records are dropped and watermarks come, for ever', () => {
    const line = lineOf('first');
    for (let time = 0; time < 10_000; time++) {
      line.addSignal(watermark(time));
      line.add('next', origin, 0);
      line.dropFirst();
    }
    expect(line.size).toBe(1);
    expect(shown(line.takeSignals())).toEqual([9999]);
  });

  test('is first in, first out, however long it runs', () => {
    const line = new WaitingLine<number>();
    const out: number[] = [];
    for (let n = 0; n < 20_000; n++) {
      line.add(n, origin, n);
      if (n % 3 === 0) out.push(...(line.take(2)?.records ?? []));
    }
    expect(line.size).toBeGreaterThan(6000);
    out.push(...line.take(Number.POSITIVE_INFINITY)!.records);
    expect(out).toEqual(Array.from({ length: 20_000 }, (_, n) => n));
  });

  test('puts another record in the place of the last, in front of the signals behind it', () => {
    const line = lineOf('a', watermark(1));
    line.replaceLast('A', origin, 1);
    expect(line.last).toBe('A');
    expect(line.take(1)?.records).toEqual(['A']);
    expect(shown(line.takeSignals())).toEqual([1]);
  });
});
