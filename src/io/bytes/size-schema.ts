import { z } from 'zod';
import { size } from '../../core/size.ts';

/** A size in bytes of at least `least`: a number or text such as `64 KiB`; becomes the number. */
export function sizeSchema(least: number) {
  return z.union([z.number(), z.string()]).transform((value, context) => {
    try {
      const bytes = size(value);
      if (bytes >= least) return bytes;
      context.addIssue({ code: 'custom', message: `expected at least ${least} bytes` });
    } catch {
      context.addIssue({ code: 'custom', message: 'expected a size such as 65536 or "64 KiB"' });
    }
    return z.NEVER;
  });
}
