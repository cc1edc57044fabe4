import { z } from 'zod';

/** An option that names columns: at least one, none twice. */
export function columnNames(what: string) {
  return z
    .array(z.string())
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'a name is there twice')
    .optional()
    .describe(what);
}
