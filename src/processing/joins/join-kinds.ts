import { z } from 'zod';
import { MillraceError } from '../../core/errors.ts';

export const joinKinds = ['inner', 'left', 'right', 'full', 'semi', 'anti'] as const;

/** Which records come out of a join. */
export type JoinKind = (typeof joinKinds)[number];

type Key<T> = (record: T) => unknown;

/** What records of two flows share: one function for both, or one for each. */
export type JoinKeys<L, R> = Key<L & R> | readonly [Key<L>, Key<R>];

type LeftOf<L, K extends JoinKind> = K extends 'right' | 'full' ? L | undefined : L;
type RightOf<R, K extends JoinKind> = K extends 'left' | 'full' ? R | undefined : R;

/** Makes one record of two; what has no partner comes with `undefined`. */
export type JoinMerge<L, R, K extends JoinKind, B> = (left: LeftOf<L, K>, right: RightOf<R, K>) => B;

/** What comes out of a join of which nothing else is said. */
export type Joined<L, R, K extends JoinKind> = K extends 'semi' | 'anti'
  ? L
  : { readonly left: LeftOf<L, K>; readonly right: RightOf<R, K> };

type Keys = readonly [Key<unknown>, Key<unknown>];

/** The `on` option of joins; becomes one function for each side. */
export const joinKeys = z.unknown().transform((on, context): Keys => {
  const keys: readonly unknown[] = Array.isArray(on) ? on : [on, on];
  if (keys.length === 2 && keys.every((key) => typeof key === 'function')) return keys as unknown as Keys;
  context.addIssue({ code: 'custom', message: 'expected a function, or one for each side' });
  return z.NEVER;
});

/** Whether left or right records come out although they have no partner. */
export function unpaired(kind: JoinKind): { readonly left: boolean; readonly right: boolean } {
  return { left: kind === 'left' || kind === 'full', right: kind === 'right' || kind === 'full' };
}

/** Whether records of the side that is held come out by themselves, when it is known whether they have a partner. */
export function keepsBuild(kind: JoinKind, buildsLeft: boolean): boolean {
  const { left, right } = unpaired(kind);
  return buildsLeft ? left || kind === 'semi' || kind === 'anti' : right;
}

export function pair(left: unknown, right: unknown): unknown {
  return { left, right };
}

/** The error for a join that would hold more than it may. */
export function tooManyRows(operator: string, maxRows: number, hint: string): MillraceError {
  return new MillraceError(
    'ERR_LIMIT',
    `Cannot hold the records of ${operator}(): they are more than ${maxRows}`,
    {
      hint,
      details: { maxRows },
    },
  );
}
