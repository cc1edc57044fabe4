import type { ZodType } from 'zod';

/** What a component is used as. */
export type ComponentKind = 'reader' | 'writer' | 'operator';

/** A registered part: its one description feeds defaults, checks, help and reference. */
export interface Component {
  readonly kind: ComponentKind;
  /** lower_snake_case, unique within its kind. */
  readonly name: string;
  /** One line, for lists and help. */
  readonly summary: string;
  /**
   * The options as users write them: their defaults, checks and descriptions. It can be made a JSON
   * Schema: `z.toJSONSchema(options, { io: 'input' })`.
   */
  readonly options: ZodType;
  /** The option that a single value, a list, or the name of a function stands for where a pipeline is written as data. */
  readonly main?: string;
  /** Makes the part from its options, which it checks. */
  readonly create: (options: never) => unknown;
}
