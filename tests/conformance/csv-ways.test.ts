import { describe, test } from 'vitest';
import type { Reader } from '../../src/interfaces/reader.ts';
import type { CsvReadOptions } from '../../src/io/formats/csv/csv-read-options.ts';
import { csvReader } from '../../src/io/formats/csv/csv-reader.ts';
import { type ReaderCases, readerConformance } from '../../src/testing/reader-conformance.ts';
import { openFiles, temporaryFolder } from './folder.ts';

const folder = temporaryFolder();
const smallChunks = { chunkBytes: 64 };

function suite(name: string, make: () => Reader<unknown>, cases: ReaderCases<unknown>): void {
  describe(name, () => {
    for (const one of readerConformance('csv', make, { leaks: openFiles, ...cases })) test(one.name, one.run);
  });
}

const rows = Array.from({ length: 40 }, (_, index) => ({
  id: `${index + 1}`,
  note: ['plain', 'two\nlines', 'say "hü", then', '', '🙂 漢字'][index % 5]!,
}));

/** The rows in some dialect, with `bad` before the eighth. */
function text(delimiter: string, quoted: string, bad = ''): string {
  const lines = rows.map(({ id, note }, at) => {
    const row = `${id}${delimiter}"${note.replaceAll('"', quoted)}"\n`;
    return at === 7 ? bad + row : row;
  });
  return `id${delimiter}note\n${lines.join('')}`;
}

/** A dialect that papaparse reads, its text, rows of it that are bad, and how many. */
type Way = readonly [options: CsvReadOptions, text: string, bad: string, failures: number];

const BAD = '1\n"a"b",c\n2,3,4\n';
const WAYS: Readonly<Record<string, Way>> = {
  'a comment': [{ comment: '#' }, text(',', '""', '#, "no row\n'), text(',', '""', `#"\n${BAD}`), 3],
  'a delimiter of several characters': [
    { delimiter: '||' },
    text('||', '""'),
    text('||', '""', BAD.replaceAll(',', '||')),
    3,
  ],
  'a delimiter of several bytes': [
    { delimiter: '→' },
    text('→', '""'),
    text('→', '""', BAD.replaceAll(',', '→')),
    3,
  ],
  'an escape': [{ escape: '\\' }, text(',', '\\"'), text(',', '\\"', '1\n2,3,4\n'), 2],
  'quotes repaired': [{ quotes: 'repair' }, text(',', '""'), text(',', '""', '1\n2,3,4\n'), 2],
  'a delimiter that is guessed': [{ dialect: 'auto' }, text(';', '""'), text(';', '""', '1\n2;3;4\n'), 2],
};

for (const [name, [options, good, bad, failures]] of Object.entries(WAYS)) {
  const path = folder.file('good.csv', good);
  const badPath = folder.file('bad.csv', bad);
  const marked = folder.file('marked.csv', `\ufeff${good}`);
  const read = (file: string, chunkBytes = 64) => csvReader(file, { ...options, chunkBytes });
  suite(`csv with ${name}`, () => read(path), {
    output: rows,
    chunked: (chunkBytes) => read(path, chunkBytes),
    bad: { make: (chunkBytes) => read(badPath, chunkBytes), output: rows, failures },
  });
  suite(
    `csv with ${name}, of several files`,
    () => csvReader([path, marked], { ...options, ...smallChunks }),
    {
      output: [...rows, ...rows],
      chunked: (chunkBytes) => csvReader([path, marked], { ...options, chunkBytes }),
      failing: {
        make: () =>
          csvReader([path, folder.file('latin.csv', Buffer.from([0x61, 0x0a, 0xe9, 0x0a]))], options),
        before: rows,
      },
    },
  );
}

const TYPES = {
  id: 'int',
  big: 'bigint',
  price: 'float',
  at: 'date',
  paid: 'boolean',
  more: 'json',
} as const;
const typed = Array.from({ length: 40 }, (_, index) => ({
  id: index,
  big: 2n ** 70n + BigInt(index),
  price: index % 3 === 0 ? null : index / 4,
  at: new Date(Date.UTC(2026, 0, 1 + index)),
  paid: index % 2 === 0,
  more: { of: [index, 'a,"b"\n'] },
  note: `note ${index}`,
}));
const NAMES = 'id,big,price,at,paid,more,note\n';
const typedLines = typed.map(({ id, big, price, at, paid, more, note }) =>
  [id, big, price, at.toISOString(), paid, `"${JSON.stringify(more).replaceAll('"', '""')}"`, note].join(','),
);
const badTypes = [
  'x,1,1,2026-01-01,yes,1,',
  '1,1.5,1,2026-01-01,yes,1,',
  '1,1,1,2026-02-30,yes,1,',
  '1,1,1,,maybe,{,',
];
const typedPath = folder.file('typed.csv', `${NAMES}${typedLines.join('\n')}\n`);
const badTyped = folder.file(
  'badly-typed.csv',
  `${NAMES}${[...typedLines.slice(0, 5), ...badTypes, ...typedLines.slice(5)].join('\n')}\n`,
);

for (const [way, options] of Object.entries({ 'by the kernel': {}, 'by papaparse': { comment: '#' } })) {
  const read = (path: string, chunkBytes = 64) => csvReader(path, { types: TYPES, ...options, chunkBytes });
  suite(`csv with types, ${way}`, () => read(typedPath), {
    output: typed,
    chunked: (chunkBytes) => read(typedPath, chunkBytes),
    bad: { make: (chunkBytes) => read(badTyped, chunkBytes), output: typed, failures: badTypes.length },
  });
  const narrow = { types: { price: 'float' }, columns: ['price', 'note'], ...options } as const;
  suite(`csv with types and columns, ${way}`, () => csvReader(typedPath, { ...narrow, ...smallChunks }), {
    output: typed.map(({ price, note }) => ({ price, note })),
    chunked: (chunkBytes) => csvReader(typedPath, { ...narrow, chunkBytes }),
  });
}

const plainLines = typed.map(({ id, price, paid }) => `${id},${price ?? ''},${paid},007`);
const plainPath = folder.file('plain.csv', `id,price,paid,code\n${plainLines.join('\n')}`);
suite('csv with types that are inferred', () => csvReader(plainPath, { types: 'infer', ...smallChunks }), {
  output: typed.map(({ id, price, paid }) => ({ id, price, paid, code: '007' })),
  chunked: (chunkBytes) => csvReader(plainPath, { types: 'infer', chunkBytes }),
});
suite('csv without a header', () => csvReader(plainPath, { header: false, ...smallChunks }), {
  output: [['id', 'price', 'paid', 'code'], ...plainLines.map((line) => line.split(','))],
  chunked: (chunkBytes) => csvReader(plainPath, { header: false, chunkBytes }),
});
