import { interval } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { MillraceError } from '../../../../src/core/errors.ts';
import { deadLetters, from } from '../../../../src/from.ts';
import { discard } from '../../../../src/io/memory/discard.ts';
import { toArray } from '../../../../src/io/memory/to-array.ts';
import { otherwise } from '../../../../src/processing/graph/flow.ts';
import { concat, merge, zip } from '../../../../src/processing/graph/join.ts';
import { pipeline } from '../../../../src/processing/graph/pipeline.ts';
import { filter } from '../../../../src/processing/operators/filter.ts';
import { map } from '../../../../src/processing/operators/map.ts';
import { mapAsync } from '../../../../src/processing/operators/map-async.ts';
import { deadLetter } from '../../../../src/processing/policies/dead-letter.ts';
import { skip } from '../../../../src/processing/policies/skip.ts';
import { run } from '../../../../src/start.ts';
import { recording } from '../runtime/recording-writer.ts';

/** The problems that a pipeline is refused for. */
function problems(...args: Parameters<typeof pipeline> extends [string, ...infer R] ? R : never): string[] {
  try {
    pipeline('checked', ...args);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_PIPELINE_INVALID' });
    const { message, details } = error as MillraceError;
    for (const problem of details.problems as string[]) expect(message).toContain(problem);
    return details.problems as string[];
  }
  return [];
}

const same = map((n: number) => n);

test('a pipeline that is all right has no problems', () => {
  expect(problems([from([1]).to(discard()), from([2]).to(discard())])).toEqual([]);
  expect(problems(from([1]).to(discard()))).toEqual([]);
});

test('all problems are reported at once', () => {
  const twice = recording({ target: 'file:/data/out.csv' });
  const letters = deadLetters();
  const unread = deadLetters();
  const source = from([1, 2]).as('numbers');
  const { odd, even } = source.split({ odd: (n) => n % 2 === 1, even: otherwise, none: () => false });
  const ticks = from(interval(1), undefined as never).pipe(map((n) => n, { onError: deadLetter(unread) }));
  const found = problems([
    odd.to(twice),
    even.as('numbers').to(twice),
    ticks.to(discard()),
    concat(source, source).to(discard()),
    letters.to(discard()),
  ]);
  expect(found).toEqual([
    expect.stringMatching(/Dead letters go to a flow that no sink reads/),
    expect.stringMatching(/The name "numbers" is used for two nodes/),
    expect.stringMatching(/The route "none" of "numbers" leads nowhere/),
    expect.stringMatching(/"observable": .*no overflow strategy/),
    expect.stringMatching(/Nothing sends dead letters to "dead-letters"/),
    expect.stringMatching(/2 sinks write to file:\/data\/out\.csv: recording, recording-2/),
    expect.stringMatching(/"concat" can deadlock/),
  ]);
});

describe('branches', () => {
  test('there must be some', () => {
    expect(problems([])).toEqual([expect.stringMatching(/It has no sinks/)]);
  });

  test.each([
    ['a flow', from([1]), /A flow is not a branch: end the flow with \.to\(writer\)/],
    ['nothing', undefined, /undefined is not a branch/],
    ['a writer', discard(), /An object is not a branch/],
  ])('%s is none', (_, stranger, message) => {
    expect(problems([stranger as never])).toEqual([expect.stringMatching(message)]);
  });

  test('may be listed once', () => {
    const branch = from([1]).to(discard());
    expect(problems([branch, branch.as('again')])).toEqual([expect.stringMatching(/is listed twice/)]);
  });
});

describe('names', () => {
  test('belong to one node', () => {
    expect(problems([from([1]).as('a').to(discard()), from([1]).to(discard()).as('a')])).toEqual([
      'The name "a" is used for two nodes',
    ]);
  });

  test('of one node may not be two', () => {
    const flow = from([1]);
    expect(problems([flow.as('a').to(discard()), flow.as('b').to(discard())])).toEqual([
      'One node has two names: "a" and "b"',
    ]);
  });
});

describe('dead letters', () => {
  test('that feed what sends them are a cycle', () => {
    const letters = deadLetters();
    const failing = merge(from([1]), letters.pipe(map(() => 1))).pipe(
      map((n) => n, { onError: deadLetter(letters) }),
    );
    const [problem, ...others] = problems([failing.to(discard())]);
    expect(problem).toMatch(/The graph has a cycle: .*dead-letters.*map.*merge/);
    expect(others).toEqual([]);
  });

  test('that leave the cycle are all right', () => {
    const letters = deadLetters();
    const failing = from([1]).pipe(map((n) => n, { onError: deadLetter(letters) }));
    expect(problems([failing.to(discard()), letters.to(discard())])).toEqual([]);
  });

  test('as the default of a whole pipeline are no cycle', () => {
    const letters = deadLetters();
    const flow = from([1]).pipe(same);
    expect(problems([flow.to(discard())], { onError: deadLetter(toArray()) })).toEqual([]);
    expect(
      problems([flow.to(discard()), letters.pipe(map((letter) => letter.node)).to(discard())], {
        onError: deadLetter(letters),
      }),
    ).toEqual([]);
  });
});

describe('options', () => {
  test.each([
    { edgeCapacity: 0 },
    { edgeCapacity: 1.5 },
    { edges: 2 },
    { onError: 'skip' },
    { onError: [skip(), skip()] },
  ])('refuses %j', (options) => {
    expect(() => pipeline('options', from([1]).to(discard()), options as never)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS' }),
    );
  });
});

