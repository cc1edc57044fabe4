import type { Graph, GraphEdge, Vertex } from '../graph/graph.ts';

/** A join that waits for one of its inputs, and leaves others alone meanwhile. */
interface Wait {
  readonly join: Vertex;
  readonly input: number;
}

/** The first wait lasts as long as the second: `source` cannot send to `first` while it waits for room at `second`. */
interface Dependency {
  readonly from: Wait;
  readonly to: Wait;
  readonly source: Vertex;
  readonly held: GraphEdge | undefined;
  /** Both sides of it hold equally many records at any time, so that one cannot be full while the other is empty. */
  readonly even: boolean;
}

/**
 * Joins that can wait for one another for ever. `concat`, `zip` and `merge-sorted` leave one input alone while they wait
 * for another. What sends to both is held back by the input that is full, and starves the one that is
 * waited for: at one join (a diamond), or around a ring of several. A `zip` is safe where nothing
 * between drops or adds records; `merge` takes what comes, and never waits for one input. But when `barriers` are sent
 * through the graph: then it leaves one that has brought a barrier alone until the others have. Readers send barriers
 * at the same time, so that this matters only beside a `concat`, which leaves inputs alone for long.
 */
export function findDeadlocks(graph: Graph, barriers = false): string[] {
  const isJoin: IsJoin = barriers ? waitsAtBarriers : waitsForInputs;
  const waits = graph.vertices
    .filter(isJoin)
    .flatMap((join) => join.inputs.map(({ input }): Wait => ({ join, input })));
  const dependencies = waits.flatMap((wait) => dependenciesOf(wait, isJoin));
  const problems = new Map<string, string>();
  for (const dependency of dependencies) {
    if (dependency.even) continue;
    const ring = ringOf(dependency, dependencies);
    if (ring === undefined) continue;
    const key = ringKey(ring);
    if (!problems.has(key)) problems.set(key, ring.length === 1 ? diamondText(dependency) : ringText(ring));
  }
  return [...problems.values()];
}

type IsJoin = (vertex: Vertex) => boolean;

function waitsForInputs({ node }: Vertex): boolean {
  return node.kind === 'concat' || node.kind === 'zip' || node.kind === 'merge-sorted';
}

function waitsAtBarriers(vertex: Vertex): boolean {
  return waitsForInputs(vertex) || vertex.node.kind === 'merge';
}

/** Whether two joins are waiting for barriers only, which come at the same time. */
function barrierOnly(one: Vertex, other: Vertex): boolean {
  const kinds = [one.node.kind, other.node.kind];
  return kinds.includes('merge') && !kinds.includes('concat');
}

/** The waits for which a join leaves an input alone. */
function waitsThatHold({ to, input }: GraphEdge): Wait[] {
  return to.inputs
    .filter((other) => (to.node.kind === 'concat' ? other.input < input : other.input !== input))
    .map((other) => ({ join: to, input: other.input }));
}

function dependenciesOf(wait: Wait, isJoin: IsJoin): Dependency[] {
  const awaited = wait.join.inputs[wait.input]!;
  const dependencies: Dependency[] = [];
  const feeding = feedingEdges(awaited, isJoin);
  for (const source of new Set(feeding.map((edge) => edge.from))) {
    const ways = feeding.filter((edge) => edge.from === source);
    if (isJoin(source)) {
      const even =
        barrierOnly(source, wait.join) || (isZip(source) && isZip(wait.join) && keepsCount(source, awaited));
      for (const { input } of source.inputs) {
        dependencies.push({ from: wait, to: { join: source, input }, source, held: undefined, even });
      }
    }
    for (const other of source.outputs.filter((edge) => ways.some((way) => way !== edge))) {
      for (const held of joinInputsBehind(other, isJoin)) {
        if (held === awaited) continue;
        const even =
          barrierOnly(wait.join, held.to) ||
          (isZip(wait.join) && isZip(held.to) && keepsCount(source, awaited) && keepsCount(source, held));
        for (const to of waitsThatHold(held)) {
          // A join waits for one input at a time.
          if (to.join === wait.join && to.input !== wait.input) continue;
          dependencies.push({ from: wait, to, source, held, even });
        }
      }
    }
  }
  return dependencies;
}

