import { readFrom } from '../../from.ts';
import type { Reader } from '../../interfaces/reader.ts';
import type { Writer } from '../../interfaces/writer.ts';
import { type Pipeline, pipeline } from '../../processing/graph/pipeline.ts';
import { filter } from '../../processing/operators/filter.ts';
import { select } from '../../processing/operators/select.ts';
import { take } from '../../processing/operators/take.ts';
import type { RecordQuery } from './record-query.ts';

/** Which records go on, and how many of them. */
export interface Conversion extends RecordQuery {
  readonly limit: number;
}

/** The pipeline from a reader to a writer: all that is in between is one stage. */
export function conversion(
  reader: Reader<unknown>,
  writer: Writer<unknown>,
  { select: names, where, columns, limit }: Conversion,
): Pipeline {
  let flow = readFrom(reader);
  if (where !== undefined) flow = flow.pipe(filter((record: unknown) => where(record)));
  // A reader that has read these fields alone has them in this order.
  if (names !== undefined && (where !== undefined || columns === undefined)) {
    flow = flow.pipe(select(...(names as readonly never[])));
  }
  if (limit !== Number.POSITIVE_INFINITY) flow = flow.pipe(take(limit));
  return pipeline('convert', flow.to(writer));
}
