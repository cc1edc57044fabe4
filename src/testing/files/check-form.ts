import type { z } from 'zod';
import type { OptionsOf } from '../../spec/build/checked-options.ts';
import { reportIssues } from '../../spec/build/report-issues.ts';
import type { BuildContext } from '../../spec/build-context.ts';
import { type LocatedMap, plainData } from '../../spec/source/located.ts';

/** Whether a map has the form of a schema, as it is written: nothing is filled in. What is wrong are problems. */
export function checkForm(
  schema: z.ZodType,
  node: LocatedMap,
  whose: OptionsOf,
  context: BuildContext,
): boolean {
  const data = plainData(node);
  const result = schema.safeParse(data);
  if (result.success) return true;
  const values = { value: data, data, unknown: false };
  reportIssues(schema, result.error.issues, { ...whose, node, values }, context);
  return false;
}
