import { builtins } from '../../../src/builtins.ts';
import type { Operator } from '../../../src/interfaces/operator.ts';
import { probeOperator } from '../../../src/testing/operator-probe.ts';
import { virtualClock } from '../../../src/testing/virtual-clock.ts';

/** The operator that a component makes of plain data, as a pipeline in a file would have it. */
export function built(name: string, options: unknown): Operator<unknown, unknown> {
  const data: unknown = JSON.parse(JSON.stringify(options));
  return builtins()
    .get('operator', name)
    .create(data as never) as Operator<unknown, unknown>;
}

/** What the operator makes of the records, and what it has made when a minute more is over and the input ends. */
export async function made(
  name: string,
  options: unknown,
  records: readonly unknown[],
): Promise<readonly unknown[]> {
  const clock = virtualClock();
  const probe = probeOperator(built(name, options), clock);
  await Promise.all([probe.feed(records), clock.advance(60_000)]);
  await probe.end();
  probe.close();
  return probe.output;
}
