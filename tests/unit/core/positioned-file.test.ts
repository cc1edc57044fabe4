import { describe, expect, test } from 'vitest';
import { type PositionedFile, readInto, writeAll } from '../../../src/core/positioned-file.ts';

/** A file in memory, of which a call takes or gives so many bytes at most. */
function small(
  most: number,
  content = '',
): PositionedFile & { readonly text: string; readonly calls: number } {
  let bytes = Buffer.from(content);
  let calls = 0;
  return {
    get text() {
      return bytes.toString();
    },
    get calls() {
      return calls;
    },
    async write(from, offset, length, position) {
      calls++;
      const taken = Buffer.from(from.subarray(offset, offset + Math.min(length, most)));
      bytes = Buffer.concat([bytes.subarray(0, position), taken]);
      return { bytesWritten: taken.length };
    },
    async read(into, offset, length, position) {
      calls++;
      const given = bytes.subarray(position, position + Math.min(length, most));
      into.set(given, offset);
      return { bytesRead: given.length };
    },
  };
}

describe('a file that does less than it is asked to', () => {
  test.each([1, 3, 100])('is written to the end, %i bytes at once', async (most) => {
    const file = small(most, 'before ');
    await writeAll(file, Buffer.from('and behind'), 7);
    expect(file.text).toBe('before and behind');
  });

  test.each([1, 3, 100])('is read as far as is wanted, %i bytes at once', async (most) => {
    const into = Buffer.alloc(10, '.');
    expect(await readInto(small(most, 'before and behind'), into, 3, 7)).toBe(3);
    expect(into.toString()).toBe('and.......');
  });

  test('is full when it takes nothing', async () => {
    await expect(writeAll(small(0), Buffer.from('x'), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
  });

  test('gives what there is when it ends too early', async () => {
    const into = Buffer.alloc(10, '.');
    expect(await readInto(small(4, '123456'), into, 10, 1)).toBe(5);
    expect(into.toString()).toBe('23456.....');
  });

  test('is not asked for nothing', async () => {
    const file = small(4, '1');
    await writeAll(file, new Uint8Array(), 0);
    expect(await readInto(file, new Uint8Array(), 0, 0)).toBe(0);
    expect(file.calls).toBe(0);
  });
});
