import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import chain from 'stream-chain';
import { parser } from 'stream-json';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { forEach, json, ndjson, pipeline, run } from '../../../src/index.ts';
import { runReading, type Take } from './reading.ts';

await runReading(
  {
    millrace: (path, take) => run(pipeline('read', json.read(path).to(forEach(take)))).then(nothing),
    'millrace, ndjson': (path, take) =>
      run(pipeline('read', ndjson.read(path).to(forEach(take)))).then(nothing),
    'stream-json': streamJson,
    whole: async (path, take) => {
      for (const record of JSON.parse(await readFile(path, 'utf8'))) take(record);
    },
  },
  (record) => record.id,
);

async function streamJson(path: string, take: Take): Promise<void> {
  const records = chain([createReadStream(path, { highWaterMark: 128 * 1024 }), parser(), streamArray()]);
  records.on('data', ({ value }: { value: unknown }) => take(value));
  await once(records, 'end');
}

function nothing(): void {}
