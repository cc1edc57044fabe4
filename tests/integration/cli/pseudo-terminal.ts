import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { ENTRY } from './command.ts';

/** `script` of util-linux, which lends a terminal; that of other systems takes other options. */
function available(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

/** Why there is no terminal to test with; `undefined` where there is one. */
export const NO_TERMINAL: string | undefined = available()
  ? undefined
  : 'script of util-linux is not installed: apt-get install bsdutils';

export interface PseudoTerminalOptions {
  readonly cwd: string;
  readonly columns: number;
  readonly env?: NodeJS.ProcessEnv;
  /** What a shell does with the command, which it knows as `"$@"`. @default `exec "$@"` */
  readonly shell?: string;
}

/** The command in a terminal of its own. */
export class PseudoTerminal {
  readonly child: ChildProcess;
  /** The exit code, and all that was shown. */
  readonly ended: Promise<{ readonly code: number | null; readonly screen: string }>;
  #screen = '';
  #look: () => void = () => {};

  constructor(args: readonly string[], { cwd, columns, env, shell = 'exec "$@"' }: PseudoTerminalOptions) {
    const quoted = [process.execPath, ENTRY, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    const command = `stty cols ${columns} rows 24 -echo; set -- ${quoted.join(' ')}; ${shell}`;
    const { CI, FORCE_COLOR, NODE_OPTIONS, NO_COLOR, ...inherited } = process.env;
    this.child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd,
      env: { ...inherited, SHELL: '/bin/sh', TERM: 'xterm', ...env },
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#screen += text;
      this.#look();
    });
    this.child.stdin!.on('error', () => {});
    this.ended = new Promise((settle, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code) => settle({ code, screen: this.#screen }));
    });
  }

  /** Presses keys: `\u0003` is Ctrl-C. */
  type(keys: string): void {
    this.child.stdin!.write(keys);
  }

  /** Resolves when `text` has been shown; rejects when the command ends without it. */
  async seen(text: string): Promise<void> {
    const found = new Promise<true>((resolve) => {
      this.#look = () => {
        if (this.#screen.includes(text)) resolve(true);
      };
      this.#look();
    });
    if ((await Promise.race([found, this.ended])) === true) return;
    throw new Error(`The command ended without "${text}":\n${this.#screen}`);
  }
}
