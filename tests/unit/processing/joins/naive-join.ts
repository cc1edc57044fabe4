import type { JoinKind } from '../../../../src/processing/joins/join-kinds.ts';

export interface Row {
  readonly id: number;
  readonly k: number | null;
}

/** What a join of two lists comes to, pair by pair, as text in no order. */
export function naiveJoin(
  left: readonly Row[],
  right: readonly Row[],
  kind: JoinKind,
  matches: (left: Row, right: Row) => boolean,
): readonly string[] {
  const partners = (one: Row) => right.filter((other) => matches(one, other));
  if (kind === 'semi' || kind === 'anti') {
    return left
      .filter((one) => partners(one).length > 0 === (kind === 'semi'))
      .map(({ id }) => `${id}`)
      .sort();
  }
  const pairs = left.flatMap((one) => partners(one).map((other) => shown(one, other)));
  const lonelyLeft = left.filter((one) => partners(one).length === 0).map((one) => shown(one, undefined));
  const lonelyRight = right
    .filter((other) => !left.some((one) => matches(one, other)))
    .map((other) => shown(undefined, other));
  return [
    ...pairs,
    ...(kind === 'left' || kind === 'full' ? lonelyLeft : []),
    ...(kind === 'right' || kind === 'full' ? lonelyRight : []),
  ].sort();
}

export function shown(left: Row | undefined, right: Row | undefined): string {
  return `${left?.id}-${right?.id}`;
}
