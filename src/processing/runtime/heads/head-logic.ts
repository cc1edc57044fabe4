import type { AsyncLogic, OperatorContext } from '../../../interfaces/operator.ts';

/** What the stage runs: an asynchronous operator, or a lifted synchronous one, which may hold records. */
export interface HeadLogic extends AsyncLogic<unknown, unknown> {
  watermark?(time: number): Iterable<unknown>;
  end?(): Iterable<unknown>;
}

/** Creates the logic; `many`: its results are iterables of records. */
export type CreateLogic = (context: OperatorContext) => { readonly logic: HeadLogic; readonly many: boolean };
