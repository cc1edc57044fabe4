import { didYouMean } from '../../core/did-you-mean.ts';
import { MillraceError } from '../../core/errors.ts';
import type { Checkpoint, StoredState } from '../../interfaces/checkpoint.ts';
import type { Pieces } from './json-scalars.ts';
import { legibleJson } from './legible-json.ts';
import { manifestOf } from './manifest.ts';

export interface StateOptions {
  /** One document on one line, with what it is the state of. */
  readonly json: boolean;
  readonly limit: number;
}

/**
 * What a node remembered, as JSON, piece by piece.
 *
 * @throws MillraceError `ERR_NOT_FOUND` when there is nothing of it.
 */
export function statePieces(checkpoint: Checkpoint, node: string, options: StateOptions): Pieces {
  const state = checkpoint.states.get(node);
  if (state === undefined) throw noState(checkpoint, node);
  return pieces(checkpoint.id, node, state, options);
}

function* pieces(id: number, node: string, stored: StoredState, { json, limit }: StateOptions): Pieces {
  const state = stored.value();
  yield* json
    ? legibleJson({ checkpoint: id, node, bytes: stored.bytes, state }, { limit })
    : legibleJson(state, { limit, lines: true });
  yield '\n';
}

function noState(checkpoint: Checkpoint, node: string): MillraceError {
  const { id, states } = checkpoint;
  const manifest = manifestOf(checkpoint);
  const nodes = manifest?.graph.nodes.map(({ name }) => name) ?? [...states.keys()];
  const cannot = `Cannot show the state of "${node}" in checkpoint ${id}`;
  if (!nodes.includes(node)) {
    return new MillraceError('ERR_NOT_FOUND', `${cannot}: there is no such node`, {
      hint: didYouMean(node, nodes),
    });
  }
  if (manifest?.withheld?.includes(node) === true) {
    return new MillraceError(
      'ERR_NOT_FOUND',
      `${cannot}: what it remembered at its end was too large, or nothing that can be kept`,
      { hint: 'An earlier checkpoint may have what it remembered then: see "millrace checkpoints list".' },
    );
  }
  const others = [...states.keys()];
  return new MillraceError('ERR_NOT_FOUND', `${cannot}: it has none`, {
    hint: others.length === 0 ? 'No node has.' : `These have: ${others.join(', ')}.`,
  });
}
