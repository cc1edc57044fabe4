import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Runs the tests of a user who has no vitest. */
function nodeTest(env: Readonly<Record<string, string>> = {}): {
  readonly status: number | null;
  readonly out: string;
} {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...own } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--test', '--test-reporter=tap', join(import.meta.dirname, 'node-test/kit.ts')],
    { encoding: 'utf8', env: { ...own, ...env }, timeout: 90_000 },
  );
  return { status, out: stdout + stderr };
}

describe('with node:test', () => {
  test('the testing kit works as it does with vitest', () => {
    const { status, out } = nodeTest();
    expect(out).toMatch(/^# fail 0$/m);
    expect(out).toContain('examples/files/orders.test.yaml: paid orders are kept');
    expect(Number(/^# pass (\d+)$/m.exec(out)?.[1])).toBeGreaterThan(30);
    expect(status).toBe(0);
  });

  test('what is not as expected fails, as an AssertionError that shows both', () => {
    const { status, out } = nodeTest({ EXPECT_FAILURE: 'yes' });
    expect(out).toMatch(/^# fail 1$/m);
    expect(out).toContain("name: 'AssertionError'");
    expect(out).toContain('The flow is not a-c|');
    expect(status).toBe(1);
  });
});
