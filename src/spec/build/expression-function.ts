import { isMillraceError } from '../../core/errors.ts';
import type { FunctionRole } from '../../core/option-role.ts';
import type { BuildContext, WrittenExpression } from '../build-context.ts';
import { compileExpression, type ExpressionScope } from '../expressions/expression.ts';
import { inferShape } from '../expressions/infer-shape.ts';
import { certain, kindsText, type Shape } from '../expressions/shape.ts';
import type { LocatedScalar } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';

/** The function of a record that an expression says; `undefined` where it cannot be compiled, which is a problem. */
export function expressionFunction(
  node: LocatedScalar,
  { takes, gives }: Pick<FunctionRole, 'takes' | 'gives'>,
  { params, problems, origin, expressions, registry }: BuildContext,
): unknown {
  const source = String(node.value);
  try {
    const expression = compileExpression(source, {
      params: [...params.keys()],
      functions: registry.functions,
    });
    if (takes[0] === 'record') expressions?.push({ node, ...(gives && { gives }) });
    const values = Object.fromEntries([...params].map(([name, { value }]) => [name, value]));
    let scope: ExpressionScope = { params: values };
    if (expression.usesOrigin) {
      if (origin === undefined) {
        return problems.add(
          node.span,
          'an expression cannot ask for the origin here',
          'Keep it in a field, in front: - assign: { line: origin.line }.',
        );
      }
      origin.used = true;
      const { usesPlace } = expression;
      scope = {
        params: values,
        get origin() {
          return origin.origin(usesPlace);
        },
      };
    }
    const fn = (record: unknown): unknown => expression(record, scope);
    return Object.defineProperty(fn, 'name', { value: source.replaceAll(/\s+/g, ' ') });
  } catch (thrown) {
    if (!isMillraceError(thrown)) throw thrown;
    const { start, end } = thrown.details;
    const span = typeof start === 'number' && typeof end === 'number' ? within(node, start, end) : node.span;
    return problems.add(span, foundIn(thrown.message), thrown.hint);
  }
}

/** Notes what can never be right in expressions for records of which this is known, and what comes to something else than it has to. */
export function checkExpressions(
  expressions: readonly WrittenExpression[],
  record: Shape,
  { problems }: BuildContext,
): void {
  for (const { node, gives } of expressions) {
    if (record === undefined && gives === undefined) continue;
    const { shape, faults } = inferShape(String(node.value), record);
    for (const { found, hint, range } of record === undefined ? [] : faults) {
      problems.add(range === undefined ? node.span : within(node, range.start, range.end), found, hint);
    }
    const kinds = shape === undefined || gives === undefined || faults.length > 0 ? [] : certain(shape);
    if (kinds.length === 0 || kinds.some((kind) => gives!.includes(kind as never))) continue;
    problems.add(node.span, `the expression gives ${kindsText(kinds)}, and ${kindsText(gives!)} is due here`);
  }
}

/** What was found, without the place, which the problem tells by itself. */
function foundIn(message: string): string {
  const found = /^Cannot compile the expression .* at (?:line \d+, )?column \d+: (.*)$/s.exec(message)?.[1];
  return found === 'unexpected token: EOF' ? 'the expression ends too early' : (found ?? message);
}

/** The place of a part of an expression, where it is written as it is: without escapes, on one line or in a block. */
function within({ value, span }: LocatedScalar, start: number, end: number): Span {
  const text = String(value);
  const at = span.source.text.indexOf(text, span.start);
  if (at !== -1 && at < span.end) return { ...span, start: at + start, end: at + Math.max(end, start + 1) };
  const line = text.slice(0, start).split('\n').length - 1;
  const begin = blockLine(span, line);
  if (begin === undefined) return span;
  const from = begin + start - (text.lastIndexOf('\n', start - 1) + 1);
  return { ...span, start: from, end: from + Math.max(text.slice(start, end).split('\n')[0]!.length, 1) };
}

/** Where a line of a text begins that is written below a `|`, indented. */
function blockLine({ source, start, end }: Span, line: number): number | undefined {
  const [header = '', ...lines] = source.text.slice(start, end).split('\n');
  if (!/^\|[-+]?\s*$/.test(header) || lines[line] === undefined) return undefined;
  const indent = /^ */.exec(lines.find((one) => one.trim() !== '') ?? '')![0].length;
  const before = [header, ...lines.slice(0, line)].reduce((sum, one) => sum + one.length + 1, 0);
  return start + before + indent;
}
