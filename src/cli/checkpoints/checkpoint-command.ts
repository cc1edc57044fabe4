import { isMillraceError } from '../../core/errors.ts';
import { COMMON_OPTIONS, type Command, type Invocation, type OptionSpec } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { reportError } from '../report-error.ts';

/** What all commands take that look at checkpoints. */
export const INSPECTING: Readonly<Record<string, OptionSpec>> = Object.freeze({
  pipeline: { value: 'name', summary: 'Which pipeline, where the store has checkpoints of several' },
  ...COMMON_OPTIONS,
});

/** What those take that change something. */
export const CHANGING: Readonly<Record<string, OptionSpec>> = Object.freeze({
  'take-over': {
    summary: 'Also when a run on another machine may use them: only when you know that it does not',
  },
  ...INSPECTING,
});

/** A command on checkpoints: but for wrong usage, what goes wrong is a failure. */
export function checkpointCommand(command: Command): Command {
  return Object.freeze({
    ...command,
    async run(invocation: Invocation) {
      try {
        return await command.run(invocation);
      } catch (error) {
        if (!isMillraceError(error) || error.code === 'ERR_USAGE') throw error;
        const { given, terminal } = invocation;
        const [json, debug] = [given.has('json'), given.has('debug')];
        reportError(error, { terminal, json, debug, stdoutTaken: false });
        return EXIT.failed;
      }
    },
  });
}
