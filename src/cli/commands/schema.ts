import { COMMON_OPTIONS, type Command, PLUGIN_OPTIONS } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { pluginRegistry } from '../plugins/given-plugins.ts';
import { jsonLine } from '../terminal/error-text.ts';

/** `millrace schema`: the JSON Schema of pipelines that are files, and of their tests. */
export const schema: Command = Object.freeze({
  name: 'schema',
  summary: 'Print the JSON Schema of pipelines in YAML and JSON, for editors',
  options: {
    tests: { summary: 'That of their tests, *.test.yaml, instead' },
    ...PLUGIN_OPTIONS,
    ...COMMON_OPTIONS,
  },
  notes: [
    'millrace schema > millrace.schema.json, and "# yaml-language-server: $schema=./millrace.schema.json" as the first line of a pipeline: editors with the YAML language server then complete, explain and check it.',
  ],
  async run({ given, terminal }) {
    const registry = await pluginRegistry(given);
    const made = given.has('tests')
      ? (await import('../../testing/files/test-file-schema.ts')).testsSchema(registry)
      : (await import('../../spec/file-schema.ts')).fileSchema(registry);
    terminal.print(given.has('json') ? jsonLine(made) : `${JSON.stringify(made, null, 2)}\n`);
    return EXIT.done;
  },
} satisfies Command);
