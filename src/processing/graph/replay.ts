import { didYouMean } from '../../core/did-you-mean.ts';
import { MillraceError } from '../../core/errors.ts';
import type { DeadLetter } from '../../interfaces/failure.ts';
import type { Reader } from '../../interfaces/reader.ts';
import type { Writer } from '../../interfaces/writer.ts';
import { ofPipeline } from '../plan/plan.ts';
import { planGraph } from '../plan/planner.ts';
import type { Graph, Vertex } from './graph.ts';
import { GraphDraft } from './graph-draft.ts';
import { createNode, type JoinNode, type LettersNode, type ReaderNode, type SinkNode } from './node.ts';
import { Pipeline } from './pipeline.ts';

/** What enters a pipeline again, and where. */
export interface ReplaySpec {
  /** Readers of the records, by the names of the nodes that take them. */
  readonly entries: Readonly<Record<string, Reader<unknown>>>;
  /** Readers of the pipeline that are read as in any run, by name: what joins need. @default none */
  readonly read?: readonly string[];
  /** Where records go that fail again, instead of where the policies say. */
  readonly letters?: Writer<DeadLetter>;
}

/** The name of the sink that {@link ReplaySpec.letters} gets. */
export const REPLAY_LETTERS = 'refused again';

/** Why records cannot enter at a node; `undefined` where they can. */
export function refusesEntry({ node }: Vertex): string | undefined {
  switch (node.kind) {
    case 'operator':
      if (node.operator.joins !== true) return undefined;
      return 'it joins flows, and a dead letter does not tell of which one its record is';
    case 'split':
    case 'sink':
      return undefined;
    case 'reader':
      return 'it could not make a record of what it read: mend the input, and read it again';
    default:
      return 'it refuses no records';
  }
}

/**
 * The node of this name, if there is one.
 *
 * @throws MillraceError `ERR_OPTIONS` with the nearest name.
 */
export function nodeNamed(pipeline: Pipeline, name: string, kind?: 'reader'): Vertex {
  const { vertices } = Pipeline.plan(pipeline).graph;
  const known = vertices.filter(({ node }) => kind === undefined || node.kind === kind);
  const found = known.find((vertex) => vertex.name === name);
  if (found !== undefined) return found;
  throw new MillraceError(
    'ERR_OPTIONS',
    `Cannot replay into "${pipeline.name}": it has no ${kind ?? 'node'} "${name}"`,
    {
      hint: didYouMean(
        name,
        known.map((vertex) => vertex.name),
      ),
    },
  );
}

/**
 * The part of a pipeline that is behind some nodes, with readers of its own that lead to them: so that records
 * which these nodes refused can enter again. Policies, names and limits stay as they are.
 *
 * @throws MillraceError `ERR_OPTIONS` for a node that is not there, or takes no records, and for a join or `zip` of
 * which a flow is missing.
 */
export function replayPipeline(pipeline: Pipeline, { entries, read = [], letters }: ReplaySpec): Pipeline {
  const plan = Pipeline.plan(pipeline);
  const seeds = Object.keys(entries).map((name) => nodeNamed(pipeline, name));
  for (const seed of seeds) {
    const why = refusesEntry(seed);
    if (why !== undefined) throw unfit(pipeline, `"${seed.name}" takes no records: ${why}`);
  }
  const opened = read.map((name) => nodeNamed(pipeline, name, 'reader'));
  const replayed = behind(seeds, letters !== undefined);
  const beside = beforeJoins(replayed);
  for (const vertex of opened) {
    if (!beside.has(vertex))
      throw unfit(pipeline, `nothing that is replayed is put together with "${vertex.name}"`);
  }
  // What is read for joins goes nowhere else: it went there before.
  const besides = [...behind(opened, letters !== undefined)].filter((vertex) => beside.has(vertex));
  const kept = new Set([...replayed, ...besides]);
  for (const vertex of kept) checkComplete(pipeline, vertex, replayed, opened);
  const graph = replayGraph(plan.graph, kept, entries, letters);
  const { plan: made, problems } = planGraph(graph, plan.edges[0]?.capacity ?? 2);
  if (problems.length > 0) throw unfit(pipeline, problems.join('; '));
  return new Pipeline(pipeline.name, graph, Object.freeze({ ...made, ...ofPipeline(plan) }));
}

/** Operators that begin with nothing, although they have remembered what came before, or may have. */
export function forgetfulNodes(pipeline: Pipeline): readonly string[] {
  const { vertices } = Pipeline.plan(pipeline).graph;
  return vertices.flatMap(({ name, node }) =>
    node.kind === 'operator' && node.operator.remembers !== 'none' && !COUNTING.has(node.operator.name)
      ? [name]
      : [],
  );
}

