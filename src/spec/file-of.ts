import { stringify } from 'yaml';
import { MillraceError } from '../core/errors.ts';
import type { EdgeDescription, GraphDescription, NodeDescription } from '../processing/graph/describe.ts';
import { defaultPolicies } from './described-policies.ts';
import { GraphParts } from './graph-parts.ts';
import { plainObject } from './source/located.ts';

/**
 * A pipeline as the text of a file, made of its description and the plugins to list: the same graph, when it is read again. It has what the
 * description has: parameters only as far as expressions use them, or something secret is one, as all others are filled in; of what is
 * written in code, memory and the like, but no checkpoints, which are options of runs there.
 *
 * @throws MillraceError `ERR_PIPELINE_FILE` for nodes that were not made of plain data: functions in code.
 */
export function fileOf(description: GraphDescription, plugins: readonly string[] = []): string {
  return new FileText(description).text(plugins);
}

type FlowText = { readonly name: string; readonly head: Record<string, unknown>; readonly pipe: unknown[] };

/** Nodes of many inputs, by what the file calls them. */
const MANY: Readonly<Record<string, string>> = {
  merge: 'merge',
  concat: 'concat',
  zip: 'zip',
  'merge-sorted': 'mergeSorted',
};

class FileText {
  readonly #description: GraphDescription;
  readonly #parts: GraphParts;
  /** What reads a node's output as part of its own flow is called: the flow, by the names of its nodes. */
  readonly #flowOf = new Map<string, FlowText>();
  readonly #names = new Set<string>();

  constructor(description: GraphDescription) {
    this.#description = description;
    this.#parts = new GraphParts(description);
    const { strange } = this.#parts;
    if (strange.length > 0) {
      const list = strange.map(({ name }) => `"${name}"`).join(', ');
      throw new MillraceError(
        'ERR_PIPELINE_FILE',
        `Cannot write pipeline "${description.name}" as a file: it is not plain data that ${list} ${strange.length === 1 ? 'was' : 'were'} made of`,
        { hint: 'Only what was read from a file can be written as one.', details: { problems: [] } },
      );
    }
  }

  text(plugins: readonly string[]): string {
    const { name, nodes, settings = {} } = this.#description;
    const { description, params: shared = {}, ...whole } = settings;
    const placed = nodes.filter((node) => node.kind !== 'sink' && !this.#parts.isInner(node));
    const isLetters = ({ kind }: NodeDescription) => kind === 'letters';
    // Policies know the flows that they send to by their names, so that those are given first.
    for (const node of placed.filter(isLetters)) this.#place(node);
    for (const node of placed) if (!isLetters(node)) this.#place(node);
    const flows = new Set(this.#flowOf.values());
    const sinks = nodes.filter(({ kind }) => kind === 'sink');
    const params = parametersOf([...nodes, { params: shared }]);
    const onError = defaultPolicies(this.#description);
    const file = {
      version: 1,
      name,
      ...(description !== undefined && { description }),
      ...(plugins.length > 0 && { plugins }),
      ...(Object.keys(params).length > 0 && { params }),
      ...(onError !== undefined && { onError }),
      ...whole,
      ...(flows.size > 0 && { flows: plainObject([...flows].map((flow) => [flow.name, body(flow)])) }),
      sinks: plainObject(sinks.map((node) => [node.name, this.#sink(node)])),
    };
    return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
  }

  #place(node: NodeDescription): void {
    const inputs = this.#parts.inputs(node.name);
    if (node.kind === 'letters') {
      if (this.#isSinkOfLetters(node)) return;
      this.#begin(node, { deadLetters: true }, (node.options as { flow?: string }).flow);
    } else if (node.kind === 'reader') {
      this.#begin(node, { read: { [node.component!]: node.options }, as: node.name });
    } else if (Object.hasOwn(MANY, node.kind)) {
      const flows = inputs.map((edge) => this.#reference(edge));
      const value = node.kind === 'merge-sorted' ? { flows, ...(node.options as object) } : flows;
      this.#begin(node, { [MANY[node.kind]!]: value, as: node.name });
    } else if (this.#parts.sides(node) !== undefined) {
      const [left, right] = this.#parts.sides(node)!.map((edge) => this.#reference(edge));
      this.#begin(node, {
        [node.component!]: { ...(node.options as object), left, right },
        as: node.name,
      });
    } else {
      const before = this.#parts.node(inputs[0]!.from);
      const alone = this.#parts.outputs(before.name).length === 1 && before.kind !== 'split';
      const flow = alone ? this.#flowOf.get(before.name) : undefined;
      const step = { [node.component!]: node.options, as: node.name };
      if (flow === undefined) this.#begin(node, { from: this.#reference(inputs[0]!) }).pipe.push(step);
      else {
        flow.pipe.push(step);
        this.#flowOf.set(node.name, flow);
      }
    }
  }

  #begin(node: NodeDescription, head: Record<string, unknown>, called = node.name): FlowText {
    const base = called.replaceAll(/[^\p{L}\p{N}_ -]/gu, '-').replace(/^[^\p{L}_]+/u, '') || 'flow';
    let name = base;
    for (let number = 2; this.#names.has(name); number++) name = `${base}-${number}`;
    this.#names.add(name);
    const flow: FlowText = { name, head, pipe: [] };
    this.#flowOf.set(node.name, flow);
    return flow;
  }

  #sink(node: NodeDescription): object {
    const [input] = this.#parts.inputs(node.name);
    const write = { [node.component!]: node.options };
    const from = this.#parts.node(input!.from);
    return from.kind === 'letters' && this.#isSinkOfLetters(from)
      ? { write }
      : { from: this.#reference(input!), write };
  }

  /** Whether dead letters go to one sink and nowhere else, which is then what they are sent to. */
  #isSinkOfLetters({ name, options }: NodeDescription): boolean {
    const [first, ...more] = this.#parts.outputs(name);
    const sink = this.#parts.node(first!.to);
    return more.length === 0 && sink.kind === 'sink' && (options as { sink?: string }).sink === sink.name;
  }

  #reference(edge: EdgeDescription): string {
    const { node, output } = this.#parts.origin(edge);
    const { name } = this.#flowOf.get(node)!;
    return output === undefined ? name : `${name}.${output}`;
  }
}

/** The parameters that expressions use, with their values as defaults. */
function parametersOf(nodes: readonly Pick<NodeDescription, 'params'>[]): Record<string, unknown> {
  const used = nodes.flatMap(({ params = {} }) => Object.entries(params));
  return plainObject(
    used.map(([name, { value, secret }]) => [
      name,
      secret === true ? { type: 'string', secret } : { type: typeof value, default: value },
    ]),
  );
}

function body({ head, pipe }: FlowText): object {
  return pipe.length === 0 ? head : { ...head, pipe };
}
