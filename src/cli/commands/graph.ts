import { didYouMean } from '../../core/did-you-mean.ts';
import type { Pipeline } from '../../processing/graph/pipeline.ts';
import { usage } from '../arguments.ts';
import { COMMON_OPTIONS, type Command, MODULE_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { loadPipeline } from '../module/load-pipeline.ts';

interface Canvas {
  readonly columns: number;
  /** The plugins of the file. */
  readonly listed: readonly string[];
}

type Draw = (pipeline: Pipeline, canvas: Canvas) => string | Promise<string>;

const FORMATS: Readonly<Record<string, Draw>> = Object.freeze({
  mermaid: (pipeline) => pipeline.toMermaid(),
  dot: (pipeline) => pipeline.toDot(),
  svg: async (pipeline) => (await import('../drawing/svg.ts')).svgOf(pipeline.toDot()),
  text: async (pipeline, { columns }) =>
    (await import('../drawing/draw-graph.ts')).drawGraph(pipeline.describe(), columns),
  json: (pipeline) => `${JSON.stringify(pipeline.describe(), null, 2)}\n`,
  yaml: async (pipeline, { listed }) =>
    (await import('../../spec/file-of.ts')).fileOf(pipeline.describe(), listed),
});

/** `millrace graph`: draws a pipeline. */
export const graph: Command = Object.freeze({
  name: 'graph',
  summary: 'Draw a pipeline: Mermaid, DOT, SVG, in the terminal; as JSON, or a file in YAML',
  argument: '<module>',
  options: {
    format: {
      value: Object.keys(FORMATS).join('|'),
      short: 'f',
      summary: 'How to draw it; mermaid by default',
    },
    ...MODULE_OPTIONS,
    ...COMMON_OPTIONS,
    json: { summary: 'The same as --format json' },
  },
  examples: [
    ['millrace graph orders.ts', 'Mermaid, for Markdown and the like'],
    ['millrace graph orders.yaml -f text', 'boxes and lines, as wide as the terminal'],
    ['millrace graph orders.yaml -f svg > orders.svg', 'a picture; needs the package @viz-js/viz'],
  ],
  async run(invocation) {
    const { given, terminal } = invocation;
    const name = given.value('format') ?? (given.has('json') ? 'json' : 'mermaid');
    const draw = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
    if (draw === undefined) {
      throw usage(graph, `there is no format "${name}"`, didYouMean(name, Object.keys(FORMATS)));
    }
    const { pipeline, listed } = await loadPipeline(graph, invocation);
    terminal.print(await draw(pipeline, { columns: terminal.columns, listed }));
    return EXIT.done;
  },
} satisfies Command);
