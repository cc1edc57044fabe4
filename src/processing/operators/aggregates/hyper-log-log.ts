/**
 * The hashes themselves as long as they are few; then, for each of 2^14 registers, the longest run of zeroes with which
 * a hash began that fell to it. Counts within 0.8 % (one standard error).
 */
export type Estimate = Set<number> | Uint8Array;

/** So many hashes are kept as they are: as much memory as the registers take, and not much more. */
export const FEW = 512;

const REGISTER_BITS = 14;
const REGISTERS = 2 ** REGISTER_BITS;
/** Bits of a hash that are left for the run of zeroes: of 53. */
const RUN_BITS = 39;
/** Hashes come as 32 high bits and 21 low ones. */
const LOW = 2 ** 21;
const HIGH_RUN_BITS = 32 - REGISTER_BITS;

/** The estimate with one more hash, a whole number below 2^53: the same object, or one with room for more. */
export function addHash(estimate: Estimate, hash: number): Estimate {
  if (estimate instanceof Set) {
    estimate.add(hash);
    return estimate.size > FEW ? registersOf(estimate) : estimate;
  }
  note(estimate, hash);
  return estimate;
}

export function mergeEstimates(one: Estimate, other: Estimate): Estimate {
  if (other instanceof Set) {
    let merged = one;
    for (const hash of other) merged = addHash(merged, hash);
    return merged;
  }
  const registers = one instanceof Set ? registersOf(one) : one;
  for (let at = 0; at < REGISTERS; at++) registers[at] = Math.max(registers[at]!, other[at]!);
  return registers;
}

/** How many different hashes there were, by the estimator of Ertl (2017), which needs no correction at either end. */
export function estimated(estimate: Estimate): number {
  if (estimate instanceof Set) return estimate.size;
  const counts = new Float64Array(RUN_BITS + 2);
  for (const run of estimate) counts[run]!++;
  let sum = REGISTERS * tau(1 - counts[RUN_BITS + 1]! / REGISTERS);
  for (let run = RUN_BITS; run >= 1; run--) sum = 0.5 * (sum + counts[run]!);
  sum += REGISTERS * sigma(counts[0]! / REGISTERS);
  return Math.round(REGISTERS ** 2 / (2 * Math.LN2 * sum));
}

function registersOf(hashes: ReadonlySet<number>): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  for (const hash of hashes) note(registers, hash);
  return registers;
}

function note(registers: Uint8Array, hash: number): void {
  const high = Math.floor(hash / LOW);
  const rest = high & (2 ** HIGH_RUN_BITS - 1);
  const run =
    rest === 0 ? HIGH_RUN_BITS + Math.clz32(hash % LOW) - 11 + 1 : Math.clz32(rest) - REGISTER_BITS + 1;
  const register = high >>> HIGH_RUN_BITS;
  if (registers[register]! < run) registers[register] = run;
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let sum = x;
  for (let before = Number.NaN; before !== sum; ) {
    x *= x;
    before = sum;
    sum += x * y;
    y += y;
  }
  return sum;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let sum = 1 - x;
  for (let before = Number.NaN; before !== sum; ) {
    x = Math.sqrt(x);
    before = sum;
    y *= 0.5;
    sum -= (1 - x) ** 2 * y;
  }
  return sum / 3;
}
