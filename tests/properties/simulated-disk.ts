import { basename, dirname } from 'node:path';
import type { Machine } from '../../src/core/store/machine.ts';
import type { StoreFileSystem, StoreHandle } from '../../src/core/store/store-file-system.ts';

/** What happens instead of a call: the machine or the process is gone, or the call fails, or does half of it. */
export type Fault = 'crash' | 'ENOSPC' | 'EIO' | 'short';

/** What is left after a crash: what a killed process did stays, what a machine without power did may not. */
export type Loss = 'power' | 'kill';

interface FileNode {
  readonly kind: 'file';
  /** What programs see. */
  content: Buffer;
  /** What is safe. */
  durable: Buffer;
  /** Writes since it was last synced: on the disk, or a part of them, or not. */
  pending: { readonly at: number; readonly bytes: Buffer }[];
  /** A sync has failed: the system takes what it had not written for written, and never writes it. */
  lost: boolean;
}

interface FolderNode {
  readonly kind: 'folder';
  entries: Map<string, Node>;
  durable: Map<string, Node>;
  /** Changes since it was last synced, each one of which a crash may take, whatever it does with the others. */
  pending: ((entries: Map<string, Node>) => void)[];
}

type Node = FileNode | FolderNode;

/** Thrown by every call after the crash: nobody is there to catch it. */
export class Crash extends Error {}

