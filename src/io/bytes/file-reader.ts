import { Observable, type Subscriber } from 'rxjs';
import type { Batch } from '../../interfaces/batch.ts';
import type { DecodeContext, Decoder } from '../../interfaces/format.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import { eachFile } from './each-file.ts';
import { type FileReadOptions, FileReadSchema, type FileReadSettings, type Paths } from './file-options.ts';
import type { Input, Inputs } from './inputs.ts';
import { openInputs } from './open-source.ts';
import type { InputFile } from './paths.ts';
import { TextGuard } from './text-guard.ts';

const NONE: Uint8Array = new Uint8Array(0);

/** Bytes that a decoder gets at once: what it makes of them is one batch, however large the pieces are that come. */
const PIECE_BYTES = 256 * 2 ** 10;

export interface FileReaderSpec<T> {
  /** The registered name, e.g. `csv`. */
  readonly name: string;
  readonly paths: Paths;
  readonly options: FileReadOptions;
  /** Makes the decoder of one file. It gets valid UTF-8 without a byte order mark. */
  readonly decoder: (context: DecodeContext) => Decoder<T>;
  /** The most bytes that the decoder gets at once. @default 256 KiB */
  readonly pieceBytes?: number;
}

/**
 * A reader of files: finds them, reads, decompresses and transcodes them, one after another, and
 * lets a decoder make records of them.
 */
export function fileReader<T>(spec: FileReaderSpec<T>): Reader<T> {
  const settings = FileReadSchema.parse(spec.options);
  const { name, paths } = spec;
  return eachFile<T>({
    name,
    paths,
    settings,
    read: (file, label, context) => readFile(file, label, settings, spec, context),
  });
}

function readFile<T>(
  file: InputFile,
  label: string,
  settings: FileReadSettings,
  { decoder, pieceBytes = PIECE_BYTES }: FileReaderSpec<T>,
  context: ReadContext,
): Observable<Item<T>> {
  return new Observable((subscriber) => {
    const reading = new Reading(subscriber, context, pieceBytes, ({ file }, guard) =>
      decoder({
        source: label,
        ...(file === undefined ? {} : { file }),
        offset: guard.skipped,
        get converted() {
          return guard.converted;
        },
        failed: (failure) => context.failed(failure),
      }),
    );
    void reading.run(file, settings);
    return () => context.closing(reading.close());
  });
}

/** One file on its way into records. It is closed before the subscriber hears of the end. */
class Reading<T> {
  readonly #subscriber: Subscriber<Item<T>>;
  readonly #context: ReadContext;
  readonly #pieceBytes: number;
  readonly #makeDecoder: (input: Input, guard: TextGuard) => Decoder<T>;
  #inputs: Promise<Inputs> | undefined;

  constructor(
    subscriber: Subscriber<Item<T>>,
    context: ReadContext,
    pieceBytes: number,
    makeDecoder: (input: Input, guard: TextGuard) => Decoder<T>,
  ) {
    this.#subscriber = subscriber;
    this.#context = context;
    this.#pieceBytes = pieceBytes;
    this.#makeDecoder = makeDecoder;
  }

  /** Never rejects: the subscriber gets the error. */
  async run(file: InputFile, settings: FileReadSettings): Promise<void> {
    try {
      try {
        await this.#read(file, settings);
      } finally {
        await this.close();
      }
      this.#subscriber.complete();
    } catch (error) {
      this.#subscriber.error(error);
    }
  }

  /** Also waits for an opening under way; a failed one has nothing to close. */
  async close(): Promise<void> {
    const inputs = await this.#inputs?.catch(() => undefined);
    await inputs?.close();
  }

  async #read(file: InputFile, settings: FileReadSettings): Promise<void> {
    if (this.#context.demand.paused) await this.#context.demand.ready();
    if (this.#subscriber.closed) return;
    this.#inputs = openInputs(file, settings, this.#context);
    const inputs = await this.#inputs;
    for (let input = await inputs.next(); input !== undefined; input = await inputs.next()) {
      await this.#decode(input, settings);
      if (this.#subscriber.closed) return;
    }
  }

  async #decode(input: Input, { encoding, invalid }: FileReadSettings): Promise<void> {
    const { name, source } = input;
    const guard = new TextGuard({ path: name, encoding, invalid });
    let decoder: Decoder<T> | undefined;
    for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
      const size = Math.ceil(chunk.length / Math.ceil(chunk.length / this.#pieceBytes));
      for (let from = 0; from < chunk.length; from += size) {
        const text = guard.push(size === chunk.length ? chunk : chunk.subarray(from, from + size));
        if (text.length > 0) {
          decoder ??= this.#makeDecoder(input, guard);
          await this.#emit(decoder.decode(text));
        }
        if (guard.fault !== undefined) await this.#fault(guard.fault, decoder);
        if (this.#subscriber.closed) return;
      }
    }
    if (this.#subscriber.closed) return;
    const rest = guard.flush();
    decoder ??= this.#makeDecoder(input, guard);
    if (rest.length > 0) await this.#emit(decoder.decode(rest));
    if (guard.fault !== undefined) await this.#fault(guard.fault, decoder);
    if (this.#subscriber.closed) return;
    await this.#emit(decoder.flush());
  }

  /** What is wrong in the text before the fault, and was held back behind good records, comes first. */
  async #fault(fault: Error, decoder: Decoder<T> | undefined): Promise<never> {
    await this.#emit(decoder?.decode(NONE));
    throw fault;
  }

  /**
   * Demand may also have gone while a read was under way, or because of the bad records of a chunk
   * that had no good one: then it waits here.
   */
  async #emit(batch: Batch<T> | undefined): Promise<void> {
    const { demand } = this.#context;
    if (demand.paused) await demand.ready();
    if (batch === undefined || batch.records.length === 0) return;
    this.#subscriber.next(batch);
    if (demand.paused) await demand.ready();
  }
}
