import { optionalPeer } from '../../core/optional-peer.ts';

/**
 * A graph in Graphviz's DOT language as a picture.
 *
 * @throws MillraceError `ERR_PEER` where `@viz-js/viz`, which is Graphviz in WebAssembly, is not installed.
 */
export async function svgOf(dot: string): Promise<string> {
  const { instance } = await optionalPeer('@viz-js/viz', () => import('@viz-js/viz'), 'draw SVG');
  return (await instance()).renderString(dot, { format: 'svg' });
}
