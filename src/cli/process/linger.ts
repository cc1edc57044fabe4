import type { Terminal } from '../terminal/terminal.ts';

const PATIENCE = 3000;

/**
 * Ends the process when a module's open timers, sockets or pools keep it alive after all is done.
 * Whatever ends by itself within three seconds is let finish.
 */
export function endEventually(code: number, terminal: Terminal, quiet: boolean): void {
  const timer = setTimeout(() => {
    const open = [...new Set(process.getActiveResourcesInfo())].filter(
      (name) => !/^(TTY|Pipe)Wrap$/.test(name),
    );
    if (!quiet) {
      terminal.say(
        `exiting: the module keeps the process alive${open.length === 0 ? '' : ` (${open.join(', ')})`}`,
      );
    }
    process.exit(code);
  }, PATIENCE);
  timer.unref();
}
