import type { Body } from '../body.ts';
import type { RunContext } from '../run-context.ts';
import type { Head } from './head.ts';

/** Passes what one edge brings straight into the body. */
export function receiveHead(run: RunContext, body: Body): Head {
  return {
    waitingFor: 'its operators',
    receivers: [
      {
        receive: (item) => body.accept(item),
        ended: () => body.end(),
        crashed: (error) => run.fail(error),
      },
    ],
  };
}
