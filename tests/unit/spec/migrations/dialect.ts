import { isMap } from 'yaml';
import type { Migration } from '../../../../src/spec/migrations/migration.ts';

/** Versions that never were: they stand for those to come. */
export const DIALECT: readonly Migration[] = [
  {
    from: -1,
    to: 0,
    summary: 'never reached',
    rewrite() {
      throw new Error('it is older than any');
    },
  },
  {
    from: 0,
    to: 1,
    summary: '"inputs" is called "flows"',
    rewrite(document) {
      if (!isMap(document.contents)) return;
      for (const pair of document.contents.items) {
        const key = pair.key as { value?: unknown };
        if (key.value === 'inputs') key.value = 'flows';
      }
    },
  },
  {
    from: 1,
    to: 2,
    summary: 'a name is needed',
    rewrite(document) {
      if (!document.has('name')) document.set('name', 'unnamed');
    },
  },
];
