import { ARRAY_END, OBJECT_END } from './element-spans.ts';

/** One step of a path, from a value to values in it. */
export type Step =
  | { readonly kind: 'name' | 'anywhere'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'elements' | 'members' };

/** The way to one array or object whose elements or members are the records. */
export interface ContainerPath {
  /** Property names from the root. */
  readonly names: readonly string[];
  /** The bracket that ends it: it tells an array from an object. */
  readonly closer: number;
}

const NAME = String.raw`[\p{L}_$][\p{L}\p{N}_$-]*`;
const QUOTED = String.raw`\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]`;
const ANYWHERE = String.raw`\.\.(?:(${NAME})|${QUOTED})`;
const PROPERTY = String.raw`\.(${NAME})|${QUOTED}`;
const STEP = new RegExp(String.raw`${ANYWHERE}|${PROPERTY}|(\.\*)|(\[\*\])|\[(0|[1-9]\d{0,14})\]`, 'uy');

/**
 * Reads a path such as `$[*]`, `$.data.items[*]`, `$['my data'].*`, `$[*].rows[0]`, `$..name`; `undefined`
 * for anything else.
 */
export function jsonPath(path: string): readonly Step[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (match === null) return undefined;
    steps.push(stepOf(match));
  }
  return steps;
}

function stepOf(match: RegExpExecArray): Step {
  const [, anywhere, single, double, name, single2, double2, members, elements, index] = match;
  if (members !== undefined) return { kind: 'members' };
  if (elements !== undefined) return { kind: 'elements' };
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  const far = anywhere ?? unescaped(single ?? double);
  if (far !== undefined) return { kind: 'anywhere', name: far };
  return { kind: 'name', name: name ?? unescaped(single2 ?? double2)! };
}

function unescaped(quoted: string | undefined): string | undefined {
  return quoted?.replace(/\\(.)/gu, '$1');
}

/** The path to one container, when that is all that `steps` say. */
export function containerPath(steps: readonly Step[]): ContainerPath | undefined {
  const last = steps.at(-1);
  if (last?.kind !== 'elements' && last?.kind !== 'members') return undefined;
  const names: string[] = [];
  for (const step of steps.slice(0, -1)) {
    if (step.kind !== 'name') return undefined;
    names.push(step.name);
  }
  return { names, closer: last.kind === 'elements' ? ARRAY_END : OBJECT_END };
}

/** The first `length` names as a path: `$.data.items`. */
export function formatPath(names: readonly string[], length: number): string {
  const plain = new RegExp(`^${NAME}$`, 'u');
  const steps = names
    .slice(0, length)
    .map((name) => (plain.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`));
  return `$${steps.join('')}`;
}
