import type { Dialect } from '../../io/formats/csv/csv-dialect.ts';
import { csvInspector } from '../../io/formats/csv/csv-inspector.ts';
import type { Invocation } from '../command.ts';
import type { FileFormat } from '../files/file-format.ts';
import { dialectOf, type FileInput, openInput } from '../files/file-input.ts';
import { eachRecord, readRecords } from '../files/read-records.ts';
import { jsonLine } from '../terminal/error-text.ts';
import { countOf, formatCount, valueText } from '../terminal/figures.ts';
import { table } from '../terminal/table.ts';
import { type ColumnSummary, RecordProfile } from './column-profile.ts';
import { jsonSchemaOf, zodSchemaOf } from './schema-text.ts';
import { TextShape, ValueShape } from './value-shape.ts';

interface InspectedColumn extends ColumnSummary {
  readonly type: string;
}

/** What was found out about files. */
export interface Inspection {
  readonly name: string;
  readonly format: FileFormat;
  readonly dialect: Dialect | undefined;
  readonly records: number;
  /** Whether these were all of them. */
  readonly whole: boolean;
  readonly columns: readonly InspectedColumn[];
  readonly shape: ValueShape;
}

/** Looks at the first records of files; `undefined` where they cannot be read, which is reported. */
export async function inspection(
  input: FileInput,
  sample: number,
  invocation: Invocation,
): Promise<Inspection | undefined> {
  const profile = new RecordProfile();
  const texts = new Map<string, TextShape>();
  const isCsv = input.format === 'csv' || input.format === 'tsv';
  let shape = new ValueShape();
  let dialect: Dialect | undefined;
  let whole = true;
  const addText = (record: object): void => {
    for (const [name, text] of Object.entries(record)) textShape(texts, name).add(text);
  };
  const take = eachRecord((record) => {
    whole = profile.records < sample;
    if (!whole) return false;
    profile.add(record);
    if (isCsv) addText(record as object);
    else shape.add(record);
    return true;
  });
  const reader = isCsv
    ? csvInspector(input.paths, dialectOf(input.format, input.delimiter), (found, names) => {
        dialect ??= found;
        profile.names(names);
        for (const name of names) textShape(texts, name);
      })
    : await openInput(input);
  if (!(await readRecords(reader, take, 'inspect', invocation))) return undefined;
  if (isCsv) shape = recordShape(texts, profile.records);
  const { records } = profile;
  const columns = profile.summary().map((column) => ({ ...column, type: typeText(shape, column.name) }));
  return { name: input.paths.join(', '), format: input.format, dialect, records, whole, columns, shape };
}

/** For people; or for machines. */
export function inspectionText(found: Inspection, json: boolean): string {
  const { name, format, dialect, records, whole, columns } = found;
  if (json) {
    const shown = columns.map(({ min, max, mean, ...column }) => column);
    return jsonLine({ name, format, ...(dialect && { dialect }), records, whole, columns: shown });
  }
  const how = dialect === undefined ? '' : `, ${dialectText(dialect)}`;
  const number = whole ? countOf(records, 'record') : `the first ${countOf(records, 'record')}`;
  return `${[`${name}: ${format}${how}`, `${number}, ${countOf(columns.length, 'column')}`, '', ...columnTable(columns)].join('\n')}\n`;
}

/** The schema as text to be kept in a file. */
export function schemaText({ shape, name }: Inspection, kind: 'json' | 'zod'): string {
  if (kind === 'zod') return zodSchemaOf(shape);
  return `${JSON.stringify(jsonSchemaOf(shape, name), null, 2)}\n`;
}

function textShape(texts: Map<string, TextShape>, name: string): TextShape {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const made = new TextShape();
  texts.set(name, made);
  return made;
}

/** The shape of objects with these columns. */
function recordShape(texts: ReadonlyMap<string, TextShape>, records: number): ValueShape {
  const shape = new ValueShape();
  shape.kinds.add('object');
  shape.objects = Math.max(1, records);
  for (const [name, text] of texts) {
    const column = text.shape();
    column.present = shape.objects;
    shape.properties.set(name, column);
  }
  return shape;
}

function typeText(shape: ValueShape, name: string): string {
  const column = shape.objects === 0 ? shape : shape.properties.get(name);
  const kinds = [...(column?.kinds ?? [])].filter((kind) => kind !== 'null');
  return kinds.filter((kind) => kind !== 'integer' || !kinds.includes('number')).join(' | ') || 'null';
}

function dialectText({ delimiter, quote, newline }: Dialect): string {
  const names: Readonly<Record<string, string>> = {
    '\t': 'tab',
    ',': 'comma',
    ';': 'semicolon',
    '|': 'bar',
    ' ': 'blank',
  };
  const between = names[delimiter] ?? JSON.stringify(delimiter);
  return `fields by ${between}, quoted by ${quote === '' ? 'nothing' : quote}, lines by ${newline === '\n' ? 'line feeds' : 'carriage returns'}`;
}

function columnTable(columns: readonly InspectedColumn[]): string[] {
  return table<InspectedColumn>(
    [
      { title: 'column', align: 'left', cell: ({ name }) => name },
      { title: 'type', align: 'left', cell: ({ type }) => type },
      { title: 'empty', align: 'right', cell: ({ empty }) => formatCount(empty) },
      { title: 'distinct', align: 'right', cell: ({ distinct }) => formatCount(distinct) },
      { title: 'samples', align: 'left', cell: ({ samples }) => samples.map(valueText).join(', ') },
    ],
    columns,
  );
}
