import { describe, expect, test } from 'vitest';
import {
  assign,
  buffer,
  concat,
  count,
  deadLetter,
  deadLetters,
  debounce,
  defineOperator,
  discard,
  distinct,
  type Flow,
  filter,
  flatMap,
  flatMapAsync,
  from,
  join,
  map,
  mapAsync,
  merge,
  mergeSorted,
  otherwise,
  pipeline,
  recordId,
  rx,
  sample,
  sort,
  take,
  zip,
} from '../../../../src/index.ts';

type Row = { readonly n: number };

const rows = () => from<Row>([{ n: 1 }, { n: 2 }]);
const both = (one: Row) => [one, one];
const ids = recordId((one: unknown, id) => ({ one, id }));

/** What is wrong with a graph that gives ids behind this. */
function problems(flow: Flow<unknown>): readonly string[] {
  try {
    pipeline('p', flow.pipe(ids).as('ids').to(discard()));
    return [];
  } catch (error) {
    return (error as { readonly details: { readonly problems: readonly string[] } }).details.problems;
  }
}

const parted = (flow: Flow<Row>) => flow.split({ odd: ({ n }) => n % 2 === 1, even: otherwise });

describe('ids can be given', () => {
  const split = () => {
    const { odd, even } = parted(rows());
    return merge(odd.pipe(map(({ n }) => n)), even);
  };
  const source = rows();
  test.each<[string, Flow<unknown>]>([
    ['behind a reader', rows()],
    [
      'behind what makes one of one, or none',
      rows().pipe(
        map((one) => one),
        filter(() => true),
        take(1),
        distinct(),
      ),
    ],
    [
      'behind what makes several of one',
      rows().pipe(
        flatMap(both),
        flatMapAsync(both),
        filter(() => true),
      ),
    ],
    ['where readers meet', merge(rows(), rows().pipe(flatMap(both)))],
    ['behind one after another', concat(rows(), rows().pipe(flatMap(both)))],
    ['behind the routes of a split that meet again', split()],
    [
      'behind those, by routes of routes',
      (() => {
        const { odd, even } = parted(source);
        const { odd: first, even: second } = parted(odd as Flow<Row>);
        return merge(merge(first, even), second.pipe(map((one) => one)));
      })(),
    ],
    [
      'where results come as they are there',
      rows().pipe(
        mapAsync(async (one) => one, { ordered: false }),
        flatMap(both),
      ),
    ],
    [
      'behind what waits, or is left out by the clock',
      rows().pipe(debounce({ quiet: '1s' }), buffer({ size: 2, overflow: 'drop-oldest' })),
    ],
    ['behind a join that looks up', join(rows(), rows(), { on: ({ n }) => n }) as Flow<unknown>],
  ])('%s', (_, flow) => {
    expect(problems(flow)).toEqual([]);
  });

  test('twice, and in branches that meet', () => {
    const given = rows().pipe(ids);
    expect(problems(given.pipe(map((one) => one)))).toEqual([]);
    const source = rows();
    const two = merge(source.pipe(recordId()), source.pipe(recordId({ field: 'key' })));
    expect(() => pipeline('p', two.to(discard()))).not.toThrow();
  });
});

describe('ids cannot be given', () => {
  const source = rows();
  const letters = deadLetters();
  const failing = rows().pipe(map((one) => one, { onError: deadLetter(letters) }));
  const twoWays = merge(source, source.pipe(map((one) => one)));
  const opaque = defineOperator<Row, Row>({ name: 'opaque', create: () => ({ push() {} }) });
  test.each<[string, Flow<unknown>, RegExp]>([
    [
      'behind an aggregate',
      rows()
        .keyBy(({ n }) => n)
        .aggregate({ n: count() }),
      /"aggregate" \(aggregate\) gives is not of one record alone. Give ids in front of it, or write by the key/,
    ],
    ['behind what nobody knows', rows().pipe(opaque), /"opaque" \(opaque\) gives is not of one record alone/],
    ['behind an operator of RxJS', rows().pipe(rx((input) => input)), /"rx"/],
    ['behind a sort', rows().pipe(sort(({ n }) => n)), /"sort"/],
    ['behind a reservoir', rows().pipe(sample({ reservoir: 2 })), /"sample"/],
    [
      'behind a join that gives what has no partner',
      join(rows(), rows(), { on: ({ n }) => n, kind: 'full' }) as Flow<unknown>,
      /"join"/,
    ],
    ['behind a zip', zip(rows(), rows()), /"zip" holds records of several inputs/],
    ['behind a merge in order', mergeSorted(rows(), rows(), { by: 'n' }), /"merge-sorted" holds records/],
    ['to dead letters', letters, /brings what failed from anywhere/],
    [
      'where a record comes by two ways',
      twoWays,
      /records of one origin may come to "merge" from two of its inputs. Give ids in each/,
    ],
    [
      'where parts of a record meet again',
      (() => {
        const { odd, even } = parted(rows().pipe(flatMap(both)) as Flow<Row>);
        return merge(odd, even);
      })(),
      /to "merge" from two/,
    ],
    [
      'where one route makes several, and meets the other',
      (() => {
        const { odd, even } = parted(rows());
        return merge(odd.pipe(flatMap(both as never)), even);
      })(),
      /to "merge" from two/,
    ],
    [
      'to parts that come in any order',
      rows().pipe(
        flatMap(both),
        mapAsync(async (one) => one, { ordered: false }),
      ),
      /come through "mapAsync" \(mapAsync\), in any order/,
    ],
    [
      'to parts that are made in any order',
      rows().pipe(flatMapAsync(both, { ordered: false })),
      /"flatMapAsync" \(flatMapAsync\), in any order/,
    ],
    [
      'to parts that the clock leaves out',
      rows().pipe(flatMap(both), debounce({ quiet: '1s' })),
      /"debounce" \(debounce\), not always the same/,
    ],
    [
      'to parts that others leave out',
      merge(rows(), rows()).pipe(flatMap(both), distinct()),
      /"distinct" \(distinct\), which remembers others that "merge" brings in any order/,
    ],
  ])('%s', (_, flow, found) => {
    const branch = flow === (letters as Flow<unknown>) ? failing.to(discard()) : undefined;
    const list = (() => {
      if (branch === undefined) return problems(flow);
      try {
        pipeline('p', [branch, flow.pipe(ids).as('ids').to(discard())]);
        return [];
      } catch (error) {
        return (error as { details: { problems: string[] } }).details.problems;
      }
    })();
    expect(list).toEqual([expect.stringMatching(found)]);
    expect(list[0]).toMatch(/^"ids" cannot give each record the same id each time: /);
  });

  test('where far too many ways meet to tell them apart, which is said, and not how long it takes', () => {
    let flow: Flow<unknown> = rows();
    const routes: Flow<unknown>[] = [];
    for (let depth = 0; depth < 200; depth++) {
      const { odd, even } = (flow as Flow<Row>).split({ odd: ({ n }) => n > depth, even: otherwise });
      routes.push(odd);
      flow = even;
    }
    expect(problems(merge(...(routes as [Flow<unknown>]), flow))).toEqual([]);
    let chain: Flow<unknown> = rows();
    for (let depth = 0; depth < 100; depth++) {
      const { odd, even } = parted(chain as Flow<Row>);
      chain = merge(odd.pipe(assign({ depth })), even);
    }
    expect(problems(chain)).toEqual([]);
  });
});
