import { describe, expect, test } from 'vitest';
import { csv, text } from '../../../src/formats.ts';
import { toArray } from '../../../src/io/memory/to-array.ts';
import type { Flow } from '../../../src/processing/graph/flow.ts';
import { pipeline } from '../../../src/processing/graph/pipeline.ts';
import { run } from '../../../src/start.ts';
import { tempFolder } from './temp-folder.ts';

async function records<T>(flow: Flow<T>): Promise<readonly T[]> {
  const out = toArray<T>();
  await run(pipeline('read', flow.to(out)));
  return out.records;
}

/** Words in an encoding, byte by byte as its table has them. */
interface Encoded {
  readonly labels: readonly string[];
  readonly ascii: (text: string) => Buffer;
  readonly words: Readonly<Record<string, readonly number[]>>;
}

const single = (text: string) => Buffer.from(text, 'ascii');
const double = (text: string) => Buffer.from([...text].flatMap((character) => [0, character.charCodeAt(0)]));

const ENCODINGS: Readonly<Record<string, Encoded>> = {
  'windows-1250': {
    labels: ['windows-1250', 'cp1250', 'Windows-1250'],
    ascii: single,
    words: {
      žluťoučký: [0x9e, 0x6c, 0x75, 0x9d, 0x6f, 0x75, 0xe8, 0x6b, 0xfd],
      kůň: [0x6b, 0xf9, 0xf2],
      Łódź: [0xa3, 0xf3, 0x64, 0x9f],
      ąęśżćń: [0xb9, 0xea, 0x9c, 0xbf, 0xe6, 0xf1],
      őűŐŰ: [0xf5, 0xfb, 0xd5, 0xdb],
      'ŞşŢţ€„“': [0xaa, 0xba, 0xde, 0xfe, 0x80, 0x84, 0x93],
    },
  },
  'windows-1251': {
    labels: ['windows-1251', 'cp1251', 'x-cp1251'],
    ascii: single,
    words: {
      Привет: [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2],
      ЁжикЯ: [0xa8, 0xe6, 0xe8, 0xea, 0xdf],
      їжакґЄІ: [0xbf, 0xe6, 0xe0, 0xea, 0xb4, 0xaa, 0xb2],
      ўЎ: [0xa2, 0xa1],
      ЉњЋџ: [0x8a, 0x9c, 0x8e, 0x9f],
      '№ «5» €': [0xb9, 0x20, 0xab, 0x35, 0xbb, 0x20, 0x88],
    },
  },
  'windows-1257': {
    labels: ['windows-1257', 'cp1257'],
    ascii: single,
    words: {
      ąžuolas: [0xe0, 0xfe, 0x75, 0x6f, 0x6c, 0x61, 0x73],
      šūnis: [0xf0, 0xfb, 0x6e, 0x69, 0x73],
      ģimeneĶ: [0xec, 0x69, 0x6d, 0x65, 0x6e, 0x65, 0xcd],
      ēīļņŗ: [0xe7, 0xee, 0xef, 0xf2, 0xba],
      õunÕ: [0xf5, 0x75, 0x6e, 0xd5],
      'ĖėĮį Øæ €': [0xcb, 0xeb, 0xc1, 0xe1, 0x20, 0xa8, 0xbf, 0x20, 0x80],
    },
  },
  'utf-16be': {
    labels: ['utf-16be', 'unicodefffe', 'UTF-16BE'],
    ascii: double,
    words: {
      é: [0x00, 0xe9],
      Жж: [0x04, 0x16, 0x04, 0x36],
      日本: [0x65, 0xe5, 0x67, 0x2c],
      '😀': [0xd8, 0x3d, 0xde, 0x00],
      // Characters with a line feed, a carriage return, a comma or a quote among their bytes.
      'ਊഊ⨊': [0x0a, 0x0a, 0x0d, 0x0a, 0x2a, 0x0a],
      '∬Ⱒ⌬': [0x22, 0x2c, 0x2c, 0x22, 0x23, 0x2c],
    },
  },
};

describe.each(Object.entries(ENCODINGS))('%s', (_, { labels, ascii, words }) => {
  const all = Object.keys(words);
  const bytes = Object.values(words).map((word) => Buffer.from(word));
  const lines = Buffer.concat(bytes.flatMap((word) => [word, ascii('\r\n')]));
  const table = Buffer.concat([
    ascii('id,'),
    bytes[0]!,
    ascii('\n'),
    ...bytes.flatMap((word, id) => [ascii(`${id},"a ""`), word, ascii('"",\n'), word, ascii('"\r\n')]),
  ]);

  test.each([1, 3, 2 ** 17])('is read as text in pieces of %i bytes', async (chunkBytes) => {
    const path = tempFolder().write('x.txt', lines);
    for (const encoding of labels) {
      expect(await records(text.read(path, { encoding, chunkBytes }))).toEqual(all);
    }
  });

  test.each([1, 3, 2 ** 17])(
    'is read as csv in pieces of %i bytes, in names and in fields',
    async (chunkBytes) => {
      const path = tempFolder().write('x.csv', table);
      const expected = all.map((word, id) => ({ id: `${id}`, [all[0]!]: `a "${word}",\n${word}` }));
      for (const options of [{}, { comment: '#' }]) {
        const rows = csv.read(path, { encoding: labels[0]!, chunkBytes, ...options });
        expect(await records(rows)).toEqual(expected);
      }
    },
  );

  test('is not what is read when another encoding is named', async () => {
    const path = tempFolder().write('x.txt', lines);
    const read = await records(text.read(path, { encoding: 'windows-1252' }));
    expect(read).not.toEqual(all);
  });
});

describe('bytes that are nothing in the encoding', () => {
  test.each([
    ['windows-1257', Buffer.concat([single('one\ntwo '), Buffer.from([0xa1])]), 'two \ufffd'],
    ['utf-16be', Buffer.concat([double('one\ntwo '), Buffer.from([0xd8, 0x3d, 0x00, 0x41])]), 'two \ufffdA'],
    ['utf-16be', Buffer.concat([double('one\ntwo '), Buffer.from([0x00])]), 'two \ufffd'],
  ])('%s: fail, after what came before, or are replaced', async (encoding, bytes, replaced) => {
    const path = tempFolder().write('x.txt', bytes);
    await expect(records(text.read(path, { encoding }))).rejects.toMatchObject({ code: 'ERR_ENCODING' });
    expect(await records(text.read(path, { encoding, invalid: 'replace' }))).toEqual(['one', replaced]);
  });
});
