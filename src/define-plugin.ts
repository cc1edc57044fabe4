import { z } from 'zod';
import { component } from './core/component.ts';
import { MillraceError } from './core/errors.ts';
import { parseOptions } from './core/options.ts';
import { isObject, registeredName, withOnError, wrongPart } from './core/plugin-part.ts';
import { checkRange } from './core/plugin-version.ts';
import { isThenable } from './core/thenable.ts';
import type { Component, ComponentKind } from './interfaces/component.ts';
import type { Parameter, ParameterKind } from './interfaces/expression-function.ts';
import type { DecodeContext, Decoder, EncodeContext, Encoder } from './interfaces/format.ts';
import type { Operator } from './interfaces/operator.ts';
import type { Plugin, PluginFormat, PluginHooks } from './interfaces/plugin.ts';
import type { Reader } from './interfaces/reader.ts';
import type { Writer } from './interfaces/writer.ts';
import { onErrorSchema } from './io/bytes/file-options.ts';
import { FILE_OPTIONS, formatComponents } from './io/formats/format-components.ts';
import { pluginFunction } from './spec/plugins/plugin-function.ts';

/** What a part is given that has these options. */
export type PartOptions<S> = S extends z.ZodObject ? z.output<S> : Readonly<Record<never, never>>;

/** A reader, a writer or an operator of a plugin. */
export interface PluginPart<S, P> {
  /** One line, for lists and help. */
  readonly summary: string;
  /**
   * The options as users write them: their defaults, checks and descriptions. `onError` need not be among them: each part
   * has it. @default none
   */
  readonly options?: S;
  /** The option that a single value stands for in a file. */
  readonly main?: keyof PartOptions<S> & string;
  /** Makes the part from its options, which were checked, and have their defaults. */
  readonly create: (options: PartOptions<S>) => P;
}

/** A format of a plugin: it becomes a reader and a writer of files, with all that these take. */
export interface PluginFormatPart<S> {
  readonly summary: string;
  /** What names of its files end in, e.g. `.ltsv`: by these, `head`, `convert` and their like know it. @default none */
  readonly extensions?: readonly string[];
  /** The options besides those of files, for reading and writing alike. @default none */
  readonly options?: S;
  /** Makes the decoder of one file, which gets valid UTF-8 without a byte order mark. Absent for a format that is only written. */
  readonly decoder?: (context: DecodeContext, options: PartOptions<S>) => Decoder<unknown>;
  /** Makes the encoder of one file. Absent for a format that is only read. */
  readonly encoder?: (context: EncodeContext, options: PartOptions<S>) => Encoder<never>;
  /**
   * Whether runs can go on with its files from a checkpoint: its decoders have `position`, its encoders remember nothing, or
   * have `snapshot` and `restore`. @default false
   */
  readonly resumable?: boolean;
  /** Whether records can be added to a file that is there: not where the format has an end. @default true */
  readonly appendable?: boolean;
}

/** What a function is given for a parameter of a kind. */
export interface ParameterValues {
  readonly any: unknown;
  readonly text: string;
  readonly number: number | bigint;
  readonly integer: number;
  readonly bool: boolean;
  readonly time: Date;
  readonly duration: { readonly ms: number };
  readonly list: readonly unknown[];
  readonly map: Readonly<Record<string, unknown>>;
}

/** What a function is called with that declares these parameters. */
export type FunctionArguments<P> = P extends readonly [infer First, ...infer Rest]
  ? First extends `${infer K extends ParameterKind}?`
    ? [value?: ParameterValues[K], ...rest: FunctionArguments<Rest>]
    : First extends ParameterKind
      ? [value: ParameterValues[First], ...rest: FunctionArguments<Rest>]
      : never
  : [];

/** A function of expressions. */
export interface PluginFunction<P extends readonly Parameter[]> {
  readonly summary: string;
  /** What it takes, in this order; those that may be left out, with a question mark, come last. */
  readonly parameters: P;
  /** What it gives; `text?` may also be null. It is held to it. */
  readonly returns: Parameter;
  /**
   * Works it out, at once, of its arguments alone: the same arguments give the same, always, and are left as they are. What
   * it throws is an error of the record.
   */
  readonly call: (...given: FunctionArguments<P>) => unknown;
}

