import type { Reader } from '../../interfaces/reader.ts';
import type { Writer } from '../../interfaces/writer.ts';
import type { Secrets } from '../secrets.ts';

/** The same reader, in whose label nothing secret shows. */
export function hiddenReader(reader: Reader<unknown>, secrets: Secrets): Reader<unknown> {
  const label = secrets.hide(reader.label);
  if (label === reader.label) return reader;
  const { select } = reader;
  return Object.freeze({
    ...reader,
    label,
    ...(select !== undefined && {
      select(fields: readonly string[]) {
        const selected = select.call(reader, fields);
        return selected && hiddenReader(selected, secrets);
      },
    }),
  });
}

/** The same writer, in whose label nothing secret shows. */
export function hiddenWriter(writer: Writer<unknown>, secrets: Secrets): Writer<unknown> {
  const label = secrets.hide(writer.label);
  return label === writer.label ? writer : Object.freeze({ ...writer, label });
}
