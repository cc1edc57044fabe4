import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** A database as users name it: its path, or its URL of `file:`. */
export const databaseField = z
  .union([z.string(), z.instanceof(URL).refine((url) => url.protocol === 'file:', 'expected a file: URL')])
  .transform((given) => (typeof given === 'string' ? given : fileURLToPath(given)))
  .refine(
    (path) => path !== '' && path !== ':memory:' && !path.includes('\0'),
    'expected the path of a file: what is in memory is gone with its connection',
  )
  .describe('Path of the database');

/** The one path of a database, however it was named: those who share a file share this. */
export function databasePath(given: string): string {
  const path = resolve(given);
  try {
    return realpathSync(path);
  } catch {
    // One that is not there yet; its folder should be.
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}
