import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { definePlugin } from '../../src/define-plugin.ts';
import type { Reader } from '../../src/interfaces/reader.ts';
import { map } from '../../src/processing/operators/map.ts';

declare const numbers: Reader<number>;
const head = { name: 'acme', millrace: '*' } as const;

test('options are typed by their schema, with their defaults, whatever other parts have none', () => {
  const define = () =>
    definePlugin({
      ...head,
      readers: {
        plain: { summary: 'x', create: () => numbers },
        counted: {
          summary: 'x',
          options: z.object({ n: z.int(), text: z.string().default('') }),
          main: 'n',
          create: (options) => {
            expectTypeOf(options).toEqualTypeOf<{ n: number; text: string }>();
            return numbers;
          },
        },
      },
      operators: {
        kept: {
          summary: 'x',
          options: z.object({ key: z.string() }),
          create: ({ key }) => map((record: Record<string, unknown>) => record[key]),
        },
      },
    });
  expectTypeOf(define).toBeFunction();
});

test('functions are typed by their parameters', () => {
  const define = () =>
    definePlugin({
      ...head,
      functions: {
        pad: {
          summary: 'x',
          parameters: ['text', 'integer', 'text?'],
          returns: 'text',
          call: (text, length, fill) => {
            expectTypeOf(text).toEqualTypeOf<string>();
            expectTypeOf(length).toEqualTypeOf<number>();
            expectTypeOf(fill).toEqualTypeOf<string | undefined>();
            return text.padStart(length, fill);
          },
        },
      },
    });
  expectTypeOf(define).toBeFunction();
});

test('what is wrong does not compile', () => {
  const wrong = () => {
    const options = z.object({ n: z.int() });
    // @ts-expect-error there is no such option
    definePlugin({ ...head, readers: { r: { summary: 'x', options, create: ({ m }) => m } } });
    // @ts-expect-error the main option is none of the options
    definePlugin({ ...head, readers: { r: { summary: 'x', options, main: 'm', create: () => numbers } } });
    // @ts-expect-error that is no reader
    definePlugin({ ...head, readers: { r: { summary: 'x', create: () => 7 } } });
    const call = () => '';
    // @ts-expect-error there is no such kind of value
    definePlugin({ ...head, functions: { f: { summary: '', parameters: ['txt'], returns: 'text', call } } });
    // @ts-expect-error there is no such hook
    definePlugin({ ...head, hooks: { before: () => {} } });
  };
  expectTypeOf(wrong).toBeFunction();
});
