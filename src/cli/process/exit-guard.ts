import { writeSync } from 'node:fs';
import { EXIT } from '../exit-code.ts';

/**
 * Sees to it that the process does not end with code 0 before the command is over: when somebody
 * calls `process.exit`, or when nothing is left that could wake it. Returns what ends the watch.
 */
export function guardExit(command: string): () => void {
  const onExit = (code: number): void => {
    if (code === 0) process.exitCode = EXIT.failed;
    const text = `error: the process ends before "millrace ${command}" is over: process.exit was called, or a promise never settles\n`;
    try {
      writeSync(2, text);
    } catch {
      // Nobody reads stderr; the exit code has to do.
    }
  };
  process.on('exit', onExit);
  return () => process.off('exit', onExit);
}
