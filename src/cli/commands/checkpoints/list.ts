import { checkpointCommand, INSPECTING } from '../../checkpoints/checkpoint-command.ts';
import type { Command } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { jsonLine } from '../../terminal/error-text.ts';

/** `millrace checkpoints list`: what a store has, and which of it cannot be used. */
export const list: Command = checkpointCommand({
  name: 'checkpoints list',
  doing: 'list checkpoints',
  summary: 'List the checkpoints of a store: when, how large, how far, which are damaged',
  argument: '<store>',
  options: INSPECTING,
  examples: [['millrace checkpoints list ./state', 'of all pipelines that have some there']],
  async run({ given, terminal }) {
    const { storeOf, pipelinesOf } = await import('../../checkpoints/targets.ts');
    const { listing } = await import('../../checkpoints/listing.ts');
    const { listText } = await import('../../checkpoints/list-text.ts');
    const store = await storeOf(list, given);
    const pipelines = await pipelinesOf(list, store, given);
    const lists = [];
    for (const pipeline of pipelines) {
      lists.push({ pipeline, checkpoints: await listing(await store.inspect({ pipeline }), pipeline) });
    }
    if (given.has('json')) terminal.print(jsonLine({ store: store.label, pipelines: lists }));
    else if (lists.length === 0) terminal.say(`there are no checkpoints in ${store.label}`);
    else terminal.print(`${lists.map((one) => listText(one, store.label)).join('\n\n')}\n`);
    return EXIT.done;
  },
});
