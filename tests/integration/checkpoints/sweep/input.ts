import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { seededRandom } from '../../../../src/core/random.ts';
import { writeMessages } from './queue.ts';
import type { Shape } from './shape.ts';

const HEADER = 'id,shop,qty,price,status,at,note\n';

const PACKED: readonly (readonly [ending: string, pack: (text: string) => string | Buffer])[] = [
  ['.csv', (text) => text],
  ['.csv.gz', (text) => gzipSync(text)],
  ['.csv.zst', (text) => zstdCompressSync(text)],
];

/** Writes what a job reads: orders over several files and compressions, some of which cannot be read; messages; a log. */
export function writeInput(folder: string, { records, files, messages, shops }: Shape): void {
  mkdirSync(join(folder, 'out'), { recursive: true });
  mkdirSync(join(folder, 'queue'));
  writeMessages(join(folder, 'queue'), messages);
  writeFileSync(join(folder, 'out', 'log.ndjson'), '{"log":"begun before"}\n');
  const random = seededRandom(5);
  for (let file = 0; file < files; file++) {
    let csv = HEADER;
    const end = Math.floor(((file + 1) * records) / files);
    for (let id = Math.floor((file * records) / files); id < end; id++) csv += order(id, shops, random);
    const [ending, pack] = PACKED[file % PACKED.length]!;
    writeFileSync(join(folder, `orders-${String(file).padStart(3, '0')}${ending}`), pack(csv));
  }
}

function order(id: number, shops: number, random: () => number): string {
  if (id % 131 === 130) return `${id},too few fields\n`;
  const qty = id % 97 === 0 ? 'many' : String(1 + Math.floor(random() * 9));
  const price = (random() * 200).toFixed(2);
  const status = id % 3 === 0 ? 'paid' : 'open';
  const note = id % 7 === 0 ? `"said ""now"",\nand – über – left"` : 'none';
  return `${id},shop ${Math.floor(random() * shops)},${qty},${price},${status},${1.7e12 + id * 60_000},${note}\n`;
}
