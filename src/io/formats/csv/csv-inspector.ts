import { parseOptions } from '../../../core/options.ts';
import type { Decoder } from '../../../interfaces/format.ts';
import type { Reader } from '../../../interfaces/reader.ts';
import type { Paths } from '../../bytes/file-options.ts';
import { fileReader } from '../../bytes/file-reader.ts';
import type { CsvCountOptions } from './csv-counter.ts';
import { CsvDecoder } from './csv-decoder.ts';
import type { Dialect } from './csv-dialect.ts';
import { CsvReadSchema } from './csv-read-options.ts';

/**
 * A reader of CSV whose fields are text, and which tells of each file what dialect it has and the names of its columns,
 * as soon as they are known.
 *
 * @throws MillraceError `ERR_OPTIONS` for wrong options.
 */
export function csvInspector(
  paths: Paths,
  options: CsvCountOptions,
  seen: (dialect: Dialect, names: readonly string[]) => void,
): Reader<Record<string, string>> {
  const settings = parseOptions(CsvReadSchema, options, 'inspect');
  return fileReader({
    name: 'csv',
    paths,
    options: settings,
    decoder: (context) => telling(new CsvDecoder<Record<string, string>>(settings, context), seen),
  });
}

interface CsvState {
  readonly dialect: Dialect;
  readonly head?: readonly string[];
}

function telling<T>(
  decoder: CsvDecoder<T>,
  seen: (dialect: Dialect, names: readonly string[]) => void,
): Decoder<T> {
  let told = false;
  const tell = (): void => {
    const state = told ? undefined : (decoder.position()?.state as CsvState | undefined);
    if (state?.head === undefined) return;
    told = true;
    seen(state.dialect, state.head);
  };
  return {
    decode(chunk) {
      const made = decoder.decode(chunk);
      tell();
      return made;
    },
    flush() {
      const made = decoder.flush();
      tell();
      return made;
    },
  };
}
