/** What must not be shown: texts that came from what is marked as secret. */
export class Secrets {
  readonly #texts = new Set<string>();

  add(value: unknown): void {
    const text = typeof value === 'string' ? value : String(value);
    if (text !== '') this.#texts.add(text);
  }

  get empty(): boolean {
    return this.#texts.size === 0;
  }

  /** The text with `***` in the place of each secret, the longest first; also as a URL would have it. */
  hide(text: string): string {
    let shown = text;
    for (const secret of [...this.#texts].sort((a, b) => b.length - a.length)) {
      for (const form of formsOf(secret)) shown = shown.replaceAll(form, '***');
    }
    return shown;
  }

  /** Those that a text holds. */
  within(text: string): readonly string[] {
    return [...this.#texts].filter((secret) => [...formsOf(secret)].some((form) => text.includes(form)));
  }
}

function formsOf(secret: string): ReadonlySet<string> {
  return new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
}
