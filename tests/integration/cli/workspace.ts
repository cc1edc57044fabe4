import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** A folder of its own for each test, with the packages of this repository but not millrace itself. */
export class Workspace {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
    symlinkSync(resolve('node_modules'), join(this.folder, 'node_modules'));
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  put(name: string, content: string | Uint8Array): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  makeFolder(name: string): string {
    mkdirSync(this.path(name));
    return this.path(name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  lines(name: string): string[] {
    return this.read(name).split('\n').slice(0, -1);
  }

  /** All that lies in the folder, hidden files too. */
  list(name = '.'): string[] {
    return readdirSync(this.path(name))
      .filter((entry) => entry !== 'node_modules')
      .sort();
  }

  /** Resolves when there is something whose name matches. */
  async appears(name: RegExp): Promise<void> {
    const changes = watch(this.folder);
    if (this.list().some((entry) => name.test(entry))) return;
    for await (const _ of changes) if (this.list().some((entry) => name.test(entry))) return;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The workspace of the running test. */
export function useWorkspace(): { readonly current: Workspace } {
  let workspace: Workspace | undefined;
  beforeEach(() => {
    workspace = new Workspace();
  });
  afterEach(() => {
    workspace?.remove();
    workspace = undefined;
  });
  return {
    get current() {
      return workspace!;
    },
  };
}
