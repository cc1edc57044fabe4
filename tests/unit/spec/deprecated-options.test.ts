import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { builtins } from '../../../src/builtins.ts';
import { component } from '../../../src/core/component.ts';
import { deprecatedOption } from '../../../src/core/deprecation.ts';
import { take } from '../../../src/processing/operators/take.ts';
import { fileSchema } from '../../../src/spec/file-schema.ts';
import { readPipelineText } from '../../../src/spec/pipeline-file.ts';

/** An operator whose option `limit` was called `number` once. */
const FIRST = component(
  'operator',
  'first_of',
  'The first records',
  z.strictObject({
    limit: z.int().optional().describe('How many'),
    number: deprecatedOption(z.int(), {
      code: 'MILLRACE_DEP9100',
      since: '0.2.0',
      instead: 'Write limit.',
    }).optional(),
  }),
  ({ limit, number }) => take(limit ?? number ?? 1),
);
const registry = builtins().register(FIRST);

const file = (options: string) =>
  readPipelineText(
    {
      path: '/nowhere/orders.yaml',
      shown: 'orders.yaml',
      text: `version: 1
flows:
  orders:
    read: { ndjson: in.ndjson }
    pipe:
      - firstOf: { ${options} }
sinks:
  out: { from: orders, write: { ndjson: out.ndjson } }
`,
    },
    { registry, environment: {} },
  );

let emitted: unknown[];
beforeEach(() => {
  emitted = [];
  vi.spyOn(process, 'emitWarning').mockImplementation((...given: unknown[]) => void emitted.push(given));
});
afterEach(() => vi.restoreAllMocks());

test('a deprecated option of a file is named with its place and what takes its place; the process is not warned as well', async () => {
  const { notes, build } = await file('number: 3');
  await build({});
  expect(notes.map(({ document }) => document)).toEqual([
    {
      file: 'orders.yaml',
      line: 6,
      column: 20,
      endLine: 6,
      endColumn: 26,
      message: 'the option "number" is deprecated since millrace 0.2.0 (MILLRACE_DEP9100)',
      hint: 'Write limit.',
    },
  ]);
  expect(notes[0]!.text).toMatch(
    /^orders\.yaml:6:20: the option "number" is deprecated[\s\S]*Write limit\.$/,
  );
  expect(emitted).toEqual([]);
});

test('a file without one has no notes', async () => {
  expect((await file('limit: 3')).notes).toEqual([]);
});

test('editors cross it out', () => {
  expect(JSON.stringify(fileSchema(registry))).toContain('"deprecated":true');
});