/** Operators that remember counts for a report, and treat each record as if it were the first. */
const COUNTING: ReadonlySet<string> = new Set(['assert']);

function unfit(pipeline: Pipeline, found: string, hint?: string): MillraceError {
  return new MillraceError('ERR_OPTIONS', `Cannot replay into "${pipeline.name}": ${found}`, {
    ...(hint !== undefined && { hint }),
  });
}

/** All that records can reach from there; not by dead letters, where these go elsewhere. */
function behind(from: readonly Vertex[], withoutLetters: boolean): ReadonlySet<Vertex> {
  const found = new Set(from);
  for (const { outputs } of found) {
    for (const { port, to } of outputs) if (port !== 'letters' || !withoutLetters) found.add(to);
  }
  return found;
}

/** All that leads to the joins and zips among some nodes. */
function beforeJoins(vertices: ReadonlySet<Vertex>): ReadonlySet<Vertex> {
  const found = new Set([...vertices].filter((vertex) => flowsOf(vertex).length > 0));
  for (const { inputs } of found) for (const { from } of inputs) found.add(from);
  return found;
}

/** The flows that a node puts together, record by record. */
function flowsOf({ node, inputs }: Vertex): readonly Vertex[] {
  if (node.kind === 'zip') return inputs.map(({ from }) => from);
  if (node.kind !== 'operator' || node.operator.joins !== true) return [];
  return inputs[0]!.from.inputs.map(({ from }) => from);
}

/** A join without a part of one of its flows would give wrong results without a word. */
function checkComplete(
  pipeline: Pipeline,
  vertex: Vertex,
  replayed: ReadonlySet<Vertex>,
  opened: readonly Vertex[],
): void {
  const beside = flowsOf(vertex).filter((from) => !replayed.has(from));
  const missing = new Set(beside.flatMap(readersOf).filter((reader) => !opened.includes(reader)));
  if (missing.size === 0) return;
  const readers = [...missing].map(({ name }) => name);
  const asked = readers.map((reader) => `"${reader}"`).join(' and ');
  throw unfit(
    pipeline,
    `"${vertex.name}" puts flows together, and ${asked} would not be read`,
    `Let them be read, too: ${readers.map((reader) => `--read ${reader}`).join(' ')}; or replay nothing that leads there.`,
  );
}

function readersOf(vertex: Vertex): readonly Vertex[] {
  if (vertex.node.kind === 'reader') return [vertex];
  return vertex.inputs.flatMap(({ from }) => readersOf(from));
}

function replayGraph(
  graph: Graph,
  kept: ReadonlySet<Vertex>,
  entries: Readonly<Record<string, Reader<unknown>>>,
  letters: Writer<DeadLetter> | undefined,
): Graph {
  const draft = new GraphDraft(graph.vertices.map(({ name }) => name));
  const readers = Object.entries(entries).map(([name, reader]) => {
    const node = createNode<ReaderNode>({ kind: 'reader', reader, inputs: [] });
    return [name, draft.add(`letters of ${name}`, node)] as const;
  });
  const entrances = new Map(readers);
  for (const vertex of graph.vertices) {
    if (!kept.has(vertex)) continue;
    const inputs = vertex.inputs.filter(
      ({ from, port }) => kept.has(from) && (letters === undefined || port !== 'letters'),
    );
    const entrance = entrances.get(vertex.name);
    const merges = entrance !== undefined && inputs.length > 0;
    const target = merges
      ? draft.add(`into ${vertex.name}`, createNode<JoinNode>({ kind: 'merge', inputs: [] }))
      : undefined;
    const copy = draft.copy(vertex);
    for (const { from, port } of inputs) draft.connect(draft.copyOf(from), port, target ?? copy);
    if (entrance !== undefined) draft.connect(entrance, 'out', target ?? copy);
    if (target !== undefined) draft.connect(target, 'out', copy);
  }
  if (letters !== undefined) redirectLetters(draft, kept, letters);
  return draft.graph();
}

function redirectLetters(draft: GraphDraft, kept: ReadonlySet<Vertex>, writer: Writer<DeadLetter>): void {
  const senders = [...kept].filter(({ outputs }) => outputs.some(({ port }) => port === 'letters'));
  if (senders.length === 0) return;
  const letters = draft.add('letters', createNode<LettersNode>({ kind: 'letters', inputs: [] }));
  for (const sender of senders) draft.connect(draft.copyOf(sender), 'letters', letters);
  const sink = createNode<SinkNode>({ kind: 'sink', writer: writer as Writer<unknown>, inputs: [] });
  draft.connect(letters, 'out', draft.add(REPLAY_LETTERS, sink));
}
