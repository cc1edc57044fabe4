import type { Guarantees, SinkGuarantee } from '../../processing/checkpoint/guarantees.ts';
import { printable } from './printable.ts';

/** What a pipeline promises in runs with checkpoints, or what stands in the way of them. */
export function guaranteeText({ problems, sinks }: Guarantees): string {
  if (problems.length > 0) {
    return [
      'without checkpoints: a run that is killed begins at the beginning, and --checkpoints is refused, as',
      ...problems.map((problem) => `  ${printable(problem)}`),
    ].join('\n');
  }
  return [
    'with --checkpoints, each record that was read is in the output',
    ...sinks.flatMap((sink) => [
      `  of ${printable(sink.sink)}: ${promiseText(sink)}`,
      ...sink.loweredBy.map((why) => `    ${printable(why)}`),
    ]),
  ].join('\n');
}

function promiseText({ killed, powerLost }: SinkGuarantee): string {
  if (killed === powerLost) return `${killed}, when the process is killed and when the machine loses power`;
  return `${killed} when the process is killed, ${powerLost} when the machine loses power`;
}
