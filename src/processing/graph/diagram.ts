import type { Graph, Vertex } from './graph.ts';
import { nodeLabel } from './node.ts';

const MERMAID_SHAPES: Readonly<Record<Vertex['node']['kind'], readonly [string, string]>> = {
  reader: ['([', '])'],
  operator: ['[', ']'],
  split: ['{{', '}}'],
  merge: ['((', '))'],
  concat: ['((', '))'],
  zip: ['((', '))'],
  'merge-sorted': ['((', '))'],
  letters: ['>', ']'],
  sink: ['[/', '/]'],
};

/** The graph as a Mermaid flowchart. */
export function mermaid(graph: Graph): string {
  const lines = ['flowchart LR'];
  for (const vertex of graph.vertices) {
    const [open, close] = MERMAID_SHAPES[vertex.node.kind];
    lines.push(`  n${vertex.index}${open}"${mermaidText(title(vertex))}"${close}`);
  }
  for (const { from, port, to } of edges(graph)) {
    const arrow =
      port === 'letters' ? '-. dead letters .->' : port === 'out' ? '-->' : `-- "${mermaidText(port)}" -->`;
    lines.push(`  n${from.index} ${arrow} n${to.index}`);
  }
  return `${lines.join('\n')}\n`;
}

const DOT_SHAPES: Readonly<Record<Vertex['node']['kind'], string>> = {
  reader: 'cds',
  operator: 'box',
  split: 'diamond',
  merge: 'circle',
  concat: 'circle',
  zip: 'circle',
  'merge-sorted': 'circle',
  letters: 'note',
  sink: 'folder',
};

/** The graph in Graphviz's DOT language. */
export function dot(name: string, graph: Graph): string {
  const lines = [`digraph ${JSON.stringify(name)} {`, '  rankdir=LR;', '  node [fontname="sans-serif"];'];
  for (const vertex of graph.vertices) {
    lines.push(
      `  n${vertex.index} [label=${JSON.stringify(title(vertex))}, shape=${DOT_SHAPES[vertex.node.kind]}];`,
    );
  }
  for (const { from, port, to } of edges(graph)) {
    const style = port === 'letters' ? ' [style=dashed, label="dead letters"]' : '';
    const route = port === 'out' || port === 'letters' ? '' : ` [label=${JSON.stringify(port)}]`;
    lines.push(`  n${from.index} -> n${to.index}${style}${route};`);
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

function edges(graph: Graph) {
  return graph.vertices.flatMap((vertex) => vertex.inputs);
}

function title({ name, node }: Vertex): string {
  const label = nodeLabel(node);
  if (label === node.kind) return name;
  return label === name || label.startsWith(`${name} `) ? label : `${name}\n${label}`;
}

function mermaidText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', '<br>');
}
