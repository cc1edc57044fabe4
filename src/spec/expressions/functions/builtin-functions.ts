import type { ExpressionFunction } from '../../../interfaces/expression-function.ts';
import { NUMBER_FUNCTIONS } from './number-functions.ts';
import { PATTERN_FUNCTIONS } from './pattern-functions.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { TIME_FUNCTIONS } from './time-functions.ts';
import { VALUE_FUNCTIONS } from './value-functions.ts';

/** The functions that every expression has. Macros, which take parts of the expression, are no functions. */
export const BUILTIN_FUNCTIONS: readonly ExpressionFunction[] = [
  ...TEXT_FUNCTIONS,
  ...PATTERN_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...VALUE_FUNCTIONS,
];
