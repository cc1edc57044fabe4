import {
  csv,
  type DeadLetter,
  deadLetter,
  json,
  ndjson,
  pipeline,
  run,
  text,
  toArray,
} from '../../../src/index.ts';
import { report } from './report.ts';

const letters = toArray<DeadLetter>();
const records = toArray<unknown>();
const onError = deadLetter(letters);

const READERS = {
  csv: () => csv.read('-', { onError }),
  'csv by papaparse': () => csv.read('-', { onError, comment: '\u{1}' }),
  'csv with quotes repaired': () => csv.read('-', { onError, quotes: 'repair' }),
  ndjson: () => ndjson.read('-', { onError }),
  json: () => json.read('-', { onError }),
  text: () => text.read('-', { onError }),
};

const flow = READERS[process.argv[2] as keyof typeof READERS]();
const failure = await run(pipeline('endless', flow.to(records))).then(
  () => undefined,
  ({ code, message, origin }) => ({ code, message, origin }),
);
report({
  failure,
  records: records.records,
  letters: letters.records.map(({ error, origin }) => ({ code: Reflect.get(error, 'code'), origin })),
  resident: process.resourceUsage().maxRSS * 1024,
});
