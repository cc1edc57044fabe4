import assert from 'node:assert/strict';

/** Runs a case, and fails when `leaks` counts something else after it than before. */
export async function withoutLeak(
  run: () => Promise<void>,
  leaks: (() => unknown) | undefined,
): Promise<void> {
  const before = leaks?.();
  await run();
  assert.deepEqual(leaks?.(), before, 'something was left open');
}
