import { changedError } from '../../core/changed-error.ts';
import { MillraceError } from '../../core/errors.ts';
import type { ReadContext } from '../../interfaces/reader.ts';
import { EntryChoice } from './archives/entry-choice.ts';
import { TarEntries } from './archives/tar-entries.ts';
import { ZipEntries } from './archives/zip-entries.ts';
import type { ByteSource } from './byte-source.ts';
import { namedArchive, namedCompression } from './compression.ts';
import type { FileReadSettings } from './file-options.ts';
import type { FilePosition } from './file-position.ts';
import { FileSource } from './file-source.ts';
import { HttpSource } from './http/http-source.ts';
import { httpTarget } from './http/http-url.ts';
import { Inflation } from './inflation.ts';
import { type Inputs, type InputsMark, OneInput, ResumedInputs } from './inputs.ts';
import { type InputFile, inputName } from './paths.ts';
import { openPipe } from './pipe-source.ts';
import { CountedSource, type RawSource, TakenBytes } from './raw-source.ts';
import { requiredIdentity } from './required-identity.ts';
import { SkippedSource } from './skipped-source.ts';
import { StreamSource } from './stream-source.ts';
import { UnwrappedSource } from './unwrapped-source.ts';

/** Each piece of compressed bytes waits for its turn with another thread: few large ones wait less. */
const COMPRESSED_BYTES = 512 * 2 ** 10;
/** Who asks for less than this wants small pieces. */
const SMALL = 64 * 2 ** 10;

/**
 * What an input is read as: the bytes of a file without its compression, or those of the entries of an archive; with
 * `from`, those that come behind that place.
 *
 * @throws MillraceError `ERR_CHANGED` when it is not what it was.
 */
export async function openInputs(
  file: InputFile,
  settings: FileReadSettings,
  context: ReadContext,
  from?: FilePosition,
): Promise<Inputs> {
  // A member is where it was in what was read; of anything else nobody knows.
  const begin = from && settings.resume.changed === 'allow' ? { ...from, member: undefined } : from;
  const inputs = await openAll(file, settings, context, begin);
  return begin === undefined || begin.plain ? inputs : new ResumedInputs(inputs, begin);
}

async function openAll(
  file: InputFile,
  settings: FileReadSettings,
  context: ReadContext,
  from: FilePosition | undefined,
): Promise<Inputs> {
  const { compression, chunkBytes, maxInflation } = settings;
  const path = inputName(file);
  const inflation = new Inflation(path, maxInflation);
  const archive = settings.archive === 'auto' ? namedArchive(path) : settings.archive;
  const choice = new EntryChoice(path, settings);
  const unwrap = (source: ByteSource, place: string): ByteSource =>
    compression === 'none'
      ? source
      : new UnwrappedSource(source, { path: place, compression: 'auto', chunkBytes, inflation });
  const consumed = (bytes: number) => context.consumed(bytes);
  if (archive === 'zip') {
    if (file.path === '-' || file.pipe === true || file.url === true) throw unseekable(path);
    const taken = new TakenBytes(consumed, 0, from?.taken);
    const identity = from && requiredIdentity(from, settings);
    return ZipEntries.open({ path, chunkBytes, inflation, choice, unwrap, taken, identity });
  }
  const begin = seekable(from);
  const { raw, start } = await openRaw(file, settings, context, from, begin);
  const taken = new TakenBytes(consumed, start, from?.taken);
  const counted = new CountedSource(raw, (bytes) => {
    taken.add(bytes);
    inflation.took(bytes);
  });
  const placed = begin === start ? counted : new SkippedSource(counted, begin - start, path, begin);
  const bare = compression === 'none' || from?.plain === true;
  const unwrapped = bare
    ? undefined
    : new UnwrappedSource(placed, { path, compression, chunkBytes, inflation, from: from?.member });
  const source = unwrapped ?? placed;
  const mark = (text?: number): InputsMark | undefined => {
    const identity = raw.identity?.();
    const plain = archive === 'none' && (bare || unwrapped?.found === 'none');
    const member = text === undefined ? undefined : unwrapped?.memberBefore(text);
    const known = member !== undefined && member.byte > 0;
    return identity && { identity, taken: taken.most, plain, ...(known && { member }) };
  };
  if (archive === 'tar') return new TarEntries(source, { path, choice, unwrap, mark: () => mark() });
  return new OneInput({ name: path, ...(file.path === '-' ? {} : { file: path }), source }, mark);
}

/** Offset of the first byte that is needed of the file. */
function seekable(from: FilePosition | undefined): number {
  if (from?.member !== undefined) return from.member.byte;
  return from?.plain === true && from.text?.converted === false ? from.text.byte : 0;
}

function unseekable(path: string): MillraceError {
  return new MillraceError('ERR_OPTIONS', `Cannot read ${path} as a zip archive: it must be a file`, {
    hint: 'Save it first: the directory of a zip archive is at its end. A tar archive can be piped.',
  });
}

/**
 * The bytes of an input as they lie there, from `begin` on or a little before: files are read in the same blocks as
 * from their beginning, so that they are cut at the same places.
 */
async function openRaw(
  file: InputFile,
  settings: FileReadSettings,
  context: ReadContext,
  from: FilePosition | undefined,
  begin: number,
): Promise<{ readonly raw: RawSource; readonly start: number }> {
  const { chunkBytes, http, compression, resume } = settings;
  const { path, pipe, url } = file;
  if (url === true) {
    const was = from?.identity.kind === 'http' ? from.identity : undefined;
    const start = was && { was, byte: begin, anything: resume.changed === 'allow' };
    const { clock, signal } = context;
    const expected = (bytes: number) => context.expected(Math.max(0, bytes - (from?.taken ?? 0)));
    const told = { clock, signal, expected };
    const raw = await HttpSource.open(httpTarget(path), http, told, Math.random, start);
    return { raw, start: raw.start };
  }
  if (path === '-') return { raw: new StreamSource(process.stdin, 'stdin', chunkBytes), start: 0 };
  if (pipe === true) {
    if (from !== undefined) throw changedError(path, 'it is a pipe now', 'Put the file back as it was.');
    return { raw: await openPipe(path), start: 0 };
  }
  const compressed = (compression === 'auto' ? namedCompression(path) : compression) !== 'none';
  const blockBytes = compressed && chunkBytes >= SMALL ? COMPRESSED_BYTES : chunkBytes;
  const start = begin - (begin % blockBytes);
  const raw = await FileSource.open(path, blockBytes, {
    identity: from && requiredIdentity(from, settings),
    byte: start,
  });
  return { raw, start };
}
