import { spawnSync } from 'node:child_process';
import { extname } from 'node:path';
import { isMillraceError, MillraceError, toError } from '../errors.ts';
import { userFrame } from './user-frame.ts';

/** The error for a module that did not load. What millrace itself threw there stays as it is. */
export function loadError(path: string, shown: string, thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  const cause = toError(thrown);
  const { found, hint } = diagnose(path, cause);
  const site = cause instanceof SyntaxError ? (userFrame(cause) ?? syntaxSite(path)) : undefined;
  return new MillraceError('ERR_MODULE', `Cannot load ${shown}: ${found}`, {
    cause: thrown,
    ...(hint === undefined ? {} : { hint }),
    ...(site === undefined ? {} : { details: { site } }),
  });
}

interface Diagnosis {
  readonly found: string;
  readonly hint?: string;
}

/** What Node says when it takes a file for CommonJS. */
const TAKEN_FOR_COMMONJS = /import statement outside a module|Unexpected token 'export'/;

function diagnose(path: string, cause: Error): Diagnosis {
  const message = firstLine(cause.message);
  switch (Reflect.get(cause, 'code')) {
    case 'ERR_MODULE_NOT_FOUND':
      return missingImport(message);
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return {
        found: message,
        hint: 'Node runs TypeScript by leaving out the types: write it without enums, namespaces and parameter properties.',
      };
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return {
        found: `Node does not run files that end in "${extname(path)}"`,
        hint: 'A pipeline is written in a .ts, .mts, .js or .mjs file.',
      };
  }
  if (!(cause instanceof SyntaxError)) {
    return {
      found: `it throws ${thrownName(cause)}`,
      hint: 'Run the module by itself with node to look closer.',
    };
  }
  if (extname(path).startsWith('.m') || !TAKEN_FOR_COMMONJS.test(message)) return { found: message };
  return {
    found: message,
    hint: 'Say "type": "module" in the package.json beside it, or let its name end in .mts or .mjs.',
  };
}

function missingImport(message: string): Diagnosis {
  const parts = /^Cannot find (package|module) '(.+)' imported from (.+)$/.exec(message);
  if (parts === null) return { found: message };
  const [kind, name, importer] = parts.slice(1) as [string, string, string];
  return kind === 'package'
    ? {
        found: `the package "${name}" that ${importer} imports is not there`,
        hint: `Install it: npm install ${name}`,
      }
    : {
        found: `the file ${name} that ${importer} imports does not exist`,
        hint: 'Check the path in the import.',
      };
}

/** What was thrown, in one line: `TypeError: x is not a function`. */
export function thrownName(cause: Error): string {
  const message = firstLine(cause.message);
  return message === '' ? cause.name : `${cause.name}: ${message}`;
}

/** Of a syntax error in plain JavaScript, Node says where it is only to whoever runs the file. */
function syntaxSite(path: string): string | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8', timeout: 10_000 });
  return userFrame({ message: '', stack: stderr });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim();
}
