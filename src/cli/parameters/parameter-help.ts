import { table } from '../terminal/table.ts';
import { type Parameter, type Parameters, valueText } from './parameters.ts';

/** The parameters of a module for people, one a line, with types, descriptions and defaults. */
export function parameterHelp(shown: string, parameters: Parameters | undefined): string {
  if (parameters === undefined || parameters.list.length === 0) return `${shown} takes no parameters.\n`;
  const rows = table<Parameter>(
    [
      { title: '', align: 'left', cell: ({ name, type }) => `  --set ${name}=<${type}>` },
      { title: '', align: 'left', cell: remark },
    ],
    parameters.list,
  ).slice(1);
  return `Parameters of ${shown}:\n${rows.join('\n')}\n`;
}

function remark({ description, required, default: preset }: Parameter): string {
  const otherwise = preset === undefined ? '(optional)' : `(default: ${valueText(preset)})`;
  return [description ?? '', required ? '(required)' : otherwise].filter((part) => part !== '').join(' ');
}
