import type { GraphDescription, NodeDescription } from '../../processing/graph/describe.ts';
import { printable } from '../terminal/printable.ts';
import { cutText, textWidth } from '../terminal/text-width.ts';
import { Canvas } from './canvas.ts';
import { type Layers, layersOf, type Place } from './layers.ts';
import { middlesOf } from './placement.ts';
import { type Bundle, bundlesOf } from './tracks.ts';

/** From the left to the right, or from the top to the bottom. */
type Direction = 'right' | 'down';

/** How a graph is tried to be drawn, one after the other: the direction, and characters of a line in a box. */
const TRIES: readonly (readonly [Direction, number])[] = [
  ['right', 32],
  ['right', 20],
  ['down', 32],
  ['down', 20],
  ['down', 12],
];

/**
 * A graph as boxes and lines, no wider than `columns`: from the left to the right where there is room, else from the
 * top to the bottom; as a list where there is none for that either. Ways of dead letters are dashed.
 */
export function drawGraph(graph: GraphDescription, columns: number): string {
  for (const [direction, most] of TRIES) {
    const canvas = drawn(
      layersOf(graph, (node) => linesOf(node, most)),
      direction,
    );
    if (canvas.width <= columns) return canvas.text();
  }
  return listed(graph, columns);
}

function drawn(layers: Layers, direction: Direction): Canvas {
  const canvas = new Canvas();
  const right = direction === 'right';
  const along = (place: Place): number => (right ? widthOf(place) : heightOf(place));
  const across = (place: Place): number => (right ? heightOf(place) : widthOf(place));
  const middles = middlesOf(layers, across, right ? 1 : 2);
  const line = (a1: number, c1: number, a2: number, c2: number, dashed: boolean): void =>
    right ? canvas.line(a1, c1, a2, c2, dashed) : canvas.line(c1, a1, c2, a2, dashed);
  let start = 0;
  for (const [at, layer] of layers.layers.entries()) {
    const size = Math.max(...layer.map(along));
    const links = layers.links.filter(({ from }) => from.layer === at);
    const bundles = bundlesOf(links, (place) => middles.get(place)!);
    const tracks = bundles.filter(({ track }) => track !== undefined).length;
    const labels = Math.max(0, ...links.map((link) => textWidth(labelOf(link))));
    // A line, the tracks, a line with the label, the arrow.
    const room = links.length === 0 ? 0 : 1 + tracks + (right && labels > 0 ? labels + 2 : 1) + 1;
    const end = start + size;
    for (const place of layer) {
      const middle = middles.get(place)!;
      if (place.lines.length === 0) {
        const dashed = layers.links.some((link) => link.to === place && link.port === 'letters');
        line(start - 1, middle, end, middle, dashed);
      } else if (right) canvas.box(start, middle - Math.floor(across(place) / 2), along(place), place.lines);
      else canvas.box(middle - Math.floor(across(place) / 2), start, across(place), place.lines);
    }
    for (const bundle of bundles) drawBundle(bundle, end, end + room);
    start = end + room;
  }
  return canvas;

  function drawBundle({ links, from, track }: Bundle, end: number, next: number): void {
    const origin = middles.get(from)!;
    const dashed = links[0]!.port === 'letters';
    // A box may be smaller than its layer.
    const begin = from.lines.length === 0 ? end : end - sizeLeft(from);
    for (const link of links) {
      const target = middles.get(link.to)!;
      const turn = track === undefined ? end : end + 1 + track;
      line(begin, origin, turn, origin, dashed);
      line(turn, origin, turn, target, dashed);
      line(turn, target, next - 1, target, dashed);
      if (!link.arrives) continue;
      const label = labelOf(link);
      if (right) {
        canvas.write(next - 1, target, '▶');
        if (label !== '' && alone(link.to)) canvas.write(next - 2 - textWidth(label), target, label);
      } else {
        canvas.write(target, next - 1, '▼');
        if (label !== '' && alone(link.to))
          canvas.write(target - Math.floor(textWidth(label) / 2), next - 2, label);
      }
    }
  }

  function sizeLeft(from: Place): number {
    const size = Math.max(...layers.layers[from.layer]!.map(along));
    return size - along(from);
  }

  /** Whether what arrives there comes by one way, so that a label says whose it is. */
  function alone(place: Place): boolean {
    return layers.links.filter(({ to }) => to === place).length === 1;
  }
}

/** A route's name; dashes say already that it is the way of dead letters. */
function labelOf({ port, arrives }: { readonly port: string; readonly arrives: boolean }): string {
  return !arrives || port === 'out' || port === 'letters' ? '' : cutText(printable(port), 16);
}

function widthOf({ lines }: Place): number {
  return lines.length === 0 ? 1 : 4 + Math.max(...lines.map(textWidth));
}

function heightOf({ lines }: Place): number {
  return lines.length === 0 ? 1 : 2 + lines.length;
}

/** The name, and what the node works on where the name does not say that. */
function linesOf({ name, label, kind }: NodeDescription, most: number): readonly string[] {
  const title = label === kind || label === name || name.startsWith(label) ? [name] : [name, label];
  const lines = label.startsWith(`${name} `) ? [label] : title;
  return lines.map((line) => cutText(printable(line), most));
}

/** Each node, with what follows it beneath. */
function listed({ nodes, edges }: GraphDescription, columns: number): string {
  const lines = nodes.flatMap(({ name }) => [
    name,
    ...edges
      .filter(({ from }) => from === name)
      .map(({ port, to }) => (port === 'out' ? `  -> ${to}` : `  -> ${to} (${port})`)),
  ]);
  return lines.map((line) => `${cutText(printable(line), columns)}\n`).join('');
}
