import { expect, test } from 'vitest';
import { BATCH_SIZE } from '../../../../src/core/batch.ts';
import {
  count,
  deadLetter,
  defineOperator,
  eventTime,
  filter,
  forEach,
  from,
  map,
  pipeline,
  retry,
  run,
  take,
  toArray,
  tumbling,
} from '../../../../src/index.ts';
import { recording } from './recording-writer.ts';

const KEYS = 5000;
const numbers = Array.from({ length: KEYS }, (_, n) => n);

/** Gives `amount` numbers when the input is over, and counts those that were asked for. */
function atTheEnd(amount: number) {
  const pulled = { count: 0 };
  const operator = defineOperator<number, number>({
    name: 'at-the-end',
    create: () => ({
      push() {},
      *end() {
        for (let n = 0; n < amount; n++) {
          pulled.count++;
          yield n;
        }
      },
    }),
  });
  return { operator, pulled };
}

test('results of many keys leave in batches, not all at once', async () => {
  const writer = recording<{ key: number; n: number }>();
  const counts = from(numbers)
    .keyBy((n) => n)
    .aggregate({ n: count() });
  await run(pipeline('p', counts.to(writer)));
  expect(writer.batches.flat()).toHaveLength(KEYS);
  expect(Math.max(...writer.batches.map(({ length }) => length))).toBeLessThanOrEqual(BATCH_SIZE);
});

test('results of a window leave in batches, before the event time that closed it', async () => {
  const writer = recording<{ key: number }>();
  const begin = Date.UTC(2024, 0, 1);
  const windows = from([...numbers.map((n) => ({ n, at: begin })), { n: -1, at: begin + 3_600_000 }])
    .pipe(eventTime((one) => one.at))
    .keyBy((one) => one.n)
    .window(tumbling('1m', { time: (one) => one.at }))
    .aggregate({ n: count() });
  await run(pipeline('p', windows.to(writer)));
  expect(writer.batches.flat().map(({ key }) => key)).toEqual([...numbers, -1]);
  expect(Math.max(...writer.batches.map(({ length }) => length))).toBeLessThanOrEqual(BATCH_SIZE);
});

test('who wants few of what is given at the end does not have the rest made', async () => {
  const { operator, pulled } = atTheEnd(1_000_000);
  const taken = toArray<number>();
  await run(pipeline('p', from([1]).pipe(operator, take(3)).to(taken)));
  expect(taken.records).toEqual([0, 1, 2]);
  expect(pulled.count).toBe(3);
});

test('what is given at the end goes through the operators behind, also through one that gives more', async () => {
  const { operator } = atTheEnd(3000);
  const twice = defineOperator<number, number>({
    name: 'twice',
    create: () => ({ push: (n) => [n, n] }),
  });
  const taken = toArray<number>();
  await run(
    pipeline(
      'p',
      from([1])
        .pipe(
          operator,
          filter((n) => n % 2 === 0),
          twice,
          map((n) => n + 1),
        )
        .to(taken),
    ),
  );
  expect(taken.records).toHaveLength(3000);
  expect(taken.records.at(-1)).toBe(2999);
});

test('what fails while it is given at the end ends the run, and names the node', async () => {
  const broken = defineOperator<number, number>({
    name: 'broken',
    create: () => ({
      push() {},
      *end() {
        yield 1;
        throw new Error('no more');
      },
    }),
  });
  const running = run(
    pipeline(
      'p',
      from([1])
        .pipe(broken)
        .to(forEach(() => {})),
    ),
  );
  await expect(running).rejects.toMatchObject({
    code: 'ERR_CALLBACK',
    node: 'broken',
    message: expect.stringContaining('no more'),
  });
});

test('with retries, too, what is given at the end leaves in batches', async () => {
  const writer = recording<number>();
  const held = defineOperator<number, number>({
    name: 'held',
    onError: [retry({ attempts: 2 })],
    create: () => ({ push() {}, end: () => numbers }),
  });
  await run(pipeline('p', from([1]).pipe(held).to(writer)));
  expect(writer.batches.flat()).toEqual(numbers);
  expect(Math.max(...writer.batches.map(({ length }) => length))).toBeLessThanOrEqual(BATCH_SIZE);
});

test('records that follow event time wait until all that it led to has been pulled', async () => {
  const seen: (number | string)[] = [];
  const timed = defineOperator<number, number>({
    name: 'timed',
    cardinality: 'many',
    create: ({ advance }) => ({
      assignsTime: true,
      push(n, emit) {
        emit(n);
        advance(n);
        emit(n + 0.5);
      },
    }),
  });
  const answering = defineOperator<number, string>({
    name: 'answering',
    create: () => ({
      push: (n, emit) => emit(String(n)),
      *watermark(time) {
        yield `${time} a`;
        yield `${time} b`;
      },
    }),
  });
  await run(
    pipeline(
      'p',
      from([1, 2])
        .pipe(timed, answering)
        .to(forEach((one) => void seen.push(one))),
    ),
  );
  expect(seen).toEqual(['1', '1 a', '1 b', '1.5', '2', '2 a', '2 b', '2.5']);
});

test('an operator that only takes in is counted, and its failures are, behind others that are plain functions', async () => {
  const rejected = toArray<{ record: unknown }>();
  const absorbing = defineOperator<number, number>({
    name: 'absorbing',
    onError: deadLetter(rejected as never),
    create: () => {
      let taken = 0;
      const absorbs = (n: number): void => {
        if (n % 10 === 0) throw new Error('ten');
        taken++;
      };
      return { absorbs, push: absorbs, end: () => [taken] };
    },
  });
  const out = toArray<number>();
  const flow = from(numbers.slice(0, 100)).pipe(
    map((n) => n + 1),
    filter((n) => n <= 50),
    absorbing,
    map((n) => n * 100),
  );
  const { balance, nodes } = await run(pipeline('p', flow.to(out)));
  expect(out.records).toEqual([4500]);
  expect(rejected.records.map(({ record }) => record)).toEqual([10, 20, 30, 40, 50]);
  expect(balance.closed).toBe(true);
  expect(nodes.find(({ name }) => name === 'absorbing')).toMatchObject({ in: 50, deadLettered: 5, out: 1 });
});

test('an operator that only takes in, and gives a promise, fails', async () => {
  const late = defineOperator<number, number>({
    name: 'late',
    create: () => ({ absorbs: async () => {}, push() {} }),
  });
  const running = run(
    pipeline(
      'p',
      from([1])
        .pipe(late)
        .to(forEach(() => {})),
    ),
  );
  await expect(running).rejects.toMatchObject({ message: expect.stringContaining('promise') });
});
