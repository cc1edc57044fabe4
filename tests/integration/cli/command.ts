import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';

/** The path of the command, as a user gets it. */
export const ENTRY: string = inject('command');

export interface Ended {
  /** What a shell would call the status: the exit code, or 128 and the signal for who died of one. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What is piped into stdin; nothing when absent. */
  readonly stdin?: string;
  /** Whether stdin stays open, to be written to. @default false */
  readonly openStdin?: boolean;
  readonly nodeFlags?: readonly string[];
  readonly uid?: number;
}

/** The real command in a process of its own. */
export class Command {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';
  #look: () => void = () => {};

  constructor(
    args: readonly string[],
    { cwd, env, stdin, openStdin = false, nodeFlags = [], uid }: CommandOptions = {},
  ) {
    this.child = spawn(process.execPath, [...nodeFlags, ENTRY, ...args], {
      cwd,
      env: { ...plainEnvironment(), ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#look();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#look();
    });
    this.child.stdin!.on('error', () => {});
    if (!openStdin) this.child.stdin!.end(stdin);
    this.ended = new Promise((settle, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) =>
        settle({ code: code ?? signal, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  /** Resolves when `text` has come out on stdout or stderr; rejects when the command ends without it. */
  async seen(text: string): Promise<void> {
    const found = new Promise<true>((resolve) => {
      this.#look = () => {
        if (this.#stdout.includes(text) || this.#stderr.includes(text)) resolve(true);
      };
      this.#look();
    });
    if ((await Promise.race([found, this.ended])) === true) return;
    throw new Error(`The command ended without "${text}":\n${this.#stdout}\n${this.#stderr}`);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}

export function millrace(args: readonly string[], options?: CommandOptions): Promise<Ended> {
  return new Command(args, options).ended;
}

/** No colours, and none of the flags of the test runner; compiled sources are kept between the runs. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { FORCE_COLOR, NODE_OPTIONS, ...env } = process.env;
  return { ...env, NO_COLOR: '1', NODE_COMPILE_CACHE: join(tmpdir(), 'millrace-compile-cache') };
}
