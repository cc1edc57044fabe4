import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../io/temp-folder.ts';
import { open, put } from './files.ts';

const SOUND = `version: 1
flows:
  it: { read: { csv: in.csv }, pipe: [{ filter: record.a == "é" }] }
sinks:
  out: { from: it, write: { discard: {} } }
`;

const within = (name: string, text: string | Uint8Array) => {
  const path = join(tempFolder().path, name);
  writeFileSync(path, text);
  return path;
};

/** A file of that size which takes no room on the disk. */
function large(folder: string, name: string, bytes: number): string {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  ftruncateSync(file, bytes);
  closeSync(file);
  return path;
}

describe('a file is read whatever its lines end with, and whatever it begins with', () => {
  test.each([
    ['CRLF', SOUND.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${SOUND}`],
    ['both', `\uFEFF${SOUND.replaceAll('\n', '\r\n')}`],
    ['no end of the last line', SOUND.trimEnd()],
  ])('%s', async (_, text) => {
    await expect((await open(within('p.yaml', text))).build({})).resolves.toBeDefined();
    const included = tempFolder().path;
    put(included, 'part.yaml', text);
    await expect(open(put(included, 'main.yaml', 'version: 1\ninclude: part.yaml\n'))).resolves.toBeDefined();
  });

  test('places are right with CRLF and a byte order mark', async () => {
    const text = `\uFEFF${SOUND.replace('filter', 'fliter').replaceAll('\n', '\r\n')}`;
    await expect(open(within('p.yaml', text))).rejects.toThrow(/p\.yaml:3:41: there is no operator "fliter"/);
  });
});

describe('what is no text is refused, and not guessed at', () => {
  const latin1 = Buffer.from(SOUND, 'latin1');
  test.each<[string, Uint8Array, RegExp]>([
    ['Latin-1', latin1, /it is not UTF-8/],
    ['UTF-16', Buffer.from(`\uFEFF${SOUND}`, 'utf16le'), /it is not UTF-8/],
    ['bytes', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), /it is not UTF-8/],
    ['NUL', Buffer.from('\0\0\0\0'), /1 problem|problems/],
  ])('%s', async (_, bytes, message) => {
    await expect(open(within('p.yaml', bytes))).rejects.toThrow(message);
  });

  test('in what is included, and in schemas, too', async () => {
    const folder = tempFolder().path;
    writeFileSync(join(folder, 'part.yaml'), latin1);
    await expect(open(put(folder, 'p.yaml', 'version: 1\ninclude: part.yaml\n'))).rejects.toThrow(
      'cannot read part.yaml: it is not UTF-8',
    );
    const schema = SOUND.replace('filter: record.a == "é"', 'validate: part.yaml');
    await expect(open(put(folder, 'q.yaml', schema))).rejects.toThrow(
      'cannot read part.yaml: it is not UTF-8',
    );
  });
});

describe('nothing of a file that is far too large is read', () => {
  const GIB = 2 ** 30;
  test('as a pipeline, as a part of one, and as a schema', async () => {
    const folder = tempFolder().path;
    const path = large(folder, 'large.yaml', GIB);
    const before = process.memoryUsage().arrayBuffers;
    await expect(open(path)).rejects.toThrow(/large\.yaml: it has 1073741824 bytes, more than 16777216/);
    await expect(open(put(folder, 'p.yaml', 'version: 1\ninclude: large.yaml\n'))).rejects.toThrow(
      'cannot read large.yaml: it has 1073741824 bytes',
    );
    const schema = SOUND.replace('filter: record.a == "é"', 'validate: large.yaml');
    await expect(open(put(folder, 'q.yaml', schema))).rejects.toThrow('it has 1073741824 bytes');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
  });
});

test('what is no file, and may have no end, is not read', async () => {
  const folder = tempFolder().path;
  await expect(open(put(folder, 'p.yaml', 'version: 1\ninclude: /dev/zero\n'))).rejects.toThrow(
    'it is not a file',
  );
  await expect(open(put(folder, 'q.yaml', 'version: 1\ninclude: .\n'))).rejects.toThrow('it is not a file');
});

describe('bombs and names that objects have of themselves', () => {
  const flows = (more: string) => `version: 1\n${more}${SOUND.slice(SOUND.indexOf('flows'))}`;
  test.each<[string, string, RegExp]>([
    [
      'aliases of aliases',
      flows(
        `x-a: &a [1,1,1,1,1,1,1,1,1,1]\n${Array.from(
          { length: 9 },
          (_, at) =>
            `x-${at}: &b${at} [${Array(10)
              .fill(at === 0 ? '*a' : `*b${at - 1}`)
              .join(',')}]\n`,
        ).join('')}`,
      ),
      /aliases make/,
    ],
    ['lists in lists', flows(`x-a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`), /nested/],
    ['maps in maps', flows(`x-a: ${'{a: '.repeat(3000)}1${'}'.repeat(3000)}\n`), /nested/],
    ['__proto__ as a part', flows('__proto__: { polluted: true }\n'), /a key cannot be called "__proto__"/],
    [
      '__proto__ below',
      flows('params: { __proto__: { type: string } }\n'),
      /a key cannot be called "__proto__"/,
    ],
    ['constructor as a part', flows('constructor: 1\n'), /there is no part "constructor"/],
    [
      'toString as an operator',
      SOUND.replace('filter: record.a == "é"', 'toString: 1'),
      /there is no operator "toString"/,
    ],
    [
      'constructor as a policy',
      SOUND.replace('csv: in.csv', 'csv: { path: in.csv, onError: constructor }'),
      /there is no policy "constructor"/,
    ],
    [
      'hasOwnProperty as a format',
      SOUND.replace('csv: in.csv', 'hasOwnProperty: 1'),
      /there is no reader "hasOwnProperty"/,
    ],
    [
      'an expression of many parts',
      SOUND.replace('record.a == "é"', `"${Array(4000).fill('1').join('+')}"`),
      /deep|limit|max/i,
    ],
    [
      'a pattern that backtracks',
      SOUND.replace('record.a == "é"', `'record.a.matches("(a+)+$")'`),
      /exponential/,
    ],
    ['tabs', SOUND.replace('  it:', '\tit:'), /Indent with spaces/],
  ])('%s', async (_, text, message) => {
    await expect(open(within('p.yaml', text))).rejects.toThrow(message);
    expect({}).not.toHaveProperty('polluted');
  });
});
