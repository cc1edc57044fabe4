import { BATCH_SIZE } from '../../../core/batch.ts';
import { type RecordBuilder, recordBuilder } from '../../../core/record-builder.ts';
import type { DecodeFailure, Replacement } from '../../../interfaces/failure.ts';
import type { HeadParts } from './head.ts';

/** What a reader's stage does when a record was bad. */
export interface BadRecordHost {
  /** Something was given out: what the reader gives anew after a failure would come twice. */
  emitted(): void;
  /** Sends the dead letters that wait, if there is room. */
  flush(): void;
}

/** Lets the policies of a reader decide on records that its decoder could not make. */
export class BadRecords {
  readonly #parts: HeadParts;
  readonly #build: RecordBuilder | undefined;
  readonly #host: BadRecordHost;

  /** With `fields`, what replaces a bad record gets these only, as others do. */
  constructor(parts: HeadParts, fields: readonly string[] | undefined, host: BadRecordHost) {
    this.#parts = parts;
    this.#build = fields && recordBuilder(fields.map((name) => ({ name, from: name })));
    this.#host = host;
  }

  /** @throws what the run is to fail with. */
  settle(failure: DecodeFailure): Replacement | undefined {
    const { node, body } = this.#parts;
    if (body.over) return undefined;
    this.#host.emitted();
    if (node.failures.skipUnseen()) {
      node.counters.in++;
      return undefined;
    }
    const { error, partial } = failure;
    const verdict = node.failures.settle(error, partial, 1, {
      origin: () => failure.origin,
      raw: () => failure.raw,
    });
    if (verdict.kind === 'fail') throw verdict.error;
    if (verdict.kind === 'replace') return { record: this.#narrowed(verdict.record) };
    node.counters.in++;
    if (verdict.kind === 'dead-letter') {
      node.letters.push(verdict.letter);
      if (node.letters.length >= BATCH_SIZE) this.#host.flush();
    }
    return undefined;
  }

  /** What has no fields is left to fail in the operator that selects them. */
  #narrowed(record: unknown): unknown {
    return this.#build === undefined || record === null || record === undefined
      ? record
      : this.#build(record);
  }
}