type Parts<S, P> = { readonly [K in keyof S]: PluginPart<S[K], P> };

/** What a plugin is made of. Names are written as in files: `movingMean`. */
export interface PluginSpec<R, W, O, F, C> {
  /** The name, for messages: that of the package, where it is one. */
  readonly name: string;
  /** The versions of millrace that it is for, as npm writes ranges, e.g. `^1`. */
  readonly millrace: string;
  /** Readers, by the names that files write them with. @default none */
  readonly readers?: Parts<R, Reader<unknown>>;
  /** Writers, by name. @default none */
  readonly writers?: Parts<W, Writer<never>>;
  /** Operators, by name. @default none */
  readonly operators?: Parts<O, Operator<never, unknown>>;
  /** Formats of files, by name: each becomes a reader and a writer of that name. @default none */
  readonly formats?: { readonly [K in keyof F]: PluginFormatPart<F[K]> };
  /** Functions that expressions may call, by name. @default none */
  readonly functions?: {
    readonly [K in keyof C]: PluginFunction<C[K] extends readonly Parameter[] ? C[K] : never>;
  };
  /** What it is told of runs. @default none */
  readonly hooks?: PluginHooks;
}

type AnyPart = PluginPart<z.ZodObject, unknown>;

const headSchema = z.strictObject({
  name: z.string().regex(/^(?:@[\w.-]+\/)?[\w.-]+$/, 'expected a name such as "acme" or "@acme/millrace"'),
  millrace: z.string(),
  ...Object.fromEntries(
    ['readers', 'writers', 'operators', 'formats', 'functions', 'hooks'].map((name) => [
      name,
      z.record(z.string(), z.unknown()).optional(),
    ]),
  ),
});

const hooksSchema = z.strictObject(
  Object.fromEntries(
    ['beforeRun', 'afterRun', 'onRecordError', 'onCheckpoint'].map((name) => [
      name,
      z.custom<unknown>((value) => typeof value === 'function', 'expected a function').optional(),
    ]),
  ),
);

/**
 * Makes a plugin: readers, writers, operators, formats, functions of expressions and hooks, under one name. Exported by a
 * file or a package, as `default` or `plugin`, it is named in `plugins` of a pipeline that is a file, in
 * `millrace.config.ts`, or by `--plugin`; in code, it is registered, and handed to runs for its hooks.
 *
 * Nothing is called before a part is used.
 *
 * @throws MillraceError `ERR_OPTIONS` for what is no plugin: a wrong range of versions, name, hook or part.
 * @example
 * ```ts
 * import { builtins, definePlugin, map } from 'millrace';
 * import { z } from 'zod';
 *
 * export const plugin = definePlugin({
 *   name: 'shouting',
 *   millrace: '>=0.1.0 <2',
 *   operators: {
 *     shout: {
 *       summary: 'Text in capitals, with marks behind it',
 *       options: z.object({ marks: z.int().min(1).default(1).describe('How many') }),
 *       main: 'marks',
 *       create: ({ marks }) => map((text: string) => text.toUpperCase() + '!'.repeat(marks)),
 *     },
 *   },
 *   functions: {
 *     initials: {
 *       summary: 'The first letter of each word',
 *       parameters: ['text'],
 *       returns: 'text',
 *       call: (text) => text.split(' ').map((word) => word.charAt(0)).join(''),
 *     },
 *   },
 * });
 *
 * const registry = builtins().register(plugin);
 * console.log(registry.get('operator', 'shout').summary);
 * ```
 */
export function definePlugin<R = unknown, W = unknown, O = unknown, F = unknown, const C = unknown>(
  spec: PluginSpec<R, W, O, F, C>,
): Plugin {
  const { name, millrace } = parseOptions(headSchema, spec, 'a plugin');
  checkRange(name, millrace);
  const { readers = {}, writers = {}, operators = {}, formats = {}, functions = {} } = spec;
  const hooks = spec.hooks && parseOptions(hooksSchema, spec.hooks, `the hooks of plugin "${name}"`);
  const listed = Object.entries(formats as Record<string, PluginFormatPart<z.ZodObject>>);
  return Object.freeze({
    name,
    millrace,
    components: Object.freeze([
      ...parts('reader', name, readers),
      ...parts('writer', name, writers),
      ...parts('operator', name, operators),
      ...listed.flatMap(([key, format]) => components(name, key, format)),
    ]),
    functions: Object.freeze(
      Object.entries(functions).map(([key, fn]) => pluginFunction(name, key, fn as never)),
    ),
    formats: Object.freeze(listed.map(([key, format]) => formatFacts(key, format))),
    ...(hooks !== undefined && { hooks: Object.freeze(hooks) as PluginHooks }),
  });
}

