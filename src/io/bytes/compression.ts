/** The ways of compressing that are known: the values of the option `compression` besides `auto`. */
export const COMPRESSIONS = ['none', 'gzip', 'deflate', 'deflate-raw', 'brotli', 'zstd'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

const SUFFIXES: readonly (readonly [suffix: RegExp, compression: Compression])[] = [
  [/\.(gz|gzip|tgz)$/i, 'gzip'],
  [/\.(zz|zlib|deflate)$/i, 'deflate'],
  [/\.br$/i, 'brotli'],
  [/\.(zst|zstd|tzst)$/i, 'zstd'],
];

const GZIP = [0x1f, 0x8b, 0x08];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
/** Behind the first byte of a frame of zstd that holds something else, such as the index of a seekable file. */
const SKIPPABLE = [0x2a, 0x4d, 0x18];

/** What the end of a name says; `none` when it says nothing. */
export function namedCompression(name: string): Compression {
  return SUFFIXES.find(([suffix]) => suffix.test(name))?.[1] ?? 'none';
}

/**
 * How a file is compressed, by its first bytes where they are a mark that no text begins with, else by its
 * name. Data of brotli has no mark and may begin like any other: there the name is believed.
 */
export function detectCompression(name: string, head: Uint8Array): Compression {
  const named = namedCompression(name);
  if (named === 'brotli') return named;
  if (begins(head, GZIP)) return 'gzip';
  return begins(head, ZSTD) || maybeSkippable(head, 4) ? 'zstd' : named;
}

/** Whether more bytes could make a mark of these. */
export function maybeMarked(head: Uint8Array): boolean {
  const { length } = head;
  if (length < GZIP.length && begins(head, GZIP.slice(0, length))) return true;
  return length < ZSTD.length && (begins(head, ZSTD.slice(0, length)) || maybeSkippable(head, length));
}

/** Whether data of `deflate` begins as zlib does: some leave the header out. */
export function hasZlibHeader(head: Uint8Array): boolean {
  const [method = 0, flags = 0] = head;
  return (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0;
}

/** Whether more can be written behind a file, so that readers take both for one. */
export function isContinuable(compression: Compression): boolean {
  return compression === 'none' || compression === 'gzip' || compression === 'zstd';
}

function begins(head: Uint8Array, mark: readonly number[], at = 0): boolean {
  return mark.every((byte, index) => head[at + index] === byte);
}

function maybeSkippable(head: Uint8Array, count: number): boolean {
  if (count === 0) return true;
  return ((head[0] ?? 0) & 0xf0) === 0x50 && begins(head, SKIPPABLE.slice(0, count - 1), 1);
}

/** The archives that are known: the values of the option `archive` besides `auto`. */
export const ARCHIVES = ['none', 'zip', 'tar'] as const;

export type Archive = (typeof ARCHIVES)[number];

/** What the end of a name says: `.zip`, `.tar`, `.tgz`, `.tar.gz`, `.tar.zst` and so on. */
export function namedArchive(name: string): Archive {
  if (/\.zip$/i.test(name)) return 'zip';
  const [suffix] = SUFFIXES.find(([end]) => end.test(name)) ?? [];
  const bare = suffix === undefined ? name : name.replace(suffix, '');
  return /\.t(gz|zst)$/i.test(name) || /\.tar$/i.test(bare) ? 'tar' : 'none';
}
