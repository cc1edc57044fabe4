import type { Origin } from '../../interfaces/batch.ts';

/** Where a decoder's bytes come from. */
export interface FilePlace {
  readonly source: string;
  readonly file?: string | undefined;
  /** Whether the bytes are not those of the file, but text that was converted. */
  readonly converted?: boolean | undefined;
}

/** The origin of a record; offsets in converted text say nothing about the file, and are left out. */
export function fileOrigin(place: FilePlace, record: number, line: number, byte: number): Origin {
  const { source, file, converted } = place;
  return {
    source,
    record,
    line,
    ...(converted === true ? {} : { byte }),
    ...(file === undefined ? {} : { file }),
  };
}

/** The origin of a record, without where it lies. */
export function briefFileOrigin({ source, file }: FilePlace, record: number): Origin {
  return file === undefined ? { source, record } : { source, record, file };
}
