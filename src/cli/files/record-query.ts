import type { Registry } from '../../core/registry.ts';
import type { Expression } from '../../spec/expressions/expression.ts';
import { usage } from '../arguments.ts';
import type { Arguments, Command, OptionSpec } from '../command.ts';

/** What the commands take that choose records. */
export const QUERY_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.freeze({
  select: { value: 'a,b', summary: 'Only these fields, in this order' },
  where: { value: 'expression', summary: "Only records for which it is true, e.g. 'record.qty > 5'" },
});

/** Which records, and what of them. */
export interface RecordQuery {
  readonly select: readonly string[] | undefined;
  readonly where: Expression<boolean> | undefined;
  /** The fields that have to be read; all when absent. */
  readonly columns: readonly string[] | undefined;
}

/**
 * What `--select` and `--where` ask for. Expressions are loaded where there is one.
 *
 * @throws MillraceError `ERR_USAGE`, and `ERR_EXPRESSION` for what is no expression.
 */
export async function recordQuery(
  command: Pick<Command, 'name'>,
  given: Arguments,
  registry?: Registry,
): Promise<RecordQuery> {
  const select = selected(command, given.value('select'));
  const source = given.value('where');
  if (source === undefined) return { select, where: undefined, columns: select };
  const { compilePredicate } = await import('../../spec/expressions/expression.ts');
  const where = compilePredicate(source, { params: [], functions: registry?.functions });
  if (where.usesOrigin) {
    throw usage(
      command,
      '--where asks for the origin of records',
      'Take it out: conditions see `record` alone.',
    );
  }
  const used = where.columns;
  const columns = select === undefined || used === undefined ? undefined : [...new Set([...select, ...used])];
  return { select, where, columns };
}

function selected(command: Pick<Command, 'name'>, given: string | undefined): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const names = given.split(',').map((name) => name.trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (names.includes('')) throw usage(command, `--select ${given} has a name with nothing in it`);
  if (twice !== undefined) throw usage(command, `--select names "${twice}" twice`);
  return names;
}

/** A whole number of an option. @throws MillraceError `ERR_USAGE` */
export function wholeNumber(
  command: Pick<Command, 'name'>,
  given: Arguments,
  option: string,
  otherwise: number,
): number {
  const text = given.value(option);
  if (text === undefined) return otherwise;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usage(command, `--${option} ${text} is no whole number`, `Write e.g. --${option} 10.`);
}
