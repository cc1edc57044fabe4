import type { Step } from './json-path.ts';

/** What a path has matched at a value: nothing, the value, or the value with its key. */
export type Match = 'none' | 'value' | 'entry';

/** A path, and how many of its steps lead to a value. */
interface Reached {
  readonly path: readonly Step[];
  readonly steps: number;
}

interface Level {
  readonly reached: readonly Reached[];
  readonly isArray: boolean;
  /** Key or index of the value that is under way, or comes next. */
  key: string | number;
}

const NOTHING: readonly Reached[] = [];

/** Follows several paths at once through a document, value by value. */
export class PathMatcher {
  readonly #levels: Level[] = [];
  readonly #roots: readonly Reached[];
  /** How far the paths lead to the value that was told of last. */
  #reached = NOTHING;

  constructor(paths: readonly (readonly Step[])[]) {
    this.#roots = paths.map((path) => ({ path, steps: 0 }));
  }

  /** Key of the value that was told of last, when it is in an object. */
  get key(): string {
    return String(this.#levels.at(-1)?.key);
  }

  /** Whether the keys of the object that is open make a difference. */
  get wantsKey(): boolean {
    return this.#levels.at(-1)?.reached !== NOTHING;
  }

  /** The next value of the object that is open has this key. */
  member(key: string): void {
    this.#levels.at(-1)!.key = key;
  }

  /** A value starts. */
  value(): Match {
    const level = this.#levels.at(-1);
    if (level?.isArray === true) level.key = (level.key as number) + 1;
    this.#reached = level === undefined ? this.#roots : below(level);
    for (const { path, steps } of this.#reached) {
      if (steps === path.length) return path.at(-1)?.kind === 'members' ? 'entry' : 'value';
    }
    return 'none';
  }

  /** The value that was told of last is an array or object. */
  open(isArray: boolean): void {
    this.#levels.push({ reached: this.#reached, isArray, key: isArray ? -1 : '' });
  }

  close(): void {
    this.#levels.pop();
  }
}

/** How far the paths lead to the value under the level's key. */
function below({ reached, isArray, key }: Level): readonly Reached[] {
  if (reached === NOTHING) return NOTHING;
  const next: Reached[] = [];
  for (const from of reached) {
    const step = from.path[from.steps];
    if (step === undefined) continue;
    if (step.kind === 'anywhere') next.push(from);
    if (leads(step, isArray, key)) next.push({ path: from.path, steps: from.steps + 1 });
  }
  return next.length === 0 ? NOTHING : next;
}

function leads(step: Step, isArray: boolean, key: string | number): boolean {
  switch (step.kind) {
    case 'elements':
      return isArray;
    case 'members':
      return !isArray;
    case 'index':
      return key === step.index;
    default:
      return key === step.name;
  }
}
