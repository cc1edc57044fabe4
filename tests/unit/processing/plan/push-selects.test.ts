import { defer, of } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { batch } from '../../../../src/core/batch.ts';
import { readFrom } from '../../../../src/from.ts';
import type { Reader } from '../../../../src/interfaces/reader.ts';
import { iterableReader } from '../../../../src/io/memory/iterable-reader.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { select } from '../../../../src/processing/operators/select.ts';
import { fallback } from '../../../../src/processing/policies/fallback.ts';
import { skip } from '../../../../src/processing/skip.ts';
import { run } from '../../../../src/start.ts';

interface Row {
  readonly id: number;
  readonly kind: string;
}

const ROWS: readonly Row[] = [
  { id: 1, kind: 'a' },
  { id: 2, kind: 'b' },
];

/** A reader that can narrow its records, and says which fields it was asked for. */
function narrowing(records: readonly (Row | null)[], asked: (readonly string[])[]): Reader<Row> {
  const whole = iterableReader(records) as Reader<Row>;
  return {
    ...whole,
    select(fields) {
      asked.push(fields);
      const narrow = (row: Row | null) =>
        row === null ? null : Object.fromEntries(fields.map((name) => [name, row[name as keyof Row]]));
      return iterableReader(records.map(narrow)) as Reader<never>;
    },
  };
}

describe('push-selects', () => {
  test('asks a reader for just what the select behind it keeps, once', async () => {
    const asked: (readonly string[])[] = [];
    const out = toArray<unknown>();
    const graph = pipeline('x', readFrom(narrowing(ROWS, asked)).pipe(select('kind')).to(out));
    const summary = await run(graph);
    expect(out.records).toEqual([{ kind: 'a' }, { kind: 'b' }]);
    expect(asked).toEqual([['kind']]);
    expect(graph.explain()).toContain('array makes only what select keeps: kind');
    expect(summary.nodes.find(({ name }) => name === 'select')).toMatchObject({ in: 2, out: 2 });
  });

  test('hands on the very objects of a reader that has selected', async () => {
    const narrowed = { kind: 'a' };
    const whole = iterableReader(ROWS) as Reader<Row>;
    const reader: Reader<Row> = { ...whole, select: () => iterableReader([narrowed]) as Reader<never> };
    const out = toArray<unknown>();
    await run(pipeline('x', readFrom(reader).pipe(select('kind')).to(out)));
    expect(out.records[0]).toBe(narrowed);
  });

  test('leaves a reader alone that others read too, or that something stands behind', async () => {
    const asked: (readonly string[])[] = [];
    const shared = readFrom(narrowing(ROWS, asked));
    const behind = readFrom(narrowing(ROWS, asked)).pipe(
      filter(({ id }) => id > 1),
      select('kind'),
    );
    const [first, second, third] = [toArray<unknown>(), toArray<unknown>(), toArray<unknown>()];
    await run(pipeline('x', [shared.pipe(select('kind')).to(first), shared.to(second), behind.to(third)]));
    expect(asked).toEqual([]);
    expect(second.records).toEqual(ROWS);
    expect(third.records).toEqual([{ kind: 'b' }]);
  });

  test('a record that is null fails in the select, as it does without', async () => {
    const out = toArray<unknown>();
    const rows = readFrom(narrowing([null, ...ROWS], []));
    const summary = await run(pipeline('x', rows.pipe(select('id')).to(out), { onError: skip() }));
    expect(out.records).toEqual([{ id: 1 }, { id: 2 }]);
    expect(summary.nodes.find(({ name }) => name === 'select')).toMatchObject({ in: 3, out: 2, skipped: 1 });
  });

  test('what replaces a bad record gets the selected fields only, as it does without', async () => {
    const whole = iterableReader(ROWS) as Reader<Row>;
    const failing: Reader<Row> = {
      ...whole,
      open: (context) =>
        defer(() => {
          const origin = { source: 'x', record: 1 };
          const replacement = context.failed({ error: new Error('bad'), origin });
          return of(batch([replacement?.record as Row], { source: 'x', at: () => origin }));
        }),
    };
    const selected = async (reader: Reader<Row>) => {
      const out = toArray<unknown>();
      const summary = await run(
        pipeline('x', readFrom(reader).pipe(select('kind')).to(out), { onError: skip() }),
      );
      return [out.records, summary.nodes.find(({ name }) => name === 'select')?.skipped];
    };
    const pushed: Reader<Row> = { ...whole, select: () => failing as Reader<never> };
    for (const reader of [failing, pushed]) {
      const onError = fallback({ id: 9, kind: 'z', more: true });
      expect(await selected({ ...reader, onError })).toStrictEqual([[{ kind: 'z' }], 0]);
      expect(await selected({ ...reader, onError: fallback(null) })).toStrictEqual([[], 1]);
    }
  });

  test('a reader that declines is read as it is', async () => {
    const reader: Reader<Row> = { ...(iterableReader(ROWS) as Reader<Row>), select: () => undefined };
    const out = toArray<unknown>();
    const graph = pipeline(
      'x',
      readFrom(reader)
        .pipe(
          select('id'),
          map(({ id }) => id),
        )
        .to(out),
    );
    await run(graph);
    expect(out.records).toEqual([1, 2]);
    expect(graph.explain()).not.toContain('makes only');
  });
});
