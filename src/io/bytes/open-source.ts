import { MillraceError } from '../../core/errors.ts';
import type { ReadContext } from '../../interfaces/reader.ts';
import { EntryChoice } from './archives/entry-choice.ts';
import { TarEntries } from './archives/tar-entries.ts';
import { ZipEntries } from './archives/zip-entries.ts';
import type { ByteSource } from './byte-source.ts';
import { namedArchive, namedCompression } from './compression.ts';
import type { FileReadSettings } from './file-options.ts';
import { FileSource } from './file-source.ts';
import { HttpSource } from './http/http-source.ts';
import { httpTarget } from './http/http-url.ts';
import { Inflation } from './inflation.ts';
import { type Inputs, OneInput } from './inputs.ts';
import type { InputFile } from './paths.ts';
import { openPipe } from './pipe-source.ts';
import { StreamSource } from './stream-source.ts';
import { UnwrappedSource } from './unwrapped-source.ts';

/** Each piece of compressed bytes waits for its turn with another thread: few large ones wait less. */
const COMPRESSED_BYTES = 512 * 2 ** 10;
/** Who asks for less than this wants small pieces. */
const SMALL = 64 * 2 ** 10;

/** What an input is read as: the bytes of a file without its compression, or those of the entries of an archive. */
export async function openInputs(
  file: InputFile,
  settings: FileReadSettings,
  context: ReadContext,
): Promise<Inputs> {
  const { compression, chunkBytes, maxInflation } = settings;
  const path = nameOf(file);
  const inflation = new Inflation(path, maxInflation);
  const archive = settings.archive === 'auto' ? namedArchive(path) : settings.archive;
  const choice = new EntryChoice(path, settings);
  const unwrap = (source: ByteSource, place: string): ByteSource =>
    compression === 'none'
      ? source
      : new UnwrappedSource(source, { path: place, compression: 'auto', chunkBytes, inflation });
  if (archive === 'zip') {
    if (file.path === '-' || file.pipe === true || file.url === true) throw unseekable(path);
    const consumed = (bytes: number) => context.consumed(bytes);
    return ZipEntries.open({ path, chunkBytes, inflation, choice, unwrap, consumed });
  }
  const counted = new CountedSource(await openRaw(file, settings, context), (bytes) => {
    context.consumed(bytes);
    inflation.took(bytes);
  });
  const source =
    compression === 'none'
      ? counted
      : new UnwrappedSource(counted, { path, compression, chunkBytes, inflation });
  if (archive === 'tar') return new TarEntries(source, { path, choice, unwrap });
  return new OneInput({ name: path, ...(file.path === '-' ? {} : { file: path }), source });
}

function unseekable(path: string): MillraceError {
  return new MillraceError('ERR_OPTIONS', `Cannot read ${path} as a zip archive: it must be a file`, {
    hint: 'Save it first: the directory of a zip archive is at its end. A tar archive can be piped.',
  });
}

/** What an input is called in messages and origins. */
function nameOf({ path, url }: InputFile): string {
  if (path === '-') return 'stdin';
  return url === true ? httpTarget(path).label : path;
}

/** The bytes of an input as they lie there. */
function openRaw(
  { path, pipe, url }: InputFile,
  { chunkBytes, http, compression }: FileReadSettings,
  context: ReadContext,
): Promise<ByteSource> {
  if (url === true) return HttpSource.open(httpTarget(path), http, context);
  if (path === '-') return Promise.resolve(new StreamSource(process.stdin, 'stdin', chunkBytes));
  if (pipe === true) return openPipe(path);
  const compressed = (compression === 'auto' ? namedCompression(path) : compression) !== 'none';
  return FileSource.open(path, compressed && chunkBytes >= SMALL ? COMPRESSED_BYTES : chunkBytes);
}

/** Tells of the bytes that were taken. */
class CountedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #took: (bytes: number) => void;

  constructor(source: ByteSource, took: (bytes: number) => void) {
    this.#source = source;
    this.#took = took;
  }

  async read(): Promise<Uint8Array | undefined> {
    const chunk = await this.#source.read();
    if (chunk !== undefined) this.#took(chunk.length);
    return chunk;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
