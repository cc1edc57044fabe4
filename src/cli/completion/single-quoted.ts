/** A text as one word of bash and zsh, in which nothing means anything. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
