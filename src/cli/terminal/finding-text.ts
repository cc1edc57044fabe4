import type { Finding } from '../../processing/lint/finding.ts';

/** A finding of `check`: what it is and where, and what to do. */
export function findingText({ rule, severity, node, site, message, hint }: Finding): string {
  const where = [...(site === undefined ? [] : [site]), ...(node === undefined ? [] : [`"${node}"`])].join(
    ' ',
  );
  return `${severity} ${where}: ${message} (${rule})\n${hint}\n`;
}
