import { afterAll, describe, expect, test } from 'vitest';
import { postgresError } from '../../../../../src/io/connectors/postgres/postgres-error.ts';
import { located } from '../../../../../src/io/connectors/postgres/refused-row.ts';
import { asked } from './client.ts';
import { pgliteServer } from './pglite-server.ts';
import { MODES, REFUSED, refusedRows } from './refused-rows.ts';

const server = await pgliteServer();
const { url } = server;
afterAll(async () => {
  await server.left();
  await server.close();
});

// A server proper goes through all of them.
await refusedRows({
  url,
  schema: 'public',
  asked: (...statements) => asked(url, ...statements),
  modes: MODES.filter((_, index) => index % 2 === 0),
  refused: REFUSED.filter((_, index) => index % 2 === 1),
});

describe('the row that a server refuses without saying which', () => {
  const rows = (count: number) =>
    Buffer.from(Array.from({ length: count }, (_, at) => `row ${at}\n`).join(''));
  const refusal = (found: string) =>
    postgresError('write', Object.assign(new Error(found), { severity: 'ERROR', code: '23503' }));

  test.each([1, 2, 3, 7, 64, 1000])('is found among %d, wherever it is', async (count) => {
    for (const wrong of new Set([0, 1, Math.floor(count / 2), count - 1])) {
      if (wrong >= count) continue;
      let attempts = 0;
      const attempt = async (some: Uint8Array) => {
        attempts++;
        if (Buffer.from(some).includes(`row ${wrong}\n`)) throw refusal('again');
      };
      expect(await located('write', refusal('first'), rows(count), attempt)).toMatchObject({
        details: { index: wrong },
      });
      expect(attempts).toBeLessThanOrEqual(Math.ceil(Math.log2(count)));
    }
  });

  test('is not looked for when the connection is lost on the way', async () => {
    const lost = new Error('gone');
    const error = await located('write', refusal('first'), rows(9), () => Promise.reject(lost));
    expect(error).toBe(lost);
  });
});
