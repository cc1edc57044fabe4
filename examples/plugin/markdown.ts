import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Batch, MillraceError, pathOption, type Writer } from 'millrace';
import { z } from 'zod';

export const writerOptions = z.object({
  path: pathOption('Path of the file'),
  columns: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('The fields, in this order; by default those of the first record'),
});

type Row = Readonly<Record<string, unknown>>;

let files = 0;

/** A Markdown table. The file appears when it is whole: it has another name until then. */
export function markdownWriter({ path, columns }: z.output<typeof writerOptions>): Writer<Row> {
  const whole = resolve(path);
  return Object.freeze({
    name: 'markdown',
    label: `markdown ${path}`,
    traits: Object.freeze({ commit: 'whole' } as const),
    target: `file:${whole}`,
    async open({ wrote }) {
      const partial = `${whole}.${process.pid}-${++files}.partial`;
      const file = await open(partial, 'wx');
      let header = columns;
      let begun = false;
      let closed = false;
      const close = async () => {
        if (!closed) await file.close();
        closed = true;
      };
      return {
        async write({ records }: Batch<Row>) {
          // All is made before anything is written: a batch goes in wholly, or not at all.
          const names = header ?? Object.keys(records[0] ?? {});
          const head = begun ? '' : `${line(names)}${line(names.map(() => '---'))}`;
          const text = head + records.map((record) => line(cells(record, names))).join('');
          await file.appendFile(text);
          header = names;
          begun = true;
          wrote(Buffer.byteLength(text));
        },
        async close() {
          await file.sync();
          await close();
          await rename(partial, whole);
        },
        async abort() {
          await close();
          await rm(partial, { force: true });
        },
      };
    },
  } satisfies Writer<Row>);
}

function cells(record: Row, names: readonly string[]): readonly string[] {
  if (typeof record !== 'object' || record === null) {
    throw new MillraceError('ERR_ENCODE', `Cannot encode ${String(record)} as a row: it is no object`);
  }
  return names.map((name) =>
    String(record[name] ?? '')
      .replaceAll(/[|\\]/g, '\\$&')
      .replaceAll('\n', '<br>'),
  );
}

function line(texts: readonly string[]): string {
  return `| ${texts.join(' | ')} |\n`;
}
