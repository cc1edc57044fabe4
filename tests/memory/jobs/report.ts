/** Tells the test that started this process what came out. */
export function report(result: unknown): void {
  process.send!(result, () => process.disconnect());
}

/** Bytes of the heap that something still refers to. Needs `--expose-gc`. */
export function heapInUse(): number {
  globalThis.gc!();
  return process.memoryUsage().heapUsed;
}
