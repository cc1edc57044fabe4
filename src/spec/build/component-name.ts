import { didYouMean } from '../../core/did-you-mean.ts';
import type { Component, ComponentKind } from '../../interfaces/component.ts';
import type { BuildContext } from '../build-context.ts';
import type { Span } from '../source/source-text.ts';

/** What a component is called in files, which is what its function is called in code: `rateLimit` for `rate_limit`. */
export function fileName(component: string): string {
  return component.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The component of that name; `undefined` where there is none, which is a problem. `others` are names besides those. */
export function namedComponent(
  kind: ComponentKind,
  name: string,
  at: Span,
  { registry, problems }: BuildContext,
  others: readonly string[] = [],
): Component | undefined {
  const all = registry.list(kind);
  const found = all.find((component) => fileName(component.name) === name);
  if (found !== undefined) return found;
  const names = [...all.map((component) => fileName(component.name)), ...others];
  const hint = didYouMean(name, names);
  const long = names.length > 20 && !hint.startsWith('Did you mean');
  return problems.add(
    at,
    `there is no ${kind} "${name}"`,
    long ? 'See "millrace components" for all there are.' : hint,
  );
}
