import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import type { Compressors, FileMetaData } from 'hyparquet';
import { optionalPeer } from '../../../core/optional-peer.ts';

/** What Node itself takes off: faster than what is written in JavaScript. A page says how long it gets. */
const NATIVE = {
  GZIP: (input: Uint8Array, length: number) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (input: Uint8Array, length: number) =>
    brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (input: Uint8Array, length: number) =>
    zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
} satisfies Compressors;

/** hyparquet brings these along. */
const BUILT_IN: ReadonlySet<string> = new Set(['UNCOMPRESSED', 'SNAPPY', ...Object.keys(NATIVE)]);

/** What takes the compressions off that a file uses; the rarer ones come from another package. */
export async function decompressors(path: string, metadata: FileMetaData): Promise<Compressors> {
  const used = metadata.row_groups.flatMap(({ columns }) => columns.map((one) => one.meta_data?.codec));
  const rare = used.find((codec) => codec !== undefined && !BUILT_IN.has(codec));
  if (rare === undefined) return NATIVE;
  const load = () => import('hyparquet-compressors');
  const { compressors } = await optionalPeer('hyparquet-compressors', load, `read ${path} (${rare})`);
  return { ...compressors, ...NATIVE };
}

/** What pages can be written with, by what users call it. */
export const CODECS = {
  none: { codec: 'UNCOMPRESSED' },
  snappy: { codec: 'SNAPPY' },
  gzip: { codec: 'GZIP', compress: (input: Uint8Array) => gzipSync(input) },
  brotli: { codec: 'BROTLI', compress: (input: Uint8Array) => brotliCompressSync(input) },
  zstd: { codec: 'ZSTD', compress: (input: Uint8Array) => zstdCompressSync(input) },
} as const;
