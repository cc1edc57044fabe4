import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateRawSync,
  deflateSync,
  inflateRawSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import type { Compression } from '../../src/io/bytes/compression.ts';

export interface CompressionWay {
  /** What the name of a file ends in; where it says nothing, the option has to. */
  readonly ending: string;
  readonly options: { readonly compression?: Compression };
  readonly pack: (bytes: string) => Buffer;
  readonly unpack: (bytes: Buffer) => Buffer;
}

/** All compressions but gzip. */
export const COMPRESSIONS: Readonly<Record<string, CompressionWay>> = {
  deflate: { ending: '.zz', options: {}, pack: deflateSync, unpack: inflateSync },
  'deflate-raw': {
    ending: '',
    options: { compression: 'deflate-raw' },
    pack: deflateRawSync,
    unpack: inflateRawSync,
  },
  brotli: { ending: '.br', options: {}, pack: brotliCompressSync, unpack: brotliDecompressSync },
  zstd: { ending: '.zst', options: {}, pack: zstdCompressSync, unpack: zstdDecompressSync },
};
