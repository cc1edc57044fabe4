import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Examples import millrace as its users do. */
const alias = [
  { find: /^millrace$/, replacement: resolve('src/index.ts') },
  { find: /^millrace\/testing$/, replacement: resolve('src/testing/index.ts') },
];

const project = (name: string, include: string[], extra: object = {}) => ({
  resolve: { alias },
  test: { name, include, execArgv: ['--unhandled-rejections=strict'], ...extra },
});

export default defineConfig({
  test: {
    pool: 'forks',
    // By itself it leaves one core idle, of two as of twenty.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project('unit', ['tests/{unit,types}/**/*.test.ts', 'examples/**/*.test.ts'], {
        testTimeout: 60_000,
        // A process for each of so many small files would take longer than their tests do.
        isolate: false,
      }),
      project('laws', ['tests/{conformance,properties}/**/*.test.ts'], { testTimeout: 60_000 }),
      project('kills', ['tests/integration/checkpoints/**/*.test.ts']),
      project('integration', ['tests/integration/**/*.test.ts'], {
        exclude: ['tests/integration/checkpoints/**'],
        testTimeout: 120_000,
        hookTimeout: 120_000,
        globalSetup: ['tests/integration/cli/built-command.ts'],
      }),
      project('memory', ['tests/memory/**/*.test.ts'], { testTimeout: 180_000 }),
      project('services', ['tests/services/**/*.test.ts'], {
        testTimeout: 120_000,
        globalSetup: ['tests/services/postgres/server.ts', 'tests/integration/cli/built-command.ts'],
      }),
      project('check', ['tests/check/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        globalSetup: ['tests/check/build.ts'],
      }),
    ],
  },
});
