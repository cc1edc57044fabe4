import { z } from 'zod';
import { type FileReadOptions, fileReadFields } from '../../bytes/file-options.ts';
import { type BigIntegers, bigIntegersSchema } from './big-integers.ts';
import { jsonPath } from './json-path.ts';

/** Options of `json.read`: those of all files, and where the records are. */
export interface JsonReadOptions extends FileReadOptions {
  /**
   * Where the records are: `$.data.items[*]` for the elements of an array, `$.users.*` for the members of
   * an object as `{ key, value }`, `$` for the whole document. `$[*].rows[*]`, `$..name`, `$.data[0]` and
   * a list of paths are read more slowly, token by token.
   * @default '$[*]', the elements of the document; in the mode 'values' '$'
   */
  readonly path?: string | readonly string[] | undefined;
  /** `values` reads documents that stand one after another. @default 'document' */
  readonly mode?: 'document' | 'values' | undefined;
  /** What integers beyond 2^53 become: numbers lose digits. @default 'number' */
  readonly bigints?: BigIntegers | undefined;
  /** How deep the document may be nested. @default 512 */
  readonly maxDepth?: number | undefined;
  /** Keys that a record may have, those of objects in it included. @default 100_000 */
  readonly maxKeys?: number | undefined;
}

const path = z
  .string()
  .refine(
    (path) => jsonPath(path) !== undefined,
    'expected a path such as "$.data.items[*]", "$.users.*", "$[*].rows[*]" or "$..name"',
  );

export const JsonReadSchema = z.strictObject({
  ...fileReadFields,
  path: z
    .union([path, z.array(path).min(1)])
    .optional()
    .describe('Where the records are, e.g. $.data.items[*] for elements, $.users.* for members; or a list'),
  mode: z
    .enum(['document', 'values'])
    .default('document')
    .describe('Whether a file is one document, or holds values one after another'),
  bigints: bigIntegersSchema,
  maxDepth: z.number().int().min(1).default(512).describe('How deep the document may be nested'),
  maxKeys: z.number().int().min(1).default(100_000).describe('Keys that a record may have, at any depth'),
});