function errno(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function folderNode(): FolderNode {
  return { kind: 'folder', entries: new Map(), durable: new Map(), pending: [] };
}

/** A disk that keeps no more than what POSIX promises, and fails when it is told to. */
export class SimulatedDisk {
  readonly #random: () => number;
  #root = folderNode();
  #boots = 1;
  #pids = 0;
  #living: number | undefined;
  #mounted = 0;
  #calls = 0;
  #fault: { readonly at: number; readonly kind: Fault } | undefined;
  #crashed = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Calls since the last {@link start}. */
  get calls(): number {
    return this.#calls;
  }

  get crashed(): boolean {
    return this.#crashed;
  }

  /** A new process, with the fault that it will meet at its call number `at`. */
  start(fault?: { readonly at: number; readonly kind: Fault }): {
    fileSystem: StoreFileSystem;
    machine: Machine;
  } {
    this.#calls = 0;
    this.#fault = fault;
    this.#crashed = false;
    this.#living = ++this.#pids;
    return { fileSystem: this.#fileSystem(++this.#mounted), machine: this.#machine(this.#living) };
  }

  /** Ends the process, or the machine: what is not safe is lost in part, torn at any byte. */
  crash(loss: Loss): void {
    this.#living = undefined;
    this.#mounted++;
    if (loss === 'kill') return;
    this.#boots++;
    this.#settle(this.#root);
  }

  #machine(pid: number): Machine {
    return {
      pid,
      host: 'simulated',
      boot: `boot ${this.#boots}`,
      processes: 'all',
      ownName: false,
      now: () => 1_700_000_000_000,
      process: (asked) => ({ alive: asked === this.#living, start: `${asked}` }),
    };
  }

  /** All, none or some of what was not safe: the extremes are likelier than chance would have them. */
  #survives(): () => boolean {
    const share = [0, 1, 0.5, 0.9][Math.floor(this.#random() * 4)]!;
    return () => this.#random() < share;
  }

  #settle(node: Node): void {
    const survives = this.#survives();
    if (node.kind === 'folder') {
      for (const change of node.pending) if (survives()) change(node.durable);
      node.entries = new Map(node.durable);
      node.pending = [];
      for (const inner of node.entries.values()) this.#settle(inner);
      return;
    }
    for (const { at, bytes } of node.pending) {
      if (!survives()) continue;
      const torn = this.#random() < 0.5 ? bytes.length : Math.floor(this.#random() * (bytes.length + 1));
      node.durable = written(node.durable, at, bytes.subarray(0, torn));
    }
    node.content = node.durable;
    node.pending = [];
  }

  /** Counts a call, and does to it what it is to meet. */
  #call(mount: number, path: string, writes = false): 'short' | undefined {
    if (mount !== this.#mounted || this.#crashed) throw new Crash();
    const fault = this.#fault;
    if (this.#calls++ !== fault?.at) return undefined;
    if (fault.kind === 'crash') {
      this.#crashed = true;
      throw new Crash();
    }
    if (fault.kind === 'short') return writes ? 'short' : undefined;
    if (fault.kind === 'ENOSPC' && !writes) return undefined;
    throw errno(fault.kind, path);
  }

  #find(path: string): Node {
    let node: Node = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      const next: Node | undefined = node.kind === 'folder' ? node.entries.get(name) : undefined;
      if (next === undefined) throw errno('ENOENT', path);
      node = next;
    }
    return node;
  }

  #folder(path: string): FolderNode {
    const node = this.#find(path);
    if (node.kind === 'file') throw errno('ENOTDIR', path);
    return node;
  }

  #file(path: string): FileNode {
    const node = this.#find(path);
    if (node.kind === 'folder') throw errno('EISDIR', path);
    return node;
  }

  #change(folder: FolderNode, change: (entries: Map<string, Node>) => void): void {
    change(folder.entries);
    folder.pending.push(change);
  }

  #put(path: string, node: Node): void {
    const name = basename(path);
    this.#change(this.#folder(dirname(path)), (entries) => entries.set(name, node));
  }

  #fileSystem(mount: number): StoreFileSystem {
    return {
      open: async (path, flags) => {
        this.#call(mount, path, flags !== 'r');
        if (flags === 'wx') {
          if (this.#folder(dirname(path)).entries.has(basename(path))) throw errno('EEXIST', path);
          const made = { content: Buffer.alloc(0), durable: Buffer.alloc(0), pending: [], lost: false };
          this.#put(path, { kind: 'file', ...made });
        }
        return this.#handle(mount, path, this.#find(path));
      },
      stat: async (path) => {
        this.#call(mount, path);
        return { size: this.#file(path).content.length, mtimeMs: 1_700_000_000_000 };
      },
      readdir: async (path) => {
        this.#call(mount, path);
        return [...this.#folder(path).entries.keys()];
      },
      mkdir: async (path) => {
        this.#call(mount, path, true);
        const parts = path.split('/').filter((part) => part !== '');
        for (let length = 1; length <= parts.length; length++) {
          const at = `/${parts.slice(0, length).join('/')}`;
          if (this.#folder(dirname(at)).entries.has(basename(at))) continue;
          this.#put(at, folderNode());
        }
      },
      rename: async (from, to) => {
        this.#call(mount, from, true);
        const node = this.#file(from);
        const folder = this.#folder(dirname(from));
        this.#change(folder, (entries) => {
          entries.delete(basename(from));
          entries.set(basename(to), node);
        });
      },
      link: async (from, to) => {
        this.#call(mount, from, true);
        const node = this.#file(from);
        if (this.#folder(dirname(to)).entries.has(basename(to))) throw errno('EEXIST', to);
        this.#put(to, node);
      },
      unlink: async (path) => {
        this.#call(mount, path);
        this.#file(path);
        this.#change(this.#folder(dirname(path)), (entries) => entries.delete(basename(path)));
      },
    };
  }

  #handle(mount: number, path: string, node: Node): StoreHandle {
    const file = () => (node.kind === 'file' ? node : this.#file(path));
    return {
      write: async (bytes, offset, length, position) => {
        const taken = this.#call(mount, path, true) === 'short' ? Math.ceil(length / 3) : length;
        const put = Buffer.from(bytes.subarray(offset, offset + taken));
        file().content = written(file().content, position, put);
        file().pending.push({ at: position, bytes: put });
        return { bytesWritten: taken };
      },
      read: async (bytes, offset, length, position) => {
        this.#call(mount, path);
        const found = file().content.subarray(position, position + length);
        bytes.set(found, offset);
        return { bytesRead: found.length };
      },
      stat: async () => {
        this.#call(mount, path);
        return { size: file().content.length };
      },
      sync: async () => {
        try {
          this.#call(mount, path, true);
        } catch (error) {
          if (node.kind === 'file' && !(error instanceof Crash)) node.lost = true;
          throw error;
        }
        if (node.kind === 'folder') node.durable = new Map(node.entries);
        else if (!node.lost) node.durable = node.content;
        if (node.kind === 'folder' || !node.lost) node.pending = [];
      },
      close: async () => void this.#call(mount, path),
    };
  }

  /** Changes what a file holds behind everybody's back. */
  damage(path: string, change: (content: Buffer) => Buffer): void {
    const file = this.#file(path);
    file.content = file.durable = change(Buffer.from(file.content));
    file.pending = [];
  }

  names(path: string): readonly string[] {
    return [...this.#folder(path).entries.keys()];
  }
}

/** A copy with `bytes` at `at`; what was never written in between is zeros. */
function written(content: Buffer, at: number, bytes: Buffer): Buffer {
  const whole = Buffer.alloc(Math.max(content.length, at + bytes.length));
  content.copy(whole);
  bytes.copy(whole, at);
  return whole;
}
