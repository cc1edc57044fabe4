import { isMillraceError } from '../../core/errors.ts';
import type { BuildContext } from '../build-context.ts';
import { compileExpression, type ExpressionScope } from '../expressions/expression.ts';
import type { LocatedScalar } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';

/** The function of a record that an expression says; `undefined` where it cannot be compiled, which is a problem. */
export function expressionFunction(
  node: LocatedScalar,
  { params, problems, origin, registry }: BuildContext,
): unknown {
  const source = String(node.value);
  try {
    const expression = compileExpression(source, {
      params: [...params.keys()],
      functions: registry.functions,
    });
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

/** What was found, without the place, which the problem tells by itself. */
function foundIn(message: string): string {
  const found = /^Cannot compile the expression .* at (?:line \d+, )?column \d+: (.*)$/s.exec(message)?.[1];
  return found === 'unexpected token: EOF' ? 'the expression ends too early' : (found ?? message);
}

/** The place of a part of an expression, where it is written as it is: on one line, without escapes. */
function within({ value, span }: LocatedScalar, start: number, end: number): Span {
  const at = span.source.text.indexOf(String(value), span.start);
  if (at === -1 || at >= span.end) return span;
  return { ...span, start: at + start, end: at + Math.max(end, start + 1) };
}
