import { Observable, type Subscriber } from 'rxjs';
import type { Batch } from '../../interfaces/batch.ts';
import type { DecodeContext, Decoder } from '../../interfaces/format.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import { ConvertedText } from './converted-text.ts';
import { eachFile } from './each-file.ts';
import { type FileReadOptions, FileReadSchema, type FileReadSettings, type Paths } from './file-options.ts';
import type { FilePosition, Standing, TextPosition } from './file-position.ts';
import type { FileWork } from './files-progress.ts';
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
  /** Makes the decoder of one file, which tells its position. It gets valid UTF-8 without a byte order mark. */
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
    read: (file, label, context, work) => readFile(file, label, settings, spec, context, work),
  });
}

function readFile<T>(
  file: InputFile,
  label: string,
  settings: FileReadSettings,
  { decoder, pieceBytes = PIECE_BYTES }: FileReaderSpec<T>,
  context: ReadContext,
  work: FileWork,
): Observable<Item<T>> {
  return new Observable((subscriber) => {
    const makeDecoder: MakeDecoder<T> = ({ file }, guard, from) =>
      decoder({
        source: label,
        ...(file === undefined ? {} : { file }),
        offset: from?.byte ?? guard.skipped,
        from,
        get converted() {
          return guard.converted;
        },
        failed: (failure) => context.failed(failure),
      });
    const reading = new Reading({ subscriber, context, pieceBytes, makeDecoder, from: work.from });
    work.stands(
      () => reading.standing(),
      () => reading.emitHeld(),
    );
    void reading.run(file, settings);
    return () => {
      reading.leave();
      context.closing(reading.close());
    };
  });
}

type MakeDecoder<T> = (input: Input, guard: TextGuard, from: TextPosition | undefined) => Decoder<T>;

interface ReadingSpec<T> {
  readonly subscriber: Subscriber<Item<T>>;
  readonly context: ReadContext;
  readonly pieceBytes: number;
  readonly makeDecoder: MakeDecoder<T>;
  readonly from: FilePosition | undefined;
}

/** What is being decoded. */
interface Decoding {
  readonly name: string;
  /** Where it was gone on with. */
  readonly from: TextPosition | undefined;
  readonly guard: TextGuard;
  decoder: Decoder<unknown> | undefined;
}

/** One file on its way into records. It is closed before the subscriber hears of the end. */
class Reading<T> {
  readonly #spec: ReadingSpec<T>;
  #opening: Promise<Inputs> | undefined;
  #inputs: Inputs | undefined;
  /** Inputs that are done. */
  #done: number;
  #decoding: Decoding | undefined;
  /** What waits until the graph has room. */
  #held: Batch<T> | undefined;
  /** Where it stood when it was left: then the file is closed, and tells nothing. */
  #left: { readonly standing: Standing } | undefined;

  constructor(spec: ReadingSpec<T>) {
    this.#spec = spec;
    this.#done = spec.from?.input ?? 0;
  }

  /** Never rejects: the subscriber gets the error. */
  async run(file: InputFile, settings: FileReadSettings): Promise<void> {
    const { subscriber } = this.#spec;
    try {
      try {
        await this.#read(file, settings);
      } finally {
        await this.close();
      }
      subscriber.complete();
    } catch (error) {
      subscriber.error(error);
    }
  }

  /** Nobody waits for the rest. */
  leave(): void {
    this.#left ??= { standing: this.standing() };
  }

  /** Also waits for an opening under way; a failed one has nothing to close. */
  async close(): Promise<void> {
    this.leave();
    const inputs = await this.#opening?.catch(() => undefined);
    await inputs?.close();
  }

  /** Where it stands: what was decoded and is held is neither before that nor behind it. */
  standing(): Standing {
    if (this.#left !== undefined) return this.#left.standing;
    const { from } = this.#spec;
    const inputs = this.#inputs;
    if (inputs === undefined) return from ?? 'beginning';
    if (this.#held !== undefined) return undefined;
    const decoding = this.#decoding;
    if (decoding === undefined) {
      if (this.#done > 0 && inputs.single) return 'end';
      if (this.#done === (from?.input ?? 0)) return from ?? 'beginning';
    }
    if (decoding === undefined) return this.#marked(inputs, undefined);
    const { name, decoder, guard, from: text } = decoding;
    if (decoder === undefined) return this.#marked(inputs, text, name);
    const at = decoder.position?.();
    return at && this.#marked(inputs, { ...at, converted: guard.converted }, name);
  }

  #marked(inputs: Inputs, text: TextPosition | undefined, name?: string): Standing {
    // Offsets in text that was converted are none in the file.
    const mark = inputs.mark(text?.converted === false ? text.byte : undefined);
    return (
      mark && {
        ...mark,
        input: this.#done,
        ...(name !== undefined && { name }),
        ...(text !== undefined && { text }),
      }
    );
  }

  /** Emits what is held, although the graph has no room. */
  emitHeld(): void {
    const batch = this.#held;
    this.#held = undefined;
    if (batch !== undefined) this.#spec.subscriber.next(batch);
  }

  async #read(file: InputFile, settings: FileReadSettings): Promise<void> {
    const { subscriber, context, from } = this.#spec;
    if (context.demand.paused) await context.demand.ready();
    if (subscriber.closed) return;
    this.#opening = openInputs(file, settings, context, from);
    const inputs = await this.#opening;
    this.#inputs = inputs;
    let text = from?.text;
    for (let input = await inputs.next(); input !== undefined; input = await inputs.next()) {
      await this.#decode(input, settings, text);
      if (subscriber.closed) return;
      text = undefined;
    }
  }

  async #decode(
    input: Input,
    { encoding, invalid }: FileReadSettings,
    from: TextPosition | undefined,
  ): Promise<void> {
    const { name, source } = input;
    const { subscriber, pieceBytes, makeDecoder } = this.#spec;
    const again = from?.converted === true;
    const guard = new TextGuard({ path: name, encoding, invalid, from: again ? undefined : from?.byte });
    const text = new ConvertedText(guard, name, again ? from.byte : undefined);
    const decoding: Decoding = { name, from, guard, decoder: undefined };
    this.#decoding = decoding;
    let decoder: Decoder<T> | undefined;
    const begun = (): Decoder<T> => {
      decoder ??= makeDecoder(input, guard, from);
      decoding.decoder = decoder;
      return decoder;
    };
    for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
      const size = Math.ceil(chunk.length / Math.ceil(chunk.length / pieceBytes));
      for (let at = 0; at < chunk.length; at += size) {
        const bytes = text.push(size === chunk.length ? chunk : chunk.subarray(at, at + size));
        if (bytes.length > 0) await this.#emit(begun().decode(bytes));
        if (guard.fault !== undefined) await this.#fault(guard.fault, decoder);
        if (subscriber.closed) return;
      }
    }
    if (subscriber.closed) return;
    const rest = text.flush();
    begun();
    if (rest.length > 0) await this.#emit(begun().decode(rest));
    if (guard.fault !== undefined) await this.#fault(guard.fault, decoder);
    if (subscriber.closed) return;
    const last = begun().flush();
    this.#decoding = undefined;
    this.#done++;
    await this.#emit(last);
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
    const { demand } = this.#spec.context;
    if (batch !== undefined && batch.records.length > 0) this.#held = batch;
    if (demand.paused) await demand.ready();
    this.emitHeld();
    if (demand.paused) await demand.ready();
  }
}
