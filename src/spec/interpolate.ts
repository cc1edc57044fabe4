import { didYouMean } from '../core/did-you-mean.ts';
import type { BuildContext } from './build-context.ts';
import type { LocatedScalar } from './source/located.ts';
import type { Span } from './source/source-text.ts';

/** What a text comes to when all that it refers to is filled in. */
export interface Filled {
  readonly value: unknown;
  /** Whether it depends on a parameter that has no value yet. */
  readonly unknown: boolean;
  /** Whether something secret is in it. */
  readonly secret: boolean;
}

/** `${…}` with what is inside, and `$${`, which stands for `${` itself. */
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const ENVIRONMENT = /^([A-Za-z_]\w*)(?::-(.*))?$/s;
const PARAMETER = /^params\.(.+)$/s;

const NOTHING = { unknown: false, secret: false };

/**
 * Fills in `${params.name}`, `${NAME}` and `${NAME:-default}`. What is nothing but one reference to a parameter has its
 * type; what is nothing but one to the environment has the type it looks like, unless it is in quotes.
 */
export function interpolate(node: LocatedScalar, context: BuildContext): Filled {
  const { value: text } = node;
  if (typeof text !== 'string' || !text.includes(`\${`)) return { value: text, ...NOTHING };
  const [only] = text.matchAll(REFERENCE);
  if (only !== undefined && only[0] === text && only[1] !== undefined) {
    const filled = referred(only, node, context);
    return node.bare && !text.startsWith(`\${params.`) ? { ...filled, value: typed(filled.value) } : filled;
  }
  let unknown = false;
  let secret = false;
  const value = text.replaceAll(REFERENCE, (...match) => {
    if (match[1] === undefined) return `\${`;
    const filled = referred(match as unknown as RegExpExecArray, node, context);
    unknown ||= filled.unknown;
    secret ||= filled.secret;
    return String(filled.value);
  });
  if (unknown) return { value: undefined, unknown, secret };
  if (secret) context.secrets.add(value);
  return { value, unknown, secret };
}

function referred(match: RegExpExecArray, node: LocatedScalar, context: BuildContext): Filled {
  const [whole, inside = '', closed] = match;
  const span = spanOf(node, whole);
  const failed = (message: string, hint: string): Filled => {
    context.problems.add(span, message, hint);
    return { value: undefined, unknown: true, secret: false };
  };
  if (closed === '')
    return failed(`\${ is not closed`, `Write \${params.name} or \${NAME:-default}; $\${ for \${ itself.`);
  const parameter = PARAMETER.exec(inside)?.[1];
  if (parameter !== undefined) {
    const given = context.params.get(parameter);
    if (given === undefined) {
      return failed(
        `there is no parameter "${parameter}"`,
        didYouMean(parameter, [...context.params.keys()]),
      );
    }
    return { value: given.value, unknown: !given.known, secret: given.secret };
  }
  const [, name, otherwise] = ENVIRONMENT.exec(inside) ?? [];
  if (name === undefined) {
    return failed(
      `${whole} refers to nothing`,
      `Write \${params.name} for a parameter, \${NAME} or \${NAME:-default} for the environment.`,
    );
  }
  const value = context.environment[name] ?? otherwise;
  if (value === undefined) {
    return failed(
      `the environment variable ${name} is not set`,
      `Set it, or give a default: \${${name}:-…}.`,
    );
  }
  return { value, ...NOTHING };
}

/** Where a part of a text stands, as far as it is written there as it is. */
function spanOf({ span }: LocatedScalar, part: string): Span {
  const at = span.source.text.indexOf(part, span.start);
  return at === -1 || at >= span.end ? span : { ...span, start: at, end: at + part.length };
}

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** What text without quotes is to YAML. */
function typed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  if (value === 'null' || value === '') return null;
  return NUMBER.test(value) ? Number(value) : value;
}
