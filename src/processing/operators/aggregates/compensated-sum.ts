/** A sum of numbers, and what was lost of them by rounding (Neumaier): far closer than adding them up. */
export interface CompensatedSum {
  sum: number;
  lost: number;
}

export function addTo(total: CompensatedSum, value: number): void {
  const sum = total.sum + value;
  const lost = Math.abs(total.sum) >= Math.abs(value) ? total.sum - sum + value : value - sum + total.sum;
  // Beyond the largest number nothing is lost but the sum.
  if (lost - lost === 0) total.lost += lost;
  total.sum = sum;
}

/** Adds up two sums into the first. */
export function mergeSums(total: CompensatedSum, other: CompensatedSum): void {
  addTo(total, other.sum);
  total.lost += other.lost;
}

export function totalOf({ sum, lost }: CompensatedSum): number {
  return Number.isFinite(sum) ? sum + lost : sum;
}

/** `addTo` as source text, for the numbers called `sum` and `lost`. */
export function addToSource(value: string, sum: string, lost: string): string {
  return `{
    const a = ${sum}, b = ${value}, t = a + b;
    const d = Math.abs(a) >= Math.abs(b) ? a - t + b : b - t + a;
    if (d - d === 0) ${lost} += d;
    ${sum} = t;
  }`;
}
