import type { Graph, GraphEdge, Vertex } from './graph.ts';
import { kindName, type OperatorNode } from './node.ts';

/** A way on which records come: which reader they are of, and the routes that splits have sent them. */
interface Way {
  readonly reader: Vertex;
  readonly routes: ReadonlyMap<Vertex, string>;
}

/** What is known of the origins of the records that come out of a node. */
interface Known {
  readonly ways: readonly Way[];
  /** Whether several may have one origin: then one comes behind the other, in the same order each time. */
  readonly several: boolean;
  /** What brings records in another order each time, if anything. */
  readonly shuffledBy: Vertex | undefined;
}

/** Why records cannot be told apart by their origins, or not in the same way each time. */
interface Lost {
  readonly lost: string;
}

type Origins = Known | Lost;

/** More ways are not told apart by their routes. */
const MOST_WAYS = 64;

/** What is wrong with the places of operators that give records ids by their origins, in words. */
export function unidentified({ vertices }: Graph): readonly string[] {
  if (!vertices.some(identifies)) return [];
  const known = new Map<Vertex, Origins>();
  // Sources come first.
  for (const vertex of vertices) known.set(vertex, originsOf(vertex, known));
  return vertices.filter(identifies).flatMap((vertex) => {
    const origins = along(vertex.inputs[0]!, known);
    return 'lost' in origins
      ? [`"${vertex.name}" cannot give each record the same id each time: ${origins.lost}`]
      : [];
  });
}

/** Whether records of a node are given ids somewhere downstream. */
export function isIdentified(vertex: Vertex): boolean {
  const seen = new Set<Vertex>();
  const waiting = [vertex];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    if (identifies(next)) return true;
    seen.add(next);
    waiting.push(...next.outputs.map(({ to }) => to));
  }
  return false;
}

function identifies({ node }: Vertex): boolean {
  return node.kind === 'operator' && node.operator.identifies === true;
}

function originsOf(vertex: Vertex, known: ReadonlyMap<Vertex, Origins>): Origins {
  const { name, node } = vertex;
  switch (node.kind) {
    case 'reader':
      return { ways: [{ reader: vertex, routes: new Map() }], several: false, shuffledBy: undefined };
    case 'letters':
      return { lost: `"${name}" brings what failed from anywhere. Give ids in front of what may fail` };
    case 'zip':
    case 'merge-sorted':
      return { lost: `"${name}" holds records of several inputs side by side. Give ids in front of it` };
    case 'merge':
    case 'concat':
      return met(
        vertex,
        vertex.inputs.map((edge) => along(edge, known)),
      );
    case 'operator':
      return behind(vertex, node, along(vertex.inputs[0]!, known));
    default:
      return along(vertex.inputs[0]!, known);
  }
}

/** What goes along an edge: of a split, what it has sent there. */
function along({ from, port }: GraphEdge, known: ReadonlyMap<Vertex, Origins>): Origins {
  const origins = known.get(from)!;
  // Several records of one origin may be sent to several routes.
  if ('lost' in origins || origins.several || from.node.kind !== 'split') return origins;
  const ways = origins.ways.map(({ reader, routes }) => ({
    reader,
    routes: new Map([...routes, [from, port]]),
  }));
  return { ...origins, ways };
}

function behind(vertex: Vertex, { operator }: OperatorNode, origins: Origins): Origins {
  if ('lost' in origins) return origins;
  const { name } = vertex;
  const many = operator.cardinality === 'many';
  if ((operator.origins ?? (many ? 'lost' : 'kept')) === 'lost') {
    const own = 'Give ids in front of it, or write by the key that its records have';
    return { lost: `what "${name}" (${kindName(vertex.node)}) gives is not of one record alone. ${own}` };
  }
  const several = origins.several || many;
  const shuffles = operator.kind === 'async' && !operator.async.ordered;
  const shuffledBy = origins.shuffledBy ?? (shuffles ? vertex : undefined);
  if (!several) return { ...origins, shuffledBy };
  const found = `several records of one origin come through "${name}" (${kindName(vertex.node)})`;
  if (shuffles) return { lost: `${found}, in any order. Give ids in front of it` };
  if (operator.repeats === false) return { lost: `${found}, not always the same. Give ids in front of it` };
  if (shuffledBy !== undefined && operator.remembers !== 'none' && !identifies(vertex)) {
    const order = `which remembers others that "${shuffledBy.name}" brings in any order`;
    return { lost: `${found}, ${order}. Give ids in front of it` };
  }
  return { ...origins, several, shuffledBy };
}

function met(vertex: Vertex, inputs: readonly Origins[]): Origins {
  const all: Known[] = [];
  for (const input of inputs) {
    if ('lost' in input) return input;
    all.push(input);
  }
  const several = all.some((input) => input.several);
  for (const [index, { ways }] of all.entries()) {
    const others = all.slice(index + 1).flatMap((other) => other.ways);
    const meet = ways.some((way) => others.some((other) => mayMeet(way, other, several)));
    if (!meet) continue;
    const why = `records of one origin may come to "${vertex.name}" from two of its inputs`;
    return { lost: `${why}. Give ids in each of them` };
  }
  const ways = all.flatMap((input) => input.ways);
  const merged = vertex.node.kind === 'merge' && inputs.length > 1 ? vertex : undefined;
  return {
    ways: ways.length > MOST_WAYS ? readersOf(ways) : ways,
    several,
    shuffledBy: all.find((input) => input.shuffledBy !== undefined)?.shuffledBy ?? merged,
  };
}

/** The same ways, without what is known of their routes. */
function readersOf(ways: readonly Way[]): readonly Way[] {
  return [...new Set(ways.map(({ reader }) => reader))].map((reader) => ({ reader, routes: new Map() }));
}

/** Whether a record may come on both ways; with `several` of one origin, whether records between them may. */
function mayMeet(way: Way, other: Way, several: boolean): boolean {
  if (way.reader !== other.reader) return false;
  const parted = [...way.routes].some(([split, route]) => (other.routes.get(split) ?? route) !== route);
  return several || !parted;
}
