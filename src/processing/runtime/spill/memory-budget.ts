import type { Memory } from '../../../interfaces/memory.ts';

/** Bytes that a run may keep state in, if nothing else is said: 256 MiB. */
export const DEFAULT_MEMORY = 256 * 1024 * 1024;

/** The memory of a run, and what each of its operators holds of it. */
export class MemoryBudget {
  readonly bytes: number;
  readonly #accounts = new Map<string, Account>();
  #peak = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** Whether any operator keeps state that it counts. */
  get asked(): boolean {
    return this.#accounts.size > 0;
  }

  /** Bytes that all operators hold together. */
  get used(): number {
    let used = 0;
    for (const account of this.#accounts.values()) used += account.used;
    return used;
  }

  /** The most that they have held together. */
  get peak(): number {
    return this.#peak;
  }

  /** What a node holds; opened when it first asks. */
  account(node: string): Memory {
    const known = this.#accounts.get(node);
    if (known !== undefined) return known;
    const account = new Account(this.bytes, (bytes) => this.#grant(account, bytes));
    this.#accounts.set(node, account);
    return account;
  }

  /** What is set aside for an account counts as taken, so that nobody else can have it. */
  #grant(asking: Account, bytes: number): boolean {
    const aside = this.bytes / 2 / this.#accounts.size;
    const alone = this.#accounts.size === 1;
    let taken = 0;
    for (const account of this.#accounts.values()) {
      const used = account === asking ? account.used + bytes : account.used;
      taken += alone ? used : Math.max(used, aside);
    }
    if (taken > this.bytes) return false;
    this.#peak = Math.max(this.#peak, this.used + bytes);
    return true;
  }
}

class Account implements Memory {
  readonly budget: number;
  readonly #grant: (bytes: number) => boolean;
  #used = 0;
  #peak = 0;

  constructor(budget: number, grant: (bytes: number) => boolean) {
    this.budget = budget;
    this.#grant = grant;
  }

  get used(): number {
    return this.#used;
  }

  get peak(): number {
    return this.#peak;
  }

  reserve(bytes: number): boolean {
    if (!this.#grant(bytes)) return false;
    this.#used += bytes;
    this.#peak = Math.max(this.#peak, this.#used);
    return true;
  }

  release(bytes: number): void {
    this.#used = Math.max(0, this.#used - bytes);
  }
}
