import { type Duration, duration } from '../../core/duration.ts';
import { isMillraceError } from '../../core/errors.ts';
import type { BuildContext } from '../../spec/build-context.ts';
import { type Located, plainData } from '../../spec/source/located.ts';

/** Whether a text is a duration; what is wrong with it is a problem. */
export function checkDuration(name: string, node: Located, { problems }: BuildContext): boolean {
  const written = plainData(node);
  try {
    duration(written as Duration, name);
    return true;
  } catch (thrown) {
    const hint = isMillraceError(thrown) ? thrown.hint : undefined;
    problems.add(node.span, `${name}: ${JSON.stringify(written)} is no duration`, hint);
    return false;
  }
}
