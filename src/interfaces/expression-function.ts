/** What a value of an expression is. `integer` is a whole number, as a double. */
export type ParameterKind =
  | 'any'
  | 'text'
  | 'number'
  | 'integer'
  | 'bool'
  | 'time'
  | 'duration'
  | 'list'
  | 'map';

/** What a parameter takes; with a question mark it may be left out. */
export type Parameter = ParameterKind | `${ParameterKind}?`;

/** A function of expressions: `name(a, b)`, or `a.name(b)`, which is the same. */
export interface ExpressionFunction {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** What it gives; with a question mark, or null. A function that says it is held to it. @default anything */
  readonly returns?: Parameter | undefined;
  /** What it does, in one line for lists. */
  readonly summary: string;
  /** Is called with what the parameters say, checked. What it throws is what went wrong with the record. */
  readonly call: (...given: never[]) => unknown;
}
