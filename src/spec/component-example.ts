import type { ComponentPage, OptionPage } from './component-page.ts';

/** What a component is shown with: the value of its entry in a file, as YAML; what is not here stands there by itself. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'operator aggregate': '{ key: country, aggregates: { orders: { count: true }, total: { sum: amount } } }',
  'operator assert': '{ "price is positive": record.price > 0.0 }',
  'operator assign': '{ total: record.qty * record.price }',
  'operator batch': '{ size: 100, within: 1s }',
  'operator buffer': '1000',
  'operator cast': '{ qty: int, price: float }',
  'operator concatMap': '{ use: "./pages.ts#pagesOf" }',
  'operator conflate': '{ seed: \'{"n": 1, "last": record}\', fold: { use: "./folds.ts#counted" } }',
  'operator debounce': '2s',
  'operator dedupe': '{ within: 10m, key: id }',
  'operator delay': '2s',
  'operator distinct': '{ key: id }',
  'operator drop': '[password]',
  'operator enrich': '{ use: "./customers.ts#find", key: record.customer, missing: keep }',
  'operator eventTime': '{ time: at, outOfOrder: 5s }',
  'operator expand': 'record.children',
  'operator expandAsync': '{ use: "./pages.ts#linksOf", depth: 3, concurrency: 4 }',
  'operator filter': 'record.status == "paid"',
  'operator flatMap': 'record.items',
  'operator flatMapAsync': '{ use: "./pages.ts#itemsOf", concurrency: 4 }',
  'operator flatten': '{ separator: "." }',
  'operator index': '{ name: n }',
  'operator log': '{ every: 1000 }',
  'operator lookupJoin':
    '{ table: { read: { csv: countries.csv } }, key: record.country, tableKey: record.code, missing: drop }',
  'operator map': '\'{"id": record.id, "total": record.qty * record.price}\'',
  'operator mapAsync':
    '{ use: "./enrich.ts#lookup", concurrency: 16, timeout: 2s, bulkhead: { name: shop, concurrency: 8 }, circuitBreaker: { name: shop, failures: 5 } }',
  'operator parseFields': '[payload]',
  'operator pivot': '{ key: country, column: month, value: total }',
  'operator progress': '{ every: 10s }',
  'operator rateLimit': '100/s',
  'operator reduce': '{ use: "./folds.ts#longest", seed: "" }',
  'operator rename': '{ ID: id }',
  'operator rx': '{ use: "./streams.ts#changes" }',
  'operator sample': '{ every: 100 }',
  'operator scan': '{ use: "./folds.ts#balance", seed: 0 }',
  'operator select': '[id, total]',
  'operator skip': '1',
  'operator sort': '{ by: total, order: desc }',
  'operator startWith': '[{ id: 0 }]',
  'operator stringifyFields': '[payload]',
  'operator take': '10',
  'operator takeUntil': '{ after: 1h }',
  'operator takeWhile': 'record.id < 100',
  'operator tap': '{ use: "./watch.ts#seen" }',
  'operator through': '{ use: "./streams.ts#zipped" }',
  'operator throttle': '1s',
  'operator timeout': '{ each: 10s }',
  'operator top': '{ n: 3, by: total, key: country }',
  'operator unpivot': '[jan, feb, mar]',
  'operator validate': '{ schema: ./order.schema.json, onError: [{ deadLetter: rejects }] }',
  'operator window':
    '{ window: { type: tumbling, size: 1m, time: at }, key: page, aggregates: { n: { count: true } } }',
  'reader csv': '{ path: orders.csv, types: { qty: int, price: float } }',
  'reader json': '{ paths: works.json, path: "$.items[*]" }',
  'reader postgres': `{ url: "\${DATABASE_URL:-postgres://localhost/shop}", table: orders }`,
  'reader records': '[{ id: 1, status: paid }, { id: 2, status: pending }]',
  'reader sqlite': '{ database: shop.db, table: orders }',
  'reader text': '{ path: server.log }',
  'writer postgres': `{ url: "\${DATABASE_URL:-postgres://localhost/shop}", table: totals }`,
  'writer sqlite': '{ database: totals.db, table: totals }',
  'writer forEach': '{ use: "./watch.ts#seen" }',
  'writer csv': '{ path: out.csv, columns: [id, total] }',
};

const EXTENSIONS: Readonly<Record<string, string>> = { arrow: 'arrows', text: 'txt' };

/** How a component stands in a file. */
export function componentExample(page: ComponentPage): string {
  const { kind, name } = page;
  const value = EXAMPLES[`${kind} ${name}`] ?? likelyValue(page);
  const entry = value === undefined ? name : `${name}: ${value}`;
  if (kind === 'operator') return `- ${entry}\n`;
  return `${kind === 'reader' ? 'read' : 'write'}: { ${entry} }\n`;
}

/** What stands behind the name of a component of which nobody has written an example; `undefined` for nothing. */
function likelyValue({ kind, name, main, options }: ComponentPage): string | undefined {
  const file = `${kind === 'reader' ? 'in' : 'out'}.${EXTENSIONS[name] ?? name}`;
  if (kind !== 'operator' && (main === 'paths' || main === 'path')) return `{ path: ${file} }`;
  const needed = options.filter(({ required }) => required);
  if (needed.length === 0) return kind === 'operator' ? undefined : '{}';
  return `{ ${needed.map((option) => `${option.name}: ${someValue(option)}`).join(', ')} }`;
}

/** A value of a type, for want of one that means something. */
function someValue({ type }: OptionPage): string {
  const [first = ''] = type.split(' | ');
  const values: Readonly<Record<string, string>> = {
    text: 'text',
    string: 'text',
    expression: 'record.id',
    use: '{ use: "./module.ts#name" }',
    number: '1',
    integer: '1',
    boolean: 'true',
    map: '{}',
    value: '1',
  };
  return first.startsWith('list') ? '[]' : (values[first] ?? first);
}
