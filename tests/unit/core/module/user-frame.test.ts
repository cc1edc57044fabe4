import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { userFrame } from '../../../../src/core/module/user-frame.ts';

const src = pathToFileURL(resolve('src/processing/graph/flow.ts')).href;
const bin = pathToFileURL(resolve('bin/millrace.js')).href;
const user = pathToFileURL(resolve('orders.ts')).href;

function stack(...frames: string[]): object {
  return { message: 'boom', stack: ['Error: boom', ...frames.map((frame) => `    at ${frame}`)].join('\n') };
}

describe('the frame of the user', () => {
  test.each([
    ['past those of millrace', [`Flow.pipe (${src}:9:1)`, `${user}:3:7`, `${user}:9:9`], 'orders.ts:3:7'],
    ['with its function', [`build (${user}:4:2)`], 'orders.ts:4:2'],
    ['in asynchronous code', [`async ${user}:5:1`], 'orders.ts:5:1'],
    ['in CommonJS', [`Object.<anonymous> (${resolve('orders.cjs')}:6:1)`], 'orders.cjs:6:1'],
    [
      'past Node and packages',
      [
        'run (node:internal/x:1:1)',
        `f (${user.replace('orders.ts', 'node_modules/a/b.js')}:1:1)`,
        `${user}:7:1`,
      ],
      'orders.ts:7:1',
    ],
    ['outside the current folder', ['file:///elsewhere/orders.ts:8:1'], join('/elsewhere', 'orders.ts:8:1')],
  ])('is found %s', (_where, frames, place) => {
    expect(userFrame(stack(...frames))).toBe(place);
  });

  test('is the place of a syntax error, which stands above its stack', () => {
    const text = `${resolve('orders.ts')}:12\nconst a = ;\n          ^\n\nSyntaxError: Unexpected token`;
    expect(userFrame({ message: '', stack: text })).toBe('orders.ts:12');
  });

  test.each([
    [stack(`main (${bin}:1:1)`, `f (${src}:1:1)`)],
    [undefined],
    ['a string'],
    [{ message: 'no stack' }],
  ])('%# is absent where there is none', (thrown) => {
    expect(userFrame(thrown)).toBe(undefined);
  });
});
