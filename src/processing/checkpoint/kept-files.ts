import type { CheckpointSession, KeptFile, NodeFiles } from '../../interfaces/checkpoint.ts';
import { PrintedFile } from './files-beside.ts';
import type { FilePrint } from './run-manifest.ts';

export interface KeptFilesSpec {
  readonly session: CheckpointSession;
  /** What names begin with: no other run has files of it that any checkpoint has. */
  readonly prefix: string;
  /** The files that are there. */
  readonly present: readonly string[];
  /** Which of them checkpoints have, by number. */
  readonly had: ReadonlyMap<number, readonly string[]>;
  /** What is in those that the checkpoint has which the run goes on from, as far as that says so. */
  readonly prints?: readonly FilePrint[];
}

/**
 * The files beside the checkpoints of a run. One that its node has dropped goes when no checkpoint has it that is there, or
 * under way.
 */
export class KeptFiles {
  readonly #session: CheckpointSession;
  readonly #prefix: string;
  readonly #present: Set<string>;
  readonly #had: Map<number, ReadonlySet<string>>;
  readonly #live = new Map<string, Set<string>>();
  /** Those that may have bytes which are not safe. */
  readonly #created = new Map<string, PrintedFile>();
  /** What is in those that earlier runs have made. */
  readonly #prints: ReadonlyMap<string, FilePrint>;
  readonly #opened = new Set<KeptFile>();
  /** What nodes told the checkpoint that is under way. */
  readonly #told = new Set<string>();
  #made = 0;

  constructor({ session, prefix, present, had, prints = [] }: KeptFilesSpec) {
    this.#session = session;
    this.#prefix = prefix;
    this.#prints = new Map(prints.map((print) => [print[0], print]));
    this.#present = new Set(present);
    this.#had = new Map([...had].map(([id, names]) => [id, new Set(names)]));
  }

  /** What a node makes of them. */
  of(node: string): NodeFiles {
    const live = this.#live.get(node) ?? new Set<string>();
    this.#live.set(node, live);
    return {
      create: async () => {
        const made = await this.#session.createFile(`${this.#prefix}-${++this.#made}`);
        const file = new PrintedFile(made);
        this.#present.add(file.name);
        this.#created.set(file.name, file);
        live.add(file.name);
        return file;
      },
      retain: (name) => void live.add(name),
      open: async (name) => {
        const file = await this.#session.openFile(name);
        this.#opened.add(file);
        return file;
      },
      drop: (name) => void live.delete(name),
    };
  }

  /** A node has nothing more to do: later checkpoints need nothing of it. */
  letGo(node: string): void {
    this.#live.get(node)?.clear();
  }

  /** The files that a node has now, for the checkpoint that is under way. */
  tell(node: string): readonly string[] {
    const names = [...(this.#live.get(node) ?? [])];
    for (const name of names) this.#told.add(name);
    return names;
  }

  /** What is in files, as far as that is known: before they are made safe. */
  prints(names: readonly string[]): readonly FilePrint[] {
    return names.flatMap((name) => {
      const print = this.#created.get(name)?.print ?? this.#prints.get(name);
      return print === undefined ? [] : [print];
    });
  }

  /** Makes files safe from a loss of power. */
  async sync(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#created.get(name)?.sync()));
  }

  /** A checkpoint is there, with these files. */
  has(id: number, names: readonly string[]): void {
    this.#had.set(id, new Set(names));
    this.#told.clear();
  }

  /** The checkpoint that was under way has come to nothing. */
  gaveUp(): void {
    this.#told.clear();
  }

  /** Removes what nobody needs. What cannot be removed is tried again the next time. */
  async collect(): Promise<void> {
    if (this.#present.size === 0) return;
    for (const name of await this.#unneeded()) {
      await this.#created.get(name)?.close();
      this.#created.delete(name);
      await this.#session.removeFile(name);
      this.#present.delete(name);
    }
  }

  /** Found in one turn: a file that a node makes later is in nobody's way. */
  async #unneeded(): Promise<readonly string[]> {
    const there = new Set((await this.#session.list()).map(({ id }) => id));
    for (const id of this.#had.keys()) if (!there.has(id)) this.#had.delete(id);
    const needed = new Set([
      ...this.#told,
      ...[...this.#live.values(), ...this.#had.values()].flatMap((names) => [...names]),
    ]);
    return [...this.#present].filter((name) => !needed.has(name));
  }

  /** Lets go of all that is open. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#created.values(), ...this.#opened].map((file) => file.close()));
  }
}
