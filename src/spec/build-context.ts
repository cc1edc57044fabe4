import type { FunctionRole } from '../core/option-role.ts';
import type { Registry } from '../core/registry.ts';
import type { LetterTarget, OnError } from '../interfaces/policy.ts';
import type { Flow } from '../processing/graph/flow.ts';
import type { OriginCell } from './build/origin-cell.ts';
import type { Confinement } from './confinement.ts';
import type { Secrets } from './secrets.ts';
import type { Located, LocatedScalar } from './source/located.ts';
import type { Problems } from './source/problem.ts';
import type { Span } from './source/source-text.ts';

/** A parameter with its value, if it has one yet. */
export interface ParameterValue {
  readonly known: boolean;
  readonly value: unknown;
  readonly secret: boolean;
}

/** A flow that is part of no graph but its own. */
export interface OwnFlow {
  readonly flow: Flow<unknown>;
  /** What it was made of, as plain data. */
  readonly data: unknown;
}

/** An expression of a record. */
export interface WrittenExpression {
  readonly node: LocatedScalar;
  /** What it has to come to. @default anything */
  readonly gives?: FunctionRole['gives'];
}

/** What a file is built with. */
export interface BuildContext {
  readonly registry: Registry;
  readonly problems: Problems;
  /** What paths have to lie within. */
  readonly confinement: Confinement;
  /** What is no problem yet: options that are deprecated. */
  readonly notes: Problems;
  readonly params: ReadonlyMap<string, ParameterValue>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  /** Where expressions get the origin of a record; absent where nobody knows it. */
  readonly origin?: OriginCell;
  /** Gathers the expressions of records that are compiled; absent where nobody knows what records are. */
  readonly expressions?: WrittenExpression[];
  /** The policies that are written; `undefined` where something is wrong with them. */
  policies(node: Located): Promise<OnError | undefined>;
  /** The flow that is written in the place of an option; `undefined` where it cannot be made. */
  flow(node: Located): Promise<OwnFlow | undefined>;
  /** Where dead letters go that are sent to this name, if it is known yet; what is wrong with it is a problem at `span`. */
  letters(name: string | undefined, span: Span): LetterTarget | undefined;
}
