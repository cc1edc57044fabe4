import { styleText } from 'node:util';

export type Style = 'error' | 'warning' | 'good' | 'faint' | 'strong';

const FORMATS = { error: 'red', warning: 'yellow', good: 'green', faint: 'dim', strong: 'bold' } as const;

/** Colours text for one stream; leaves it as it is where there are no colours. */
export type Paint = (style: Style, text: string) => string;

/** Goes by the stream, `NO_COLOR` and `FORCE_COLOR`. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(FORMATS[style], text, { stream, validateStream: true });
}

export const plain: Paint = (_style, text) => text;
