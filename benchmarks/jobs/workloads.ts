/** What all ways of doing it do: the same functions between the same source and the same sink. */
export interface Workload<A, B, C> {
  readonly records: number;
  source(): Iterable<A>;
  first(record: A): B;
  keep(record: B): boolean;
  last(record: B): C;
  sink(record: C): void;
  reset(): void;
  /** Throws when what reached the sink is not what had to. */
  check(): void;
}

interface Order {
  readonly id: number;
  readonly qty: number;
  readonly price: number;
}

const RECORDS = 1_000_000;

const array = Array.from({ length: RECORDS }, (_, index) => index);
const orders = array.map((id): Order => ({ id, qty: 1 + (id % 9), price: (id % 1000) / 8 }));

function* counting(): Generator<number> {
  for (let index = 0; index < RECORDS; index++) yield index;
}

let sum = 0;

function numbers(source: () => Iterable<number>): Workload<number, number, number> {
  const first = (x: number) => x + 1;
  const keep = (x: number) => x % 3 !== 0;
  const last = (x: number) => x * 2;
  return {
    records: RECORDS,
    source,
    first,
    keep,
    last,
    sink: (x) => {
      sum += x;
    },
    reset() {
      sum = 0;
    },
    check: () => expect(() => array.map(first).filter(keep).map(last)),
  };
}

function objects(): Workload<Order, { id: number; total: number }, { id: number; gross: number }> {
  const first = ({ id, qty, price }: Order) => ({ id, total: qty * price });
  const keep = ({ total }: { total: number }) => total >= 100;
  const last = ({ id, total }: { id: number; total: number }) => ({ id, gross: total * 1.19 });
  return {
    records: RECORDS,
    source: () => orders,
    first,
    keep,
    last,
    sink: ({ gross }) => {
      sum += gross;
    },
    reset() {
      sum = 0;
    },
    check: () =>
      expect(() =>
        orders
          .map(first)
          .filter(keep)
          .map((order) => last(order).gross),
      ),
  };
}

let expected: number | undefined;

/** Works out what is due once, after the first pass. */
function expect(values: () => readonly number[]): void {
  expected ??= values().reduce((total, value) => total + value, 0);
  if (sum !== expected) throw new Error(`the sink got ${sum}, not ${expected}`);
}

export const WORKLOADS: Readonly<Record<string, Workload<any, any, any>>> = {
  array: numbers(() => array),
  generator: numbers(counting),
  objects: objects(),
};
