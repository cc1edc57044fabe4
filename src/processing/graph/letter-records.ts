import { map as mapItems, type Observable, filter as where } from 'rxjs';
import { batch } from '../../core/batch.ts';
import type { DeadLetter } from '../../interfaces/failure.ts';
import type { ReadContext, Reader } from '../../interfaces/reader.ts';
import type { Item } from '../../interfaces/signal.ts';
import { lettersOrigin } from '../runtime/letters-origin.ts';

/**
 * The records that a node refused, of a reader of dead letters of all nodes. They come from where they
 * came from at first, so that whoever refuses them again can say so.
 */
export function letterRecords(letters: Reader<unknown>, node: string): Reader<unknown> {
  return Object.freeze({
    name: 'letters',
    label: `letters of ${node}`,
    traits: { bounded: letters.traits.bounded, replay: 'none', splittable: false } as const,
    open: (context: ReadContext): Observable<Item<unknown>> =>
      (letters.open(context) as Observable<Item<DeadLetter>>).pipe(
        mapItems((item) => (item.kind === 'batch' ? ofNode(item.records, node) : item)),
        where((item) => item.kind !== 'batch' || item.records.length > 0),
      ),
  });
}

function ofNode(letters: readonly DeadLetter[], node: string): Item<unknown> {
  const own = letters.filter((letter) => letter.node === node);
  return batch(
    own.map(({ record }) => record),
    lettersOrigin(own),
  );
}
