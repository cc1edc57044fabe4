const SCALE = Number(process.env['BENCH_SCALE'] ?? 1);

/** Whether sizes are those that results are about. */
export const isFullSize = SCALE === 1;

/** A size; less of it to see that all works: `BENCH_SCALE=0.001 node operators/run.ts`. */
export function scaled(size: number): number {
  return Math.max(1, Math.round(size * SCALE));
}
