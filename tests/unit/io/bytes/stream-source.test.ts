import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { StreamSource } from '../../../../src/io/bytes/stream-source.ts';

function opened() {
  const stream = new PassThrough();
  return { stream, source: new StreamSource(stream, 'stdin') };
}

describe('a stream that belongs to somebody else', () => {
  test('is read to its end, and then left as it is, without listeners', async () => {
    const { stream, source } = opened();
    const before = new PassThrough().eventNames();
    stream.end('one');
    expect(String(await source.read())).toBe('one');
    expect(await source.read()).toBeUndefined();
    await source.close();
    expect(stream.eventNames()).toEqual(before);
  });

  test('pain P19: that closes before its end is a failure, never the end', async () => {
    const { stream, source } = opened();
    const reading = source.read();
    stream.destroy();
    await expect(reading).rejects.toMatchObject({
      code: 'ERR_CLOSED_EARLY',
      message: 'Cannot read stdin to its end: it was closed before its end',
    });
  });

  test('that fails says so to the read under way and to the next', async () => {
    const { stream, source } = opened();
    const reading = source.read();
    stream.destroy(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }));
    await expect(reading).rejects.toMatchObject({ code: 'ERR_IO', retryable: true });
    await expect(source.read()).rejects.toMatchObject({ code: 'ERR_IO' });
  });

  test('keeps what was not read for the next who reads it', async () => {
    const { stream, source } = opened();
    await source.close();
    stream.end('for somebody else');
    const next = new StreamSource(stream, 'stdin');
    expect(String(await next.read())).toBe('for somebody else');
  });

  test('ends a read under way when it is left, as often as that happens', async () => {
    const { source } = opened();
    const reading = source.read();
    await Promise.all([source.close(), source.close()]);
    expect(await reading).toBeUndefined();
    expect(await source.read()).toBeUndefined();
  });

  test('has one reader at a time: two would each get a part of the text', async () => {
    const { stream, source } = opened();
    expect(() => new StreamSource(stream, 'stdin')).toThrow(
      expect.objectContaining({ code: 'ERR_IO', message: 'Cannot read stdin: it is being read already' }),
    );
    await source.close();
    await new StreamSource(stream, 'stdin').close();
  });

  test('that is used up gives an error, not an empty input', async () => {
    const { stream, source } = opened();
    stream.end();
    await source.read();
    await source.close();
    expect(() => new StreamSource(stream, 'stdin')).toThrow(
      expect.objectContaining({ code: 'ERR_CLOSED_EARLY' }),
    );
    const gone = new PassThrough();
    gone.destroy();
    await once(gone, 'close');
    expect(() => new StreamSource(gone, 'stdin')).toThrow(
      expect.objectContaining({ code: 'ERR_CLOSED_EARLY' }),
    );
  });
});
