import type { Balance, NodeCounts, NodeMetrics } from '../../interfaces/run.ts';
import { nodeLabel } from '../graph/node.ts';
import { nodeCounts } from './counters.ts';
import type { Edge } from './edge.ts';
import type { Stage } from './stage.ts';

/** Counts and times of every node, in the order of the graph. */
export function measureNodes(stages: readonly Stage[]): NodeMetrics[] {
  const measured = stages.flatMap((stage) => {
    const spent = stage.stopwatch.spent();
    return stage.nodes.map((node, position) => {
      const following = stage.nodes[position + 1];
      // What leaves a node enters the next of the same stage, so that it is counted there only.
      if (following !== undefined) node.counters.out = following.counters.in;
      const { vertex } = node;
      const metrics: NodeMetrics = {
        name: vertex.name,
        kind: vertex.node.kind,
        label: nodeLabel(vertex.node),
        stage: stage.plan.id,
        ...nodeCounts(node.counters, node.accounting),
        ...(position === 0 && stage.held > 0 && { held: stage.held }),
        busyMs: Math.round(spent.busy),
        waitingMs: Math.round(spent.waiting),
        heldBackMs: Math.round(spent['held-back']),
      };
      return { index: vertex.index, metrics };
    });
  });
  return measured.sort((a, b) => a.index - b.index).map(({ metrics }) => metrics);
}

/** Draws up the account of a run that has come to its end. */
export function drawBalance(
  stages: readonly Stage[],
  edges: readonly Edge[],
  nodes: readonly NodeMetrics[],
): Balance {
  const letters = new Set(
    stages.flatMap((stage) => stage.nodes.filter((node) => node.vertex.letters).map((node) => node.name)),
  );
  const counted = nodes.filter((node) => !letters.has(node.name));
  const main = edges.filter(
    (edge) => !letters.has(edge.plan.edge.from.name) && edge.plan.edge.port !== 'letters',
  );
  const total = (of: keyof NodeCounts): number => counted.reduce((sum, node) => sum + (node[of] ?? 0), 0);
  const sumOf = (kind: string, of: 'in' | 'out'): number =>
    counted.filter((node) => node.kind === kind).reduce((sum, node) => sum + node[of], 0);

  const account = {
    read: sumOf('reader', 'in'),
    created: total('created') + copies(main) + reentered(edges, letters),
    written: sumOf('sink', 'out'),
    filtered: total('filtered'),
    skipped: total('skipped'),
    deadLettered: total('deadLettered'),
    aggregated: total('aggregated'),
    discarded: total('discarded') + main.reduce((sum, edge) => sum + (edge.cancelled ? edge.missing : 0), 0),
  };
  const { read, created, written, filtered, skipped, deadLettered, aggregated, discarded } = account;
  const held = total('held');
  const gaps = [...nodes.flatMap(nodeGaps), ...edges.flatMap(edgeGaps), ...letterGaps(edges, nodes)];
  const dealt = written + filtered + skipped + deadLettered + aggregated + discarded + held;
  const difference = read + created - dealt;
  if (difference !== 0)
    gaps.push(`${Math.abs(difference)} records too ${difference > 0 ? 'few' : 'many'} in the end`);
  return { ...account, ...(held > 0 && { held }), closed: gaps.length === 0, gaps };
}

/** A port with k edges makes k - 1 copies of each record. */
function copies(edges: readonly Edge[]): number {
  const seen = new Set<string>();
  let made = 0;
  for (const { plan, outlet } of edges) {
    const key = `${plan.edge.from.name} ${plan.edge.port}`;
    if (seen.has(key)) made += outlet.sent;
    seen.add(key);
  }
  return made;
}

/** Dead letters that flow back into the main graph count as new records there. */
function reentered(edges: readonly Edge[], letters: ReadonlySet<string>): number {
  return edges
    .filter(({ plan }) => letters.has(plan.edge.from.name) && !letters.has(plan.edge.to.name))
    .reduce((sum, edge) => sum + edge.inlet.received, 0);
}

function nodeGaps(node: NodeMetrics): string[] {
  if (node.filtered < 0)
    return [`"${node.name}" let more records out than came in (${node.in} in, ${node.out} out)`];
  if (node.kind === 'zip' || node.created > 0 || node.aggregated > 0 || node.filtered > 0) return [];
  const accounted = node.out + node.skipped + node.deadLettered + node.discarded + (node.held ?? 0);
  if (node.in === accounted) return [];
  return [`"${node.name}" took ${node.in} records and accounts for ${accounted}`];
}

function edgeGaps({ plan, cancelled, missing }: Edge): string[] {
  if (missing === 0 || cancelled) return [];
  return [`${missing} records were lost between "${plan.edge.from.name}" and "${plan.edge.to.name}"`];
}

function letterGaps(edges: readonly Edge[], nodes: readonly NodeMetrics[]): string[] {
  return edges.flatMap(({ plan, outlet }) => {
    if (plan.edge.port !== 'letters') return [];
    const { deadLettered } = nodes.find((node) => node.name === plan.edge.from.name)!;
    if (deadLettered === outlet.sent) return [];
    return [`"${plan.edge.from.name}" gave up ${deadLettered} records and sent ${outlet.sent} dead letters`];
  });
}
