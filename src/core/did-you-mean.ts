/** Number of insertions, removals, replacements and swaps that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * A sentence that suggests the nearest of `known`, or lists them when none is near.
 *
 * @example
 * ```ts
 * didYouMean('cvs', ['csv', 'json']); // 'Did you mean "csv"?'
 * ```
 */
export function didYouMean(unknown: string, known: readonly string[]): string {
  if (known.length === 0) return 'There are none.';
  const wanted = unknown.toLowerCase();
  const nearest = known
    .map((name) => ({ name, cost: distance(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.cost - b.cost)[0]!;
  if (nearest.cost <= Math.max(1, Math.floor(unknown.length / 3))) return `Did you mean "${nearest.name}"?`;
  return `There are: ${known.toSorted().join(', ')}.`;
}
