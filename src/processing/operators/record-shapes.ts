import {
  genericBuilder,
  type RecordBuilder,
  type RecordField,
  recordBuilder,
} from '../../core/record-builder.ts';
import { fieldsOf } from './record-fields.ts';

/** So many shapes of records get generated code; where there are more, they are no shapes but maps. */
const SHAPES = 64;

/**
 * Builds new records of the fields that `choose` gives for the names a record has. Keeps a builder for
 * each shape; as long as the shape stays, a record costs a look at its keys.
 */
export function shapedBuilder(
  choose: (names: readonly string[]) => readonly RecordField[],
): (record: unknown) => Record<string, unknown> {
  const builders = new Map<string, RecordBuilder>();
  let shape: readonly string[] | undefined;
  let build: RecordBuilder;
  return (record) => {
    const names = Object.keys(fieldsOf(record));
    if (shape === undefined || !sameNames(names, shape)) {
      build = builderFor(names, choose, builders);
      shape = names;
    }
    return build(record);
  };
}

function builderFor(
  names: readonly string[],
  choose: (names: readonly string[]) => readonly RecordField[],
  builders: Map<string, RecordBuilder>,
): RecordBuilder {
  const id = JSON.stringify(names);
  const known = builders.get(id);
  if (known !== undefined) return known;
  if (builders.size >= SHAPES) return genericBuilder(choose(names));
  const made = recordBuilder(choose(names));
  builders.set(id, made);
  return made;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
