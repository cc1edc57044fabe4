import type { output, ZodType, z } from 'zod';
import { deprecatedAmong, warnDeprecated } from './deprecation.ts';
import { didYouMean } from './did-you-mean.ts';
import { MillraceError } from './errors.ts';

type ZodIssue = z.core.$ZodIssue;

/**
 * Checks what a user wrote against the component's option schema and fills in the defaults; warns of options that are
 * deprecated.
 *
 * @throws MillraceError `ERR_OPTIONS` that names every wrong option; `details.issues` lists them.
 */
export function parseOptions<S extends ZodType>(schema: S, value: unknown, where: string): output<S> {
  const result = schema.safeParse(value);
  if (result.success) {
    for (const option of deprecatedAmong(schema, value)) {
      warnDeprecated(`The option "${option.path.join('.')}" of ${where}`, option);
    }
    return result.data;
  }
  const issues = result.error.issues.map((issue) => ({
    path: issue.path.map(String).join('.'),
    message: messageOf(issue),
  }));
  const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  const hint = suggestion(schema, result.error.issues);
  throw new MillraceError('ERR_OPTIONS', `Cannot use the options of ${where}: ${list}`, {
    details: { issues },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What is wrong, in words; where several forms are allowed, what each of them misses. */
function messageOf(issue: ZodIssue): string {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) {
    return issue.message.replace(/^Invalid input: /, '');
  }
  const forms = issue.errors.map((errors) =>
    errors.map((error) => [...error.path.map(String), messageOf(error)].join(': ')).join(', '),
  );
  return [...new Set(forms)].join(', or ');
}

/** The option that an unknown one may be meant for. */
function suggestion(schema: ZodType, issues: readonly ZodIssue[]): string | undefined {
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0);
  if (unknown?.code !== 'unrecognized_keys' || !('shape' in schema)) return undefined;
  return didYouMean(unknown.keys[0]!, Object.keys(schema.shape as object));
}
