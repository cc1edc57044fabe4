import { type ErrorFields, MillraceError, toError } from '../../core/errors.ts';
import { showValue } from '../../core/show-value.ts';
import { refusePromise } from '../../core/thenable.ts';
import { type PathTemplate, shown } from './path-template.ts';
import { foldedPath } from './path-value.ts';
import type { PartitionValues } from './split-options.ts';

export interface PartitionsSpec<P> {
  readonly template: PathTemplate;
  /** Gives the values of the placeholders; without it, they are fields of the record. */
  readonly valuesOf: ((record: unknown) => PartitionValues) | undefined;
  readonly nullPartition: string | undefined;
  readonly maxPartitions: number;
  /** Makes what is kept for a partition. */
  readonly make: (texts: readonly string[], keys: readonly PartitionKey[]) => P;
}

/** `undefined` stands for what is missing. */
export type PartitionKey = string | undefined;

/** A partition, or those that have the same keys so far. */
interface Branch<P> {
  partition?: P;
  readonly next: Map<PartitionKey, Branch<P>>;
}

/** The partitions that records go to, by the texts of their values. */
export class Partitions<P> {
  readonly #spec: PartitionsSpec<P>;
  readonly #root: Branch<P> = { next: new Map() };
  /** What has which path, as the least careful file system tells paths apart. */
  readonly #paths = new Map<string, string>();

  constructor(spec: PartitionsSpec<P>) {
    this.#spec = spec;
  }

  /**
   * The partition of record `index` of a batch.
   *
   * @throws MillraceError `ERR_PARTITION` when it has no place.
   */
  of(record: unknown, index: number): P {
    const values = this.#valuesOf(record, index);
    let branch: Branch<P> | undefined = this.#root;
    for (const name of this.#spec.template.names) {
      branch = branch.next.get(keyOf(values, name, index));
      if (branch === undefined) break;
    }
    return branch?.partition ?? this.#add(values, index);
  }

  /** The partition of an earlier run; there must be none with these keys yet. */
  restore(keys: readonly PartitionKey[]): P {
    return this.#make(keys, 0);
  }

  #valuesOf(record: unknown, index: number): PartitionValues {
    const { valuesOf } = this.#spec;
    let values: unknown = record;
    if (valuesOf !== undefined) {
      try {
        values = valuesOf(record);
        refusePromise(values, 'Work out what it waits for by mapAsync, before it is written.');
      } catch (cause) {
        throw refusal(index, `partitionBy has failed: ${toError(cause).message}`, { cause });
      }
    }
    if (typeof values === 'object' && values !== null) return values as PartitionValues;
    throw refusal(index, `${showValue(values)} has no fields`);
  }

  #add(values: PartitionValues, index: number): P {
    return this.#make(
      this.#spec.template.names.map((name) => keyOf(values, name, index)),
      index,
    );
  }

  #make(keys: readonly PartitionKey[], index: number): P {
    const { maxPartitions, make } = this.#spec;
    const texts = keys.map((key, position) => this.#textOf(key, position, index));
    if (this.#paths.size >= maxPartitions) {
      const hint = 'Raise maxPartitions if that many are meant.';
      throw refusal(index, `it would need another file than the ${maxPartitions} that there are`, { hint });
    }
    const folded = foldedPath(this.#pathOf(texts, index));
    const other = this.#paths.get(folded);
    if (other !== undefined) {
      throw refusal(index, `${shown(texts)} would have the same file as ${other} on some systems`, {
        hint: 'Make such values the same before, e.g. by toUpperCase() or normalize().',
      });
    }
    const partition = make(texts, keys);
    this.#paths.set(folded, shown(texts));
    this.#plant(keys, partition);
    return partition;
  }

  #textOf(key: PartitionKey, position: number, index: number): string {
    const text = key ?? this.#spec.nullPartition;
    if (text !== undefined) return text;
    throw refusal(index, `it has nothing in ${this.#spec.template.names[position]}`, {
      hint: 'Say where such records go, e.g. nullPartition: "none".',
    });
  }

  #pathOf(texts: readonly string[], index: number): string {
    const path = this.#spec.template.fill(texts, 0);
    if (path !== undefined) return path;
    throw refusal(index, `${shown(texts)} is too long for the name of a file`);
  }

  #plant(keys: readonly PartitionKey[], partition: P): void {
    let branch = this.#root;
    for (const key of keys) {
      const next = branch.next.get(key) ?? { next: new Map() };
      branch.next.set(key, next);
      branch = next;
    }
    branch.partition = partition;
  }
}

/** What every object inherits is no value. */
function keyOf(values: PartitionValues, name: string, index: number): PartitionKey {
  const value = name in Object.prototype && !Object.hasOwn(values, name) ? undefined : values[name];
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return `${value}`;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  throw refusal(index, `its ${name} is ${showValue(value)}`, {
    hint: 'Partition by text, numbers, booleans or dates.',
  });
}

function refusal(index: number, found: string, fields: ErrorFields = {}): MillraceError {
  return new MillraceError(
    'ERR_PARTITION',
    `Cannot find the file of record ${index + 1} of a batch: ${found}`,
    { ...fields, details: { index } },
  );
}
