import { compilePredicate } from '../../src/spec/expressions/expression.ts';

/** Asks a condition of records, as an expression or as a closure: `expression.ts <way> <which> <times>`. */
const [way = '', which = '', times = ''] = process.argv.slice(2);

interface Order {
  readonly id: number;
  readonly qty: number;
  readonly price: number;
  readonly status: string;
}

const CONDITIONS: Readonly<Record<string, readonly [string, (record: Order) => boolean]>> = {
  compare: ['record.qty > 5', (record) => record.qty > 5],
  calculate: ['record.qty * record.price > 100', (record) => record.qty * record.price > 100],
  combine: [
    'record.status == "paid" && record.qty >= 3',
    (record) => record.status === 'paid' && record.qty >= 3,
  ],
};

const [source, closure] = CONDITIONS[which]!;
const condition: (record: Order) => boolean = way === 'closure' ? closure : compilePredicate(source);
const orders = Array.from({ length: 1_000 }, (_, id) => ({
  id,
  qty: id % 10,
  price: id / 3,
  status: id % 3 === 0 ? 'open' : 'paid',
}));

function rounds(count: number): number {
  let found = 0;
  for (let at = 0; at < count; at++) if (condition(orders[at % 1_000]!)) found++;
  return found;
}

const count = Number(times);
rounds(count / 10);
const before = process.cpuUsage();
const found = rounds(count);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ ns: ((user + system) * 1_000) / count, found }));
