import type { DeadLetter } from '../../interfaces/failure.ts';
import type { LetterTarget } from '../../interfaces/policy.ts';
import type { Reader } from '../../interfaces/reader.ts';
import { Flow, type FlowToolkit } from './flow.ts';
import { createNode, type LettersNode, PORT, type ReaderNode } from './node.ts';

/** The flow of a reader's records. */
export function readerFlow<T>(reader: Reader<T>, toolkit: FlowToolkit): Flow<T> {
  return new Flow<T>(
    { node: createNode<ReaderNode>({ kind: 'reader', reader, inputs: [] }), port: 'out' },
    toolkit,
  );
}

/** Dead letters as a flow, which policies can send to: `deadLetter(letters)`. */
export class LettersFlow extends Flow<DeadLetter> implements LetterTarget {
  get kind(): 'dead-letters' {
    return 'dead-letters';
  }

  override as(name: string): LettersFlow {
    return new LettersFlow(super.as(name)[PORT], Flow.toolkit(this));
  }
}

/** A flow that dead letters enter by `deadLetter(flow)`. */
export function lettersFlow(toolkit: FlowToolkit): LettersFlow {
  return new LettersFlow(
    { node: createNode<LettersNode>({ kind: 'letters', inputs: [] }), port: 'out' },
    toolkit,
  );
}
