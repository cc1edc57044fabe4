import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { csv, forEach, pipeline, run } from '../../../src/index.ts';
import { runReading, type Take } from './reading.ts';

await runReading(
  {
    decompression: async (path) => {
      const pieces = createReadStream(path, { highWaterMark: 128 * 1024 }).pipe(
        createGunzip({ chunkSize: 128 * 1024 }),
      );
      let bytes = 0;
      for await (const piece of pieces) bytes += piece.length;
      if (bytes === 0) throw new Error(`${path} is empty`);
    },
    parsing: read,
    'millrace, gzip': read,
  },
  (order) => order.id.length,
);

async function read(path: string, take: Take): Promise<void> {
  await run(pipeline('read', csv.read(path).to(forEach(take))));
}
