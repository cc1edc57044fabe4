import { resolve } from 'node:path';
import type { Located, LocatedEntry } from '../../spec/source/located.ts';
import type { Span } from '../../spec/source/source-text.ts';

/** Plain data as if it were written in the file of a place such as `orders.yaml:12`. */
export function locatedData(data: unknown, place: string): Located {
  const shown = place.replace(/:\d+$/, '');
  const span: Span = { source: { path: resolve(shown), shown, text: '' }, start: 0, end: 0 };
  return located(data, span);
}

function located(data: unknown, span: Span): Located {
  if (Array.isArray(data)) {
    return { kind: 'list', items: data.map((item) => located(item, span)), span, size: data.length + 1 };
  }
  if (typeof data === 'object' && data !== null) {
    const entries = Object.entries(data).map(([key, value]): [string, LocatedEntry] => [
      key,
      { key: span, value: located(value, span) },
    ]);
    return { kind: 'map', entries: new Map(entries), span, size: entries.length + 1 };
  }
  return {
    kind: 'scalar',
    value: (data ?? null) as string | number | boolean | null,
    bare: false,
    span,
    size: 1,
  };
}
