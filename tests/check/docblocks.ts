import { posix } from 'node:path';
import { code, read } from './repository.ts';

/** One name that a module exports, and the docblock before its declaration. */
export interface Export {
  readonly name: string;
  /** The file that declares it, from the root. */
  readonly file: string;
  /** Whether nothing of it is left at run time. */
  readonly type: boolean;
  /** Absent where there is none. */
  readonly docblock: string | undefined;
}

const LISTS = /^export (type )?\{([^}]*)\}(?: from '([^']+)')?/gm;
const DECLARED =
  /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type) (\w+)/gm;

/** What `file` exports by name, followed through re-exports to where it is declared. */
export function exportsOf(file: string): readonly Export[] {
  const text = code(file);
  const listed = [...text.matchAll(LISTS)].flatMap(([, types, names, from]) =>
    names!
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => {
        const [original, alias = original] = name.replace(/^type /, '').split(/\s+as\s+/) as [
          string,
          string?,
        ];
        const found = find(
          from === undefined ? file : posix.join(posix.dirname(file), from),
          original,
          alias,
        );
        return { ...found, type: found.type || types !== undefined || name.startsWith('type ') };
      }),
  );
  const declared = [...text.matchAll(DECLARED)].map(([, name]) => find(file, name!, name!));
  return [...listed, ...new Map(declared.map((one) => [one.name, one])).values()];
}

function find(file: string, name: string, alias: string): Export {
  const text = read(file);
  const declaration = new RegExp(
    `^(?:export )?(?:default )?(?:declare )?(?:async )?(?:abstract )?(?:function\\*?|const|let|class|interface|type) ${name}\\b`,
    'm',
  ).exec(text);
  if (declaration === null) {
    const through = exportsOf(file).find((one) => one.name === name);
    if (through === undefined) throw new Error(`${file} does not declare ${name}`);
    return { ...through, name: alias };
  }
  const docblock = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n$/.exec(text.slice(0, declaration.index));
  const type = /^export (?:declare )?(?:interface|type) /.test(declaration[0]);
  return { name: alias, file, type, docblock: docblock?.[0] };
}
