import type { Link, Place } from './layers.ts';

/** The links of one port between two layers, which share the way on which they turn. */
export interface Bundle {
  readonly links: readonly Link[];
  readonly from: Place;
  /** Where it turns, from 0; `undefined` where it goes straight on. */
  readonly track: number | undefined;
}

/** Gives each port that has to turn a track of its own, in an order in which few lines cross. */
export function bundlesOf(links: readonly Link[], middleOf: (place: Place) => number): readonly Bundle[] {
  const groups = new Map<string, Link[]>();
  for (const link of links) {
    const key = JSON.stringify([link.from.name, link.port]);
    groups.set(key, [...(groups.get(key) ?? []), link]);
  }
  const turning: Link[][] = [];
  const bundles: Bundle[] = [];
  for (const group of groups.values()) {
    const { from } = group[0]!;
    if (group.some(({ to }) => middleOf(to) !== middleOf(from))) turning.push(group);
    else bundles.push({ links: group, from, track: undefined });
  }
  const source = (group: readonly Link[]): number => middleOf(group[0]!.from);
  const drift = (group: readonly Link[]): number =>
    group.reduce((sum, { to }) => sum + middleOf(to) - source(group), 0);
  turning.sort((a, b) => {
    const [downA, downB] = [drift(a) >= 0, drift(b) >= 0];
    if (downA !== downB) return downA ? -1 : 1;
    return downA ? source(b) - source(a) : source(a) - source(b);
  });
  // Where one begins in the row in which another ends, it turns first: else both would be one line.
  for (let round = 0; round < turning.length; round++) {
    for (let at = 0; at + 1 < turning.length; at++) {
      const [first, second] = [turning[at]!, turning[at + 1]!];
      if (meets(second, first) && !meets(first, second)) turning.splice(at, 2, second, first);
    }
  }
  for (const [track, group] of turning.entries()) bundles.push({ links: group, from: group[0]!.from, track });
  return bundles;

  function meets(beginning: readonly Link[], ending: readonly Link[]): boolean {
    const other = beginning[0]!.from !== ending[0]!.from;
    return other && ending.some(({ to }) => middleOf(to) === source(beginning));
  }
}
