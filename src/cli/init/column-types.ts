import type { ProjectInput } from './project.ts';

/** What the text of columns of CSV is read as; columns that stay text are left out. */
export function columnTypes({ shape, format }: ProjectInput): Readonly<Record<string, string>> {
  if (format !== 'csv' && format !== 'tsv') return {};
  const types: Record<string, string> = {};
  for (const [name, { kinds }] of shape.properties) {
    if (kinds.has('number')) types[name] = 'float';
    else if (kinds.has('integer')) types[name] = 'int';
    else if (kinds.has('boolean')) types[name] = 'boolean';
  }
  return types;
}

/** What stands between the fields of CSV, where it has to be said. */
export function delimiterOf({ format, delimiter }: ProjectInput): string | undefined {
  if (format === 'tsv') return '\t';
  return format === 'csv' && delimiter !== ',' ? delimiter : undefined;
}

/** The component that reads it. */
export function readerOf({ format }: ProjectInput): string {
  return format === 'tsv' ? 'csv' : format;
}
