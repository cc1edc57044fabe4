import { z } from 'zod';

/** What goes away with the next minor version, and what takes its place. */
export interface Deprecation {
  /** Stable, and listed in `docs/stability.md`: `MILLRACE_DEP0001`. */
  readonly code: `MILLRACE_DEP${number}`;
  /** The version that deprecated it, e.g. `0.2.0`. */
  readonly since: string;
  /** What to do instead, as a sentence. */
  readonly instead: string;
}

/** An option that was given although it is deprecated. */
export interface DeprecatedOption extends Deprecation {
  readonly path: readonly string[];
}

const warned = new Set<string>();
const options = z.registry<Deprecation>();

/** Whether deprecations are told in another way just now. */
let quiet = false;

/** Warns of something deprecated, by `process.emitWarning`: once a process for each code. */
export function warnDeprecated(what: string, { code, since, instead }: Deprecation): void {
  if (quiet || warned.has(code)) return;
  warned.add(code);
  process.emitWarning(`${what} is deprecated since millrace ${since}: ${instead}`, {
    type: 'DeprecationWarning',
    code,
  });
}

/** Does something of which deprecations are told in another way, e.g. with their place in a file. */
export function withoutWarnings<T>(work: () => T): T {
  const before = quiet;
  quiet = true;
  try {
    return work();
  } finally {
    quiet = before;
  }
}

/** The same option, deprecated: whoever gives it is warned, and editors cross it out. */
export function deprecatedOption<S extends z.ZodType>(schema: S, deprecation: Deprecation): S {
  const { instead } = deprecation;
  const { description } = schema;
  const text = [description, `Deprecated: ${instead}`].filter((part) => part !== undefined).join('. ');
  const marked = schema.meta({ ...schema.meta(), description: text, deprecated: true }) as S;
  options.add(marked as never, deprecation as never);
  return marked;
}

/** The options among those that were given that are deprecated, also beneath others. */
export function deprecatedAmong(
  schema: z.core.$ZodType,
  given: unknown,
  path: readonly string[] = [],
): readonly DeprecatedOption[] {
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(shapeOf(schema)).flatMap(([name, option]) => {
    if (!Object.hasOwn(given, name) || Reflect.get(given, name) === undefined) return [];
    const at = [...path, name];
    const deprecation = deprecationOf(option);
    const own = deprecation === undefined ? [] : [{ ...deprecation, path: at }];
    return [...own, ...deprecatedAmong(option, Reflect.get(given, name), at)];
  });
}

interface Definition {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const { shape, innerType, in: input } = schema._zod.def as Definition;
  const inner = innerType ?? input;
  return shape ?? (inner === undefined ? {} : shapeOf(inner));
}

function deprecationOf(schema: z.core.$ZodType): Deprecation | undefined {
  const own = options.get(schema as never);
  if (own !== undefined) return own;
  const { innerType, in: input } = schema._zod.def as Definition;
  const inner = innerType ?? input;
  return inner === undefined ? undefined : deprecationOf(inner);
}
