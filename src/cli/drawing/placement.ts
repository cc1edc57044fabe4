import type { Layers, Place } from './layers.ts';

/** How often places are moved towards their neighbours. */
const SWEEPS = 8;

/** Where the middle of each place is across the layers, from 0, without overlaps. */
export function middlesOf(
  { layers, links }: Layers,
  sizeOf: (place: Place) => number,
  gap: number,
): ReadonlyMap<Place, number> {
  const middles = new Map<Place, number>();
  for (const layer of layers) settle(layer, () => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) settle(layer, (place) => wish(place, down));
  }
  const least = Math.min(...[...middles].map(([place, middle]) => middle - Math.floor(sizeOf(place) / 2)));
  return new Map([...middles].map(([place, middle]) => [place, middle - least]));

  function wish(place: Place, down: boolean): number {
    const beside = links.flatMap(({ from, to }) => {
      if (down) return to === place ? [from] : [];
      return from === place ? [to] : [];
    });
    if (beside.length === 0) return middles.get(place)!;
    return beside.reduce((sum, one) => sum + middles.get(one)!, 0) / beside.length;
  }

  /** As near to their wishes as their order and sizes allow: neighbours that would overlap share the difference. */
  function settle(layer: readonly Place[], wished: (place: Place) => number): void {
    const offsets: number[] = [];
    for (const [at, place] of layer.entries()) {
      const before = layer[at - 1];
      const room = before === undefined ? 0 : Math.ceil((sizeOf(before) + sizeOf(place)) / 2) + gap;
      offsets.push((offsets[at - 1] ?? 0) + room);
    }
    const groups: { sum: number; count: number }[] = [];
    for (const [at, place] of layer.entries()) {
      groups.push({ sum: wished(place) - offsets[at]!, count: 1 });
      while (groups.length > 1 && mean(groups.at(-2)!) > mean(groups.at(-1)!)) {
        const last = groups.pop()!;
        groups.at(-1)!.sum += last.sum;
        groups.at(-1)!.count += last.count;
      }
    }
    const starts = groups.flatMap((group) => Array.from({ length: group.count }, () => mean(group)));
    for (const [at, place] of layer.entries()) middles.set(place, Math.round(starts[at]!) + offsets[at]!);
  }
}

function mean({ sum, count }: { readonly sum: number; readonly count: number }): number {
  return sum / count;
}
