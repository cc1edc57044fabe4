import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { componentExample } from '../../../src/spec/component-example.ts';
import { componentPage } from '../../../src/spec/component-page.ts';
import { fileSchema } from '../../../src/spec/file-schema.ts';
import { exampleFolder, fileWith } from './components.ts';
import { open, put, REGISTRY } from './files.ts';

const pages = REGISTRY.list().map((component) => componentPage(component));
const schema = fileSchema(REGISTRY);
const check = new Ajv({ strict: false, allErrors: true }).compile(schema);

describe.each(pages.map((page) => [`${page.kind} ${page.name}`, page] as const))(
  'the example of %s',
  (_, page) => {
    const text = fileWith(page.kind, componentExample(page));

    test('is a sound file', async () => {
      const file = await open(put(exampleFolder(), 'p.yaml', text));
      await expect(file.build({})).resolves.toBeDefined();
    });

    test('fits the JSON Schema of files', () => {
      check(parse(text, { merge: true }));
      expect(check.errors).toBeNull();
    });

    test('has options with words for each', () => {
      for (const option of page.options) {
        expect(option.description).not.toBe('');
        expect(option.type).not.toBe('');
      }
    });
  },
);

test('the reference page has all of them', () => {
  const page = readFileSync('docs/reference/components.md', 'utf8');
  for (const kind of ['operator', 'reader', 'writer']) {
    const examples = pages.filter((one) => one.kind === kind).map((one) => componentExample(one));
    expect(page).toContain(`\`\`\`yaml\n${examples.join('')}\`\`\`\n`);
  }
});

describe('the JSON Schema of files', () => {
  test.each([
    ['an unknown operator', { version: 1, flows: { a: { read: { csv: 'a' }, pipe: [{ fliter: 'x' }] } } }],
    ['an unknown option', { version: 1, flows: { a: { read: { csv: { path: 'a', tpes: {} } } } } }],
    ['a wrong type', { version: 1, flows: { a: { read: { csv: 'a' }, pipe: [{ take: 'many' }] } } }],
    ['no version', { flows: {} }],
    ['another version', { version: 2 }],
    ['an unknown part', { version: 1, flow: {} }],
    ['two readers', { version: 1, flows: { a: { read: { csv: 'a', ndjson: 'b' } } } }],
    ['an unknown policy', { version: 1, onError: { deadLeter: 'x' } }],
    ['a sink that writes nothing', { version: 1, sinks: { a: { from: 'b' } } }],
  ])('refuses %s', (_, file) => {
    expect(check(file)).toBe(false);
  });

  test.each([
    [
      'parameters in the place of numbers',
      { version: 1, flows: { a: { read: { csv: 'a' }, pipe: [{ take: `\${params.n}` }] } } },
    ],
    ['secrets', { version: 1, flows: { a: { read: { csv: { path: { secret: `\${PATH}` } } } } } }],
    ['paths of readers by either name', { version: 1, flows: { a: { read: { csv: { paths: ['a'] } } } } }],
    ['what anchors are put on', { version: 1, 'x-anything': { a: 1 } }],
    [
      'functions of modules beside options',
      {
        version: 1,
        flows: { a: { read: { csv: 'a' }, pipe: [{ mapAsync: { use: './a.ts#b', concurrency: 4 } }] } },
      },
    ],
    ['policies', { version: 1, onError: ['skip', { retry: 3 }, { deadLetter: { to: 'x', budget: '1%' } }] }],
    [
      'window and aggregate apart',
      {
        version: 1,
        flows: {
          a: {
            read: { csv: 'a' },
            pipe: [
              { keyBy: 'record.a' },
              { window: { tumbling: { size: '1m', time: 'at' } } },
              { aggregate: { n: { count: true } } },
            ],
          },
        },
      },
    ],
  ])('allows %s', (_, file) => {
    check(file);
    expect(check.errors).toBeNull();
  });

  test('is a schema itself', () => {
    expect(new Ajv({ strict: false }).validateSchema(schema)).toBe(true);
  });
});
