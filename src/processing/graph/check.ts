import type { Graph, Vertex } from './graph.ts';
import type { SinkNode } from './node.ts';
import { unidentified } from './origins.ts';

/** What is wrong with a graph, all of it, in words. */
export function checkGraph(graph: Graph): string[] {
  return [
    ...graph.vertices.flatMap(danglingRoutes),
    ...graph.vertices.flatMap(brokenReader),
    ...graph.vertices.flatMap(lettersWithoutSender),
    ...unidentified(graph),
    ...sharedTargets(graph),
  ];
}

function danglingRoutes({ name, node, outputs }: Vertex): string[] {
  if (node.kind !== 'split') return [];
  return node.routes
    .filter((route) => !outputs.some((edge) => edge.port === route.name))
    .map(
      (route) =>
        `The route "${route.name}" of "${name}" leads nowhere: end it with .to(…) and list it, or with .to(discard())`,
    );
}

function brokenReader({ name, node }: Vertex): string[] {
  return node.kind === 'reader' && node.reader.problem !== undefined
    ? [`"${name}": ${node.reader.problem}`]
    : [];
}

function lettersWithoutSender({ name, node, inputs }: Vertex): string[] {
  if (node.kind !== 'letters' || inputs.length > 0) return [];
  return [`Nothing sends dead letters to "${name}": use deadLetter(flow) in an onError`];
}

function sharedTargets(graph: Graph): string[] {
  const users = new Map<string, string[]>();
  for (const { name, node } of graph.vertices) {
    if (node.kind !== 'sink' || node.writer.target === undefined) continue;
    users.set(node.writer.target, [...(users.get(node.writer.target) ?? []), name]);
  }
  return [...users]
    .filter(([, names]) => names.length > 1)
    .map(([target, names]) => `${names.length} sinks write to ${target}: ${names.join(', ')}`);
}

/** Sinks that were listed more than once, by name or label. */
export function listedTwice(sinks: readonly SinkNode[]): string[] {
  const seen = new Set<symbol>();
  const problems: string[] = [];
  for (const sink of sinks) {
    if (seen.has(sink.identity))
      problems.push(`The branch to ${sink.name ?? sink.writer.label} is listed twice`);
    seen.add(sink.identity);
  }
  return problems;
}
