import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const ROOT = join(import.meta.dirname, '..');

/** Sources of WebAssembly, from the root. The bytes of each stand beside it, as a module. */
export const WASM_SOURCES = [
  'src/io/formats/csv/structural-index.wat',
  'src/io/formats/json/json-structure.wat',
] as const;

/** Where the bytes of a source stand, from the root. */
export function bytesModule(source: string): string {
  return source.replace(/\.wat$/, '-bytes.ts');
}

/** The text of the module that holds the bytes of a source. */
export async function assemble(source: string): Promise<string> {
  const { parseWat } = await wabt();
  const parsed = parseWat(source, readFileSync(join(ROOT, source), 'utf8'), { simd: true });
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  const lines = Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,96}/g)!;
  return [
    `/** Assembled of ${basename(source)} by \`node scripts/assemble-wasm.ts\`, as base64. */`,
    'export const WASM =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const source of WASM_SOURCES) writeFileSync(join(ROOT, bytesModule(source)), await assemble(source));
}
