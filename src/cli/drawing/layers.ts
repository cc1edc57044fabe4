import type { GraphDescription } from '../../processing/graph/describe.ts';

/** A node of a drawing; one without lines is where an edge passes through a layer. */
export interface Place {
  readonly name: string;
  readonly lines: readonly string[];
  readonly layer: number;
}

/** A piece of an edge, from one layer to the next. */
export interface Link {
  readonly from: Place;
  readonly to: Place;
  readonly port: string;
  /** Whether it ends at a node. */
  readonly arrives: boolean;
}

export interface Layers {
  /** The places of each layer, in an order in which few edges cross. */
  readonly layers: readonly (readonly Place[])[];
  readonly links: readonly Link[];
}

/** How often the order of the layers is looked over, from the first to the last and back. */
const SWEEPS = 6;

/** Puts the nodes of a graph into layers, so that edges go from each to the next one only. */
export function layersOf(
  { nodes, edges }: GraphDescription,
  linesOf: (node: GraphDescription['nodes'][number]) => readonly string[],
): Layers {
  const depths = new Map<string, number>();
  // Sources come first, so that what comes before a node has its layer already.
  for (const { name } of nodes) {
    const before = edges.filter(({ to }) => to === name).map(({ from }) => depths.get(from) ?? 0);
    depths.set(name, before.length === 0 ? 0 : 1 + Math.max(...before));
  }
  const places = new Map<string, Place>(
    nodes.map((node) => [
      node.name,
      { name: node.name, lines: linesOf(node), layer: depths.get(node.name)! },
    ]),
  );
  const layers: Place[][] = Array.from({ length: 1 + Math.max(0, ...depths.values()) }, () => []);
  for (const place of places.values()) layers[place.layer]!.push(place);
  const links: Link[] = [];
  const passing = new Map<string, Place>();
  for (const { from, port, to } of edges) {
    let at = places.get(from)!;
    const end = places.get(to)!;
    for (let layer = at.layer + 1; layer < end.layer; layer++) {
      // Edges of one port share their way as far as it goes.
      const name = `${from} ${port} ${layer}`;
      const known = passing.get(name);
      const next = known ?? { name, lines: [], layer };
      if (known === undefined) {
        passing.set(name, next);
        layers[layer]!.push(next);
        links.push({ from: at, to: next, port, arrives: false });
      }
      at = next;
    }
    links.push({ from: at, to: end, port, arrives: true });
  }
  return { layers: inOrder(layers, links), links };
}

/** Moves each place to where its neighbours are, in the mean. */
function inOrder(
  given: readonly (readonly Place[])[],
  links: readonly Link[],
): readonly (readonly Place[])[] {
  const layers = given.map((layer) => [...layer]);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : layers.toReversed()) {
      const ranks = new Map(layer.map((place, rank) => [place, rankOf(place, rank, down)]));
      layer.sort((a, b) => ranks.get(a)! - ranks.get(b)!);
    }
  }
  return layers;

  function rankOf(place: Place, own: number, down: boolean): number {
    const beside = links.flatMap(({ from, to }) => {
      if (down) return to === place ? [from] : [];
      return from === place ? [to] : [];
    });
    if (beside.length === 0) return own;
    const total = beside.reduce((sum, one) => sum + layers[one.layer]!.indexOf(one), 0);
    return total / beside.length;
  }
}
