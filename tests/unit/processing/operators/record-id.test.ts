import { describe, expect, test } from 'vitest';
import { builtins } from '../../../../src/builtins.ts';
import {
  csv,
  defineOperator,
  type Flow,
  fallback,
  flatMap,
  flatMapAsync,
  from,
  map,
  mapAsync,
  merge,
  type Operator,
  pipeline,
  recordId,
  retry,
  run,
  skip,
  toArray,
} from '../../../../src/index.ts';
import { tempFolder } from '../../io/temp-folder.ts';

interface Named {
  readonly id: string;
}

async function idsOf(flow: Flow<Named>, name = 'p'): Promise<readonly string[]> {
  const out = toArray<Named>();
  await run(pipeline(name, flow.to(out)));
  return out.records.map(({ id }) => id);
}

const letters = () => from(['a', 'b', 'c'].map((letter) => ({ letter })));
const BEGIN = /^[0-9a-f]{24}-/;
const ends = (ids: readonly string[]) => ids.map((id) => id.replace(BEGIN, ''));

describe('recordId', () => {
  test('adds an id as the last field, which is the same in each run', async () => {
    const out = toArray<{ letter: string; id: string }>();
    await run(pipeline('p', letters().pipe(recordId()).to(out)));
    expect(out.records.map((record) => Object.keys(record))[0]).toEqual(['letter', 'id']);
    const ids = out.records.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(BEGIN);
    expect(ends(ids)).toEqual(['1', '2', '3']);
    expect(await idsOf(letters().pipe(recordId()))).toEqual(ids);
  });

  test('puts it where it is told to', async () => {
    const field = letters().pipe(recordId({ field: 'key' }));
    const made = letters().pipe(recordId(({ letter }, id) => `${letter} ${id.replace(BEGIN, '')}`));
    const [keyed, texts] = [toArray<{ letter: string; key: string }>(), toArray<string>()];
    await run(pipeline('p', [field.to(keyed), made.to(texts)]));
    expect(keyed.records[0]).toEqual({ letter: 'a', key: expect.stringMatching(BEGIN) });
    expect(texts.records).toEqual(['a 1', 'b 2', 'c 3']);
  });

  test('does not go by what records hold, nor by what is left out in front', async () => {
    const { pipe } = {
      pipe: (first: Operator<{ letter: string }, unknown>) => letters().pipe(first, recordId()),
    };
    const ids = await idsOf(letters().pipe(recordId()));
    expect(await idsOf(pipe(map(() => ({ other: true }))) as Flow<never>)).toEqual(ids);
    const odd = letters().pipe(
      flatMap((one) => (one.letter === 'b' ? [] : [one])),
      recordId(),
    );
    expect(await idsOf(odd)).toEqual([ids[0], ids[2]]);
  });

  test('tells apart what was made of one record, however it was made', async () => {
    const many = [0, 1, 2].map((part) => ({ part }));
    const twice = <A>(one: A) => [one, one];
    expect(
      ends(
        await idsOf(
          letters().pipe(
            flatMap(() => many),
            recordId(),
          ),
        ),
      ),
    ).toEqual(['1', '1-1', '1-2', '2', '2-1', '2-2', '3', '3-1', '3-2']);
    const long = flatMap(function* () {
      for (let part = 0; part < 3000; part++) yield { part };
    });
    for (const flow of [
      letters().pipe(long, recordId()),
      letters().pipe(
        long,
        mapAsync(async (one) => one),
        recordId(),
      ),
      letters().pipe(
        flatMapAsync(async () => Array.from({ length: 3000 }, (part) => ({ part }))),
        recordId(),
      ),
    ]) {
      const ids = await idsOf(flow);
      expect(ids[2999]?.replace(BEGIN, '')).toBe('1-2999');
      expect(new Set(ids).size).toBe(9000);
    }
    const nested = await idsOf(letters().pipe(flatMap(twice), flatMap(twice), recordId()));
    expect(ends(nested).slice(0, 5)).toEqual(['1', '1-1', '1-2', '1-3', '2']);
  });

  test('tells pipelines, nodes and readers apart, also those that are called alike', async () => {
    const flow = () => letters().pipe(recordId());
    const here = await idsOf(flow());
    expect(await idsOf(flow(), 'q')).not.toEqual(here);
    expect(await idsOf(flow().as('ids'))).not.toEqual(here);
    expect(await idsOf(letters().as('letters').pipe(recordId()))).not.toEqual(here);
    const both = await idsOf(merge(letters(), letters()).pipe(recordId()));
    expect(new Set(both).size).toBe(6);
    expect(new Set(ends(both)).size).toBe(3);
  });

  test('goes by the path of a file and the number in it, and not by what other files there are', async () => {
    const folder = tempFolder();
    const [b, c] = ['b', 'c'].map((name) => folder.write(`${name}.csv`, 'n\n1\n2\n'));
    const read = (paths: string | string[]) => idsOf(csv.read(paths).pipe(recordId()) as Flow<Named>);
    const first = await read(`${folder.path}/*.csv`);
    expect(new Set(first).size).toBe(4);
    expect(await read([c!, b!])).toEqual([...first.slice(2), ...first.slice(0, 2)]);
    folder.write('a.csv', 'n\n1\n2\n');
    expect((await read(`${folder.path}/*.csv`)).slice(2)).toEqual(first);
  });

  test('tells a file from itself that is read twice', async () => {
    const path = tempFolder().write('a.csv', 'n\n1\n2\n');
    const ids = await idsOf(csv.read([path, path, path]).pipe(recordId()) as Flow<Named>);
    expect(new Set(ids).size).toBe(6);
    expect(ids.slice(0, 2)).toEqual(await idsOf(csv.read(path).pipe(recordId()) as Flow<Named>));
  });

  test.each([
    ['null', null, 'null has no named fields'],
    ['text', 'a', '"a" has no named fields'],
    ['an array', [1], 'has no named fields'],
    ['a record with the field', { id: 7 }, 'the record has a field "id" already'],
  ])('fails %s', async (_, record, found) => {
    const failing = run(
      pipeline(
        'p',
        from([record as object])
          .pipe(recordId())
          .to(toArray()),
      ),
    );
    await expect(failing).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining(found),
    });
  });

  test('gives a record that failed the same id when it is tried again', async () => {
    let tries = 0;
    const unsteady = recordId(
      (one: { letter: string }, id) => {
        if (++tries % 2 === 1) throw new Error('busy');
        return { ...one, id };
      },
      { onError: retry({ attempts: 2, backoff: '0ms..0ms' }) },
    );
    const parts = flatMap(({ letter }: { letter: string }) => [{ letter }, { letter }]);
    expect(ends(await idsOf(letters().pipe(parts, unsteady)))).toEqual(['1', '1-1', '2', '2-1', '3', '3-1']);
  });

  test('leaves out no number for what its policy leaves out', async () => {
    const picky = recordId(
      (n: number, id) => {
        if (n % 2 === 0) throw new Error('even');
        return { id };
      },
      { onError: skip() },
    );
    expect(
      ends(
        await idsOf(
          from([10]).pipe(
            flatMap((n) => [n, n + 1, n + 2, n + 3]),
            picky,
          ),
        ),
      ),
    ).toEqual(['1', '1-1']);
    const replaced = recordId(() => Promise.resolve({ id: '' }) as never, {
      onError: fallback({ id: 'none' }),
    });
    expect(await idsOf(from([1]).pipe(replaced as never) as Flow<Named>)).toEqual(['none']);
  });

  test('fails where an operator in front lied about what it gives', async () => {
    const liar = defineOperator<object, object>({
      name: 'liar',
      cardinality: 'many',
      origins: 'kept',
      create: () => ({ push() {}, end: (emit) => emit({}) }),
    });
    await expect(idsOf(letters().pipe(liar, recordId()) as Flow<Named>)).rejects.toMatchObject({
      code: 'ERR_CALLBACK',
      message: expect.stringContaining('nobody knows what the record was made of'),
    });
  });

  test('is refused with options that are none', () => {
    for (const options of [{ field: '' }, { name: 'id' }, null]) {
      expect(() => recordId(options as never)).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
    }
    expect(() => recordId((one) => one, { field: 'id' } as never)).toThrow(/Unrecognized key/);
  });

  test('is a component with plain options', async () => {
    const operator = builtins()
      .get('operator', 'record_id')
      .create({ field: 'key' } as never);
    const out = toArray<{ key: string }>();
    await run(
      pipeline(
        'p',
        letters()
          .pipe(operator as Operator<unknown, { key: string }>)
          .to(out),
      ),
    );
    expect(ends(out.records.map(({ key }) => key))).toEqual(['1', '2', '3']);
  });
});

test('what an operator is told of origins is where the record in work came from', async () => {
  const seen: unknown[] = [];
  const looking = (onError?: ReturnType<typeof retry>) =>
    defineOperator<{ letter: string }, { letter: string }>({
      name: 'looking',
      cardinality: 'one',
      ...(onError !== undefined && { onError }),
      create: (context) => ({
        push(record, emit) {
          const { record: number, reader } = context.origin()!;
          seen.push([record.letter, number, reader]);
          emit(record);
        },
        end() {
          seen.push(context.origin());
        },
      }),
    });
  for (const operator of [looking(), looking(retry({ attempts: 2, backoff: '0ms..0ms' }))]) {
    seen.length = 0;
    await run(pipeline('p', letters().pipe(operator).to(toArray())));
    expect(seen).toEqual([['a', 1, undefined], ['b', 2, undefined], ['c', 3, undefined], undefined]);
  }
});
