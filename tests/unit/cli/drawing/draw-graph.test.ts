import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawGraph } from '../../../../src/cli/drawing/draw-graph.ts';
import type { GraphDescription } from '../../../../src/processing/graph/describe.ts';

/** A graph of edges such as `a -> b`, `a -large-> b`. */
function graph(...edges: readonly string[]): GraphDescription {
  const parsed = edges.map((text) => /^(\S+) -(?:([^\s-]+)-)?> (\S+)$/.exec(text)!);
  const names = [...new Set(parsed.flatMap(([, from, , to]) => [from!, to!]))];
  return {
    version: 1,
    name: 'g',
    nodes: names.map((name) => ({ name, kind: 'operator', label: name })),
    edges: parsed.map(([, from, port = 'out', to]) => ({ from: from!, port, to: to! })),
  };
}

const lines = (...text: readonly string[]) => `${text.join('\n')}\n`;

describe('drawGraph', () => {
  test('counts the cells of wide characters, and of those that stand upon others', () => {
    expect(drawGraph(graph('注文データ -支払済み-> e\u0301te', '注文データ -> b'), 80)).toBe(
      lines(
        '                            ┌─────┐',
        '                ┌─支払済み─▶│ éte │',
        '┌────────────┐  │           └─────┘',
        '│ 注文データ │╶┬┘',
        '└────────────┘ │            ┌───┐',
        '               └───────────▶│ b │',
        '                            └───┘',
      ),
    );
  });

  test('goes from the left to the right where there is room, with the names of routes', () => {
    const drawing = drawGraph(
      graph('read -> split', 'split -large-> big', 'split -small-> little', 'read -letters-> rejects'),
      80,
    );
    expect(drawing).toBe(
      lines(
        '                                   ┌─────┐',
        '                          ┌─large─▶│ big │',
        '             ┌───────┐    │        └─────┘',
        '          ┌─▶│ split │╶──┬┘',
        '┌──────┐  │  └───────┘   │         ┌────────┐',
        '│ read │╶┬┘              └──small─▶│ little │',
        '└──────┘ ╎   ┌─────────┐           └────────┘',
        '         └╌╌▶│ rejects │',
        '             └─────────┘',
      ),
    );
  });

  test('goes from the top to the bottom where there is no room', () => {
    expect(drawGraph(graph('read -> double', 'double -> write'), 16)).toBe(
      lines(
        ' ┌──────┐',
        ' │ read │',
        ' └──────┘',
        '     ╷',
        '     │',
        '     ▼',
        '┌────────┐',
        '│ double │',
        '└────────┘',
        '     ╷',
        '     │',
        '     ▼',
        ' ┌───────┐',
        ' │ write │',
        ' └───────┘',
      ),
    );
  });

  test('is a list where there is no room for that either', () => {
    expect(drawGraph(graph('read -> double', 'read -letters-> out'), 10)).toBe(
      lines('read', '  -> doub…', '  -> out …', 'double', 'out'),
    );
  });

  test('leads past the nodes of a layer, and joins what comes together', () => {
    expect(drawGraph(graph('a -> b', 'b -> c', 'a -> c'), 80)).toBe(
      lines(
        '         ┌───┐',
        '      ┌─▶│ b │╶┐   ┌───┐',
        '┌───┐ │  └───┘ └┬─▶│ c │',
        '│ a │╶┤         │  └───┘',
        '└───┘ └─────────┘',
      ),
    );
  });

  test('shows text of nodes as text, whatever is in it', () => {
    const { nodes, ...rest } = graph('a -> b');
    const colours = nodes.map((node) => ({ ...node, label: 'a \u001b[31mred' }));
    expect(drawGraph({ ...rest, nodes: colours }, 80)).toContain('\\u{1b}[31mred');
  });

  test('has every node whole, no line too long, and a way into each that has one', () => {
    const edge = fc.tuple(fc.nat(9), fc.nat(9), fc.constantFrom('out', 'letters', 'large'));
    fc.assert(
      fc.property(
        fc.array(edge, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 40, max: 250 }),
        (drawn, columns) => {
          const forward = drawn.filter(([from, to]) => from < to);
          const described: GraphDescription = {
            version: 1,
            name: 'g',
            nodes: Array.from({ length: 10 }, (_, n) => ({
              name: `node${n}`,
              kind: 'operator',
              label: `node${n}`,
            })),
            edges: forward.map(([from, to, port]) => ({ from: `node${from}`, port, to: `node${to}` })),
          };
          const text = drawGraph(described, columns);
          for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(columns);
          if (!text.includes('┌')) return;
          for (const { name } of described.nodes) expect(text).toContain(`│ ${name} │`);
          const entered = new Set(described.edges.map(({ to }) => to)).size;
          expect(text.match(/[▶▼]/g)?.length ?? 0).toBe(entered);
        },
      ),
      { numRuns: 60 },
    );
  });
});