function parts(kind: ComponentKind, plugin: string, given: object): readonly Component[] {
  return Object.entries(given as Record<string, AnyPart>).map(([key, part]) => {
    const where = `${kind} "${key}" of plugin "${plugin}"`;
    if (typeof part?.create !== 'function') throw wrongPart(where, 'it has no create()');
    const { summary, options, main } = described(part, where);
    if (main !== undefined && !Object.hasOwn(options.shape, main)) {
      throw wrongPart(where, `its main option "${main}" is none of its options`);
    }
    const own = Object.hasOwn(options.shape, 'onError');
    const schema = own ? options : options.safeExtend({ onError: onErrorSchema.optional() });
    const create = ({ onError, ...rest }: { onError?: unknown }) => {
      const made = checkedPart(part.create((own ? { onError, ...rest } : rest) as never), kind, where);
      return own || onError === undefined ? made : withOnError(made, onError);
    };
    return component(kind, registeredName(key, where), summary, schema, create as never, main);
  });
}

/** Options that are not there are errors, whatever the schema says of them: a typo would go unnoticed. */
function described(
  { summary, options = z.object({}), ...rest }: Pick<AnyPart, 'summary' | 'options' | 'main'>,
  where: string,
) {
  if (typeof summary !== 'string' || summary.trim() === '') throw wrongPart(where, 'it has no summary');
  if (!(options instanceof z.ZodObject)) throw wrongPart(where, 'its options are no object schema of zod 4');
  const { main } = rest;
  return { summary, options: options.strict() as z.ZodObject, main };
}

const MARKS = { reader: 'open', writer: 'open', operator: 'create' } as const;

function checkedPart(made: unknown, kind: ComponentKind, where: string): object {
  const found = typeof made === 'object' && made !== null ? made : {};
  if (typeof Reflect.get(found, MARKS[kind]) === 'function') return found;
  const what = isThenable(made) ? 'a promise' : made === null ? 'null' : `a value of type ${typeof made}`;
  throw new MillraceError(
    'ERR_PLUGIN',
    `Cannot make ${where}: create() returned ${what}, which is no ${kind}`,
  );
}

function components(
  plugin: string,
  key: string,
  format: PluginFormatPart<z.ZodObject>,
): readonly Component[] {
  const where = `format "${key}" of plugin "${plugin}"`;
  if (!isObject(format)) throw wrongPart(where, 'it is no object');
  const { decoder, encoder, extensions = [], resumable = false, appendable = true } = format;
  if (!Array.isArray(extensions) || extensions.some((one) => typeof one !== 'string')) {
    throw wrongPart(where, 'its extensions are no list of texts');
  }
  if (decoder === undefined && encoder === undefined)
    throw wrongPart(where, 'it has neither decoder() nor encoder()');
  const { summary, options } = described(format, where);
  const taken = Object.keys(options.shape).find((name) => FILE_OPTIONS.has(name));
  if (taken !== undefined) throw wrongPart(where, `its option "${taken}" is called as one of all files`);
  return formatComponents({
    name: registeredName(key, where),
    summary,
    options,
    decoder,
    encoder,
    resumable,
    appendable,
  });
}

function formatFacts(
  key: string,
  { extensions = [], decoder, encoder }: PluginFormatPart<z.ZodObject>,
): PluginFormat {
  return Object.freeze({
    name: registeredName(key, `format "${key}"`),
    extensions: Object.freeze(extensions.map((one) => (one.startsWith('.') ? one : `.${one}`).toLowerCase())),
    reads: decoder !== undefined,
    writes: encoder !== undefined,
  });
}
