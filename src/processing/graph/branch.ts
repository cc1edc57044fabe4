import { PORT, renameNode, type SinkNode } from './node.ts';

/** A flow that ends in a sink: what `pipeline` is made of. Made by `flow.to(…)`. */
export class Branch {
  /** @internal */
  readonly [PORT]: SinkNode;

  constructor(node: SinkNode) {
    this[PORT] = node;
    Object.freeze(this);
  }

  /** The same branch, its sink under a name that shows in summaries and errors. */
  as(name: string): Branch {
    return new Branch(renameNode(this[PORT], name));
  }
}
