import type { PluginHooks } from 'millrace';

/** Hooks that say in a line each what happens. What they count is counted for all runs of the process. */
export function journal(say: (line: string) => void): PluginHooks {
  return {
    beforeRun: ({ pipeline }) => say(`weather: ${pipeline} begins`),
    onRecordError: ({ node, settled, error }) =>
      say(`weather: ${node} ${settled} a record: ${error.message}`),
    onCheckpoint: ({ id }) => say(`weather: checkpoint ${id}`),
    afterRun({ pipeline }, { summary, error }) {
      const how =
        error === undefined ? `wrote ${summary.balance.written} records` : `failed: ${error.message}`;
      say(`weather: ${pipeline} ${how}`);
    },
  };
}
