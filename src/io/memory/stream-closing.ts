import { finished, type Readable, type Writable } from 'node:stream';

/**
 * Destroys a stream that others made, with the error where there is one. Resolves when the stream has
 * closed; at once when it never says so, as streams of old libraries and those without `emitClose` do.
 */
export function destroyed(stream: Readable | Writable, error?: Error): Promise<void> {
  return new Promise((resolve) => {
    if (tellsClosing(stream)) finished(stream, () => resolve());
    else resolve();
    stream.destroy?.(error);
  });
}

function tellsClosing(stream: Readable | Writable): boolean {
  const state = Reflect.get(stream, '_readableState') ?? Reflect.get(stream, '_writableState');
  return (state as { readonly emitClose?: boolean } | undefined)?.emitClose === true && !stream.closed;
}