function isZip({ node }: Vertex): boolean {
  return node.kind === 'zip';
}

/** The edges by which records reach `edge`, nearest first, back to the next joins upstream. */
function feedingEdges(edge: GraphEdge, isJoin: IsJoin): readonly GraphEdge[] {
  const edges = new Set([edge]);
  for (const { from } of edges) if (!isJoin(from)) for (const input of from.inputs) edges.add(input);
  return [...edges];
}

/** Inputs of joins that hold back what sends along `edge` when they are full. */
function joinInputsBehind(edge: GraphEdge, isJoin: IsJoin): GraphEdge[] {
  const edges = new Set([edge]);
  for (const { to } of edges) for (const output of to.outputs) edges.add(output);
  return [...edges].filter(({ to }) => isJoin(to));
}

/** Whether as many records arrive at the end of `edge` as leave `source`, sooner or later, whichever way. */
function keepsCount(source: Vertex, edge: GraphEdge): boolean {
  const { from, port } = edge;
  if (from === source) return port === 'out' && from.node.kind !== 'split';
  if (isZip(from)) {
    return from.inputs.every((input) => !reaches(source, input) || keepsCount(source, input));
  }
  if (from.node.kind !== 'operator' || from.node.operator.cardinality !== 'one') return false;
  if (from.policies.some(({ kind }) => kind === 'skip' || kind === 'dead-letter')) return false;
  return from.inputs.every((input) => keepsCount(source, input));
}

function reaches(source: Vertex, edge: GraphEdge): boolean {
  const edges = new Set([edge]);
  for (const { from } of edges) {
    if (from === source) return true;
    for (const input of from.inputs) edges.add(input);
  }
  return false;
}

/** The shortest ring of waits that begins with the dependency. */
function ringOf(first: Dependency, all: readonly Dependency[]): readonly Dependency[] | undefined {
  const rings: (readonly Dependency[])[] = [[first]];
  const seen = new Set<string>();
  for (const ring of rings) {
    const { to } = ring.at(-1)!;
    if (same(to, first.from)) return ring;
    if (seen.has(waitKey(to))) continue;
    seen.add(waitKey(to));
    for (const next of all) if (same(next.from, to)) rings.push([...ring, next]);
  }
  return undefined;
}

function same(a: Wait, b: Wait): boolean {
  return a.join === b.join && a.input === b.input;
}

function waitKey({ join, input }: Wait): string {
  return `${join.index}.${input}`;
}

function ringKey(ring: readonly Dependency[]): string {
  const [first] = ring;
  const inputs = ring.length === 1 ? [first!.from.input, first!.held!.input] : [];
  const joins = ring.map(({ from }) => from.join.index);
  return `${joins.toSorted().join()} ${inputs.toSorted().join()}`;
}

function diamondText({ from: { join, input }, source, held }: Dependency): string {
  const edges = [join.inputs[input]!, held!].sort((a, b) => a.input - b.input);
  const ways = edges.map((edge) => wayText(source, edge)).join(' and ');
  return (
    `"${join.name}" can deadlock: it waits for one input while the other is full, and both come from ` +
    `"${source.name}": ${ways}. Use merge, or read the source once for each`
  );
}

function ringText(ring: readonly Dependency[]): string {
  const joins = [...new Set(ring.map(({ from }) => `"${from.join.name}"`))].join(' and ');
  const ways = ring
    .filter((dependency) => dependency.held !== undefined)
    .map(
      ({ from: { join, input }, source, held }) =>
        `${wayText(source, join.inputs[input]!)} waits for room in ${wayText(source, held!)}`,
    );
  return `${joins} can deadlock, for each holds back what another waits for: ${ways.join(', and ')}. Use merge, or read the sources once for each`;
}

/** The way from a vertex to the end of an edge. */
function wayText(source: Vertex, edge: GraphEdge): string {
  const ways: (readonly GraphEdge[])[] = [[edge]];
  const seen = new Set<Vertex>();
  for (const way of ways) {
    const { from } = way[0]!;
    if (from === source) return [source, ...way.map(({ to }) => to)].map(({ name }) => name).join(' -> ');
    if (seen.has(from)) continue;
    seen.add(from);
    for (const input of from.inputs) ways.push([input, ...way]);
  }
  return edge.to.name;
}