describe('a diamond', () => {
  const source = () => from(Array.from({ length: 9000 }, (_, n) => n));

  test('of concat is refused with the way spelled out', () => {
    const flow = source().as('orders');
    const found = problems([
      concat(flow.pipe(same), flow.pipe(filter(() => true)))
        .as('both')
        .to(discard()),
    ]);
    expect(found).toEqual([
      '"both" can deadlock: it waits for one input while the other is full, and both come from "orders": ' +
        'orders -> map -> both and orders -> filter -> both. Use merge, or read the source once for each',
    ]);
  });

  test.each([
    ['drops', () => filter((n: number) => n > 1)],
    ['skips failures', () => map((n: number) => n, { onError: skip() })],
    ['may expand', () => ({ ...map((n: number) => n), cardinality: 'many' as const })],
  ])('of zip is refused where an operator %s', (_, operator) => {
    const flow = source();
    expect(problems([zip(flow.pipe(operator() as never), flow).to(discard())])).toEqual([
      expect.stringMatching(/"zip" can deadlock/),
    ]);
  });

  test('of zip is refused where the default of the pipeline skips failures', () => {
    const flow = source();
    const branch = zip(flow.pipe(same), flow).to(discard());
    expect(problems([branch])).toEqual([]);
    expect(problems([branch], { onError: skip() })).toEqual([expect.stringMatching(/"zip" can deadlock/)]);
  });

  test('of zip is refused where the routes of a split meet again, or dead letters and their flow', () => {
    const { odd, even } = source().split({ odd: (n) => n % 2 === 1, even: otherwise });
    expect(problems([zip(odd, even).to(discard())])).toHaveLength(1);
    const letters = deadLetters();
    const failing = source().pipe(map((n) => n, { onError: deadLetter(letters) }));
    expect(problems([zip(failing, letters).to(discard())])).toHaveLength(1);
    expect(problems([concat(failing, letters).to(discard())])).toHaveLength(1);
  });

  test.each([1, 2, 7])(
    'of zip that keeps every record is allowed, and runs with edges of %i',
    async (edgeCapacity) => {
      const flow = source();
      const slow = mapAsync(async (n: number) => n, { concurrency: 3 });
      const out = toArray<readonly number[]>();
      const three = zip(flow.pipe(slow, same), flow, flow.pipe(same, slow, slow));
      const { balance } = await run(pipeline('zip', [three.to(out), flow.to(discard())], { edgeCapacity }));
      expect(out.records).toHaveLength(9000);
      expect(out.records.every(([a, b, c]) => a === b && b === c)).toBe(true);
      expect(balance.closed).toBe(true);
    },
  );

  test('of merge is allowed, and runs', async () => {
    const flow = source();
    const { balance } = await run(
      pipeline(
        'merge',
        merge(flow.pipe(filter((n) => n % 2 === 0)), flow.pipe(mapAsync(async (n) => n))).to(discard()),
      ),
    );
    expect(balance).toMatchObject({ written: 13_500, closed: true });
  });

  test('through another join is found as well', () => {
    const flow = source();
    const inner = zip(flow, from([1, 2])).pipe(map(([n]) => n));
    expect(problems([concat(flow, inner).to(discard())])).toEqual([
      expect.stringMatching(/"concat" can deadlock.*array -> zip -> map -> concat/),
    ]);
  });
});

describe('a ring of joins', () => {
  const many = () => from(Array.from({ length: 9000 }, (_, n) => n));

  test('of two concats that take the same flows in turn is refused', () => {
    const [a, b] = [many().as('a'), many().as('b')];
    const found = problems([concat(a, b).as('ab').to(discard()), concat(b, a).as('ba').to(discard())]);
    expect(found).toEqual([
      '"ab" and "ba" can deadlock, for each holds back what another waits for: ' +
        'a -> ab waits for room in a -> ba, and b -> ba waits for room in b -> ab. ' +
        'Use merge, or read the sources once for each',
    ]);
  });

  test('of three is refused', () => {
    const [a, b, c] = [many(), many(), many()];
    const found = problems([
      concat(a, b).to(discard()),
      concat(b, c).to(discard()),
      concat(c, a).to(discard()),
    ]);
    expect(found).toEqual([expect.stringMatching(/"concat" and "concat-\d" and "concat-\d" can deadlock/)]);
  });

  test('of concats that take the flows in the same turn is allowed, and runs', async () => {
    const [a, b] = [many(), many()];
    const { balance } = await run(pipeline('same', [concat(a, b).to(discard()), concat(a, b).to(discard())]));
    expect(balance).toMatchObject({ written: 36_000, closed: true });
  });

  test('of zips that take the same flows crosswise is allowed, and runs', async () => {
    const [a, b] = [many(), many()];
    const { balance } = await run(
      pipeline('cross', [zip(a, b).to(discard()), zip(b.pipe(same), a).to(discard())], { edgeCapacity: 1 }),
    );
    expect(balance).toMatchObject({ written: 18_000, closed: true });
  });

  test('of zips is refused where one of them drops records', () => {
    const [a, b] = [many(), many()];
    const found = problems([
      zip(a, b.pipe(filter((n) => n % 2 === 0))).to(discard()),
      zip(b, a).to(discard()),
    ]);
    expect(found).toEqual([expect.stringMatching(/"zip" and "zip-2" can deadlock/)]);
  });
});
