import { formatDuration } from '../../core/duration.ts';
import { nodeLabel } from '../graph/node.ts';
import { type Plan, type Stage, stageVertices } from './plan.ts';

/** The plan as text for people. */
export function explainPlan(name: string, plan: Plan): string {
  const nodes = plan.graph.vertices.length;
  const lines = [`pipeline ${name}: ${count(nodes, 'node')} in ${count(plan.stages.length, 'stage')}`];
  for (const stage of plan.stages) {
    lines.push(
      '',
      `stage ${stage.id}: ${stageVertices(stage)
        .map((vertex) => vertex.name)
        .join(' -> ')}`,
    );
    lines.push(`  ${headText(stage)}`);
    const fused = [...stage.fused, ...(stage.split === undefined ? [] : [stage.split])].map(
      (vertex) => vertex.name,
    );
    const joined = stage.head === 'receive' ? fused.slice(1) : fused;
    if (joined.length > 0)
      lines.push(`  fused: ${joined.join(', ')} (synchronous, only consumer: same turn, no edge)`);
    for (const reason of stage.reasons) lines.push(`  ${reason}`);
    lines.push(...policyLines(stage), ...edgeLines(plan, stage));
  }
  return `${lines.join('\n')}\n`;
}

/** One line for all nodes of a stage that have the same policies. */
function policyLines(stage: Stage): string[] {
  const nodes = new Map<string, string[]>();
  for (const { name, policies } of stageVertices(stage)) {
    if (policies.length === 0) continue;
    const text = policies.map((policy) => policy.kind).join(', then ');
    nodes.set(text, [...(nodes.get(text) ?? []), name]);
  }
  return [...nodes].map(([text, names]) => `  on error in ${names.join(', ')}: ${text}`);
}

function edgeLines(plan: Plan, stage: Stage): string[] {
  const lines = new Map<string, string[]>();
  for (const { from, to, edge, capacity } of plan.edges) {
    if (from !== stage.id) continue;
    const wait = `at most ${count(capacity, 'batch', 'batches')} wait`;
    if (edge.port === 'letters') {
      const line = `dead letters to stage ${to}: ${wait} for each of`;
      lines.set(line, [...(lines.get(line) ?? []), edge.from.name]);
    } else {
      lines.set(`to stage ${to}${edge.port === 'out' ? '' : ` (${edge.port})`}: ${wait}`, []);
    }
  }
  return [...lines].map(([line, names]) => `  ${line}${names.length === 0 ? '' : ` ${names.join(', ')}`}`);
}

function headText(stage: Stage): string {
  const label = stage.vertex === undefined ? '' : nodeLabel(stage.vertex.node);
  switch (stage.head) {
    case 'read':
      return `reads ${label}`;
    case 'receive':
      return 'runs synchronously, batch by batch';
    case 'async': {
      const { concurrency, ordered, timeout, limits = [] } = stage.async!;
      const limit = timeout === undefined ? 'no timeout' : `timeout ${formatDuration(timeout)}`;
      return `asynchronous: at most ${count(concurrency, 'record')} in flight, ${ordered ? 'in order' : 'out of order'}, ${[limit, ...limits.map(({ label }) => label)].join(', ')}`;
    }
    case 'duplex':
      return `a stream of its own: ${label}`;
    case 'write':
      return `writes ${label}`;
    default:
      return `joins its inputs: ${stage.head}`;
  }
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
