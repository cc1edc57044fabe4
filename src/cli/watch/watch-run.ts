import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { shortPath } from '../../core/module/user-frame.ts';
import type { Invocation } from '../command.ts';
import { countOf } from '../terminal/figures.ts';
import { type SourceMessage, WATCHED } from './watched.ts';
import { WatchedFiles } from './watched-files.ts';

const CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Stopper = keyof typeof CODES;

/**
 * Runs a module again and again in processes of their own, so that each loads what is there by then: after a change of
 * its files, when the run before has come to a stop. Ends with a signal, which the run gets, too; returns the exit code.
 */
export async function watchRun(module: string, { argv, given, terminal }: Invocation): Promise<number> {
  const args = argv.filter((word) => word !== '--watch');
  let changed = false;
  let ended: Stopper | undefined;
  let running: ChildProcess | undefined;
  let wake: () => void = () => {};
  const say = (text: string): void => {
    if (!given.has('quiet')) terminal.say(terminal.paint('faint', text));
  };
  const files = new WatchedFiles((paths) => {
    say(`changed: ${paths.map(shortPath).join(', ')}`);
    // A second signal would abort what the first one lets come to its end.
    if (!changed) running?.kill('SIGTERM');
    changed = true;
    wake();
  });
  files.add(resolve(module));
  const onSignal = (signal: Stopper): void => {
    ended = signal;
    running?.kill(signal);
    wake();
  };
  for (const signal of Object.keys(CODES)) process.on(signal, onSignal);
  try {
    for (;;) {
      changed = false;
      const woken = new Promise<void>((go) => {
        wake = go;
      });
      running = started(args, files);
      const code = await exitOf(running);
      running = undefined;
      if (ended !== undefined) return CODES[ended];
      if (changed) continue;
      const how = code === 0 ? '' : `exit code ${code}; `;
      say(`${how}watching ${countOf(files.count, 'file')}; Ctrl-C ends`);
      await woken;
      if (ended !== undefined) return CODES[ended];
    }
  } finally {
    files.close();
    for (const signal of Object.keys(CODES)) process.off(signal, onSignal);
  }
}

function started(args: readonly string[], files: WatchedFiles): ChildProcess {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [WATCHED]: '1' },
  });
  child.on('message', (message) => files.add((message as SourceMessage).source));
  return child;
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', (code) => settle(code ?? 1));
  });
}
