import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documents, ROOT, read } from './repository.ts';

interface Link {
  readonly file: string;
  readonly target: string;
}

const withoutCode = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

function linksIn(file: string): readonly Link[] {
  const found = [
    ...withoutCode(read(file)).matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s+(\S+)/gm),
  ];
  return found
    .map(([, inline, reference]) => ({ file, target: (inline ?? reference)! }))
    .filter(({ target }) => !/^[a-z]+:/i.test(target));
}

/** The anchors that the headings of a document get, as GitHub makes them. */
function anchors(file: string): readonly string[] {
  const seen = new Map<string, number>();
  return [
    ...read(file)
      .replaceAll(/^```[\s\S]*?^```/gm, '')
      .matchAll(/^#{1,6} (.+)$/gm),
  ].map(([, heading]) => {
    const slug = heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

const links = documents().flatMap(linksIn);

describe('links between documents', () => {
  test('are found', () => {
    expect(links.length).toBeGreaterThan(10);
  });

  test.each(links)('$file → $target leads somewhere', ({ file, target }) => {
    const [path, anchor] = target.split('#') as [string, string?];
    const to = path === '' ? file : posix.join(posix.dirname(file), decodeURI(path));
    expect(to.startsWith('..'), 'it leaves the repository').toBe(false);
    expect(existsSync(join(ROOT, to)), to).toBe(true);
    if (anchor !== undefined && to.endsWith('.md')) expect(anchors(to)).toContain(anchor);
  });
});

describe('the documents in docs/', () => {
  test.each(documents().filter((file) => /^docs\/(?!README)/.test(file)))(
    '%s can be reached from docs/README.md',
    (file) => {
      const reached = new Set(['docs/README.md']);
      for (const from of reached) {
        for (const { target } of linksIn(from)) {
          const to = posix.join(posix.dirname(from), target.split('#')[0]!);
          if (to.endsWith('.md') && existsSync(join(ROOT, to))) reached.add(to);
        }
      }
      expect([...reached]).toContain(file);
    },
  );
});
