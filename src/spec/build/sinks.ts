import type { Writer } from '../../interfaces/writer.ts';
import type { Written } from '../../processing/graph/node.ts';
import type { BuildContext } from '../build-context.ts';
import type { SinkEntry } from '../file-model.ts';
import { plainData } from '../source/located.ts';
import type { Span } from '../source/source-text.ts';
import { attempt } from './attempt.ts';
import { checkedOptions } from './checked-options.ts';
import { fileName, namedComponent } from './component-name.ts';
import { hiddenWriter } from './hidden.ts';
import { modulePart } from './module-export.ts';
import { onlyEntry } from './sources.ts';

/** A writer with what it was made of. */
export interface BuiltSink {
  readonly writer: Writer<unknown>;
  readonly at: Span;
  readonly written: Written;
}

/** What a sink writes to; `undefined` where that cannot be made. */
export async function sinkWriter(
  { write }: SinkEntry,
  context: BuildContext,
): Promise<BuiltSink | undefined> {
  if (write === undefined) return undefined;
  const [name, entry] = onlyEntry(write.value, 'write', 'ndjson: out.ndjson', context) ?? [];
  if (name === undefined || entry === undefined) return undefined;
  const { key: at, value } = entry;
  if (name === 'use') {
    const writer = await modulePart(value, 'writer', context);
    const written = { component: 'use', options: plainData(value) };
    return writer && { writer: writer as Writer<unknown>, at, written };
  }
  const component = namedComponent('writer', name, at, context, ['use']);
  if (component === undefined) return undefined;
  const options = await checkedOptions(
    component.options,
    value,
    { what: name, at, main: component.main },
    context,
  );
  if (options === undefined || options.unknown) return undefined;
  const make = () => component.create(options.value as never) as Writer<unknown>;
  const writer = attempt(context, at, make, options.node);
  return (
    writer && {
      writer: hiddenWriter(writer, context.secrets),
      at,
      written: { component: fileName(component.name), options: options.data },
    }
  );
}
