import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { Fault } from './fault.ts';

/** Characters an expression may have. */
const MAX_LENGTH = 10_000;
/** Parts an expression may have, and how deep one may lie within another: each level is a call when it is evaluated. */
const MAX_PARTS = 5_000;
const MAX_DEPTH = 500;

const parser = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: MAX_PARTS, maxDepth: 100, maxListElements: 1_000, maxMapEntries: 1_000 },
});

/**
 * The syntax tree of an expression.
 *
 * @throws Fault for what is no CEL, and for what is too long or too deep.
 */
export function parseExpression(source: string): ASTNode {
  if (source.trim() === '') throw new Fault('there is nothing in it');
  if (source.length > MAX_LENGTH) {
    throw new Fault(`it has ${source.length} characters, and ${MAX_LENGTH} are allowed`);
  }
  try {
    const { ast } = parser.parse(source);
    checkDepth(ast);
    return ast;
  } catch (error) {
    if (error instanceof ParseError) {
      throw new Fault(lowered(error.summary), { ...(error.range && { range: error.range }) });
    }
    // The parser calls itself for each of many signs in a row.
    if (error instanceof RangeError) throw new Fault('it is nested too deep');
    throw error;
  }
}

/** Walks level by level: a chain of operators is as deep as it is long. */
function checkDepth(ast: ASTNode): void {
  let level: readonly ASTNode[] = [ast];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      const { start, end } = level[0]!;
      throw new Fault(`it is nested ${MAX_DEPTH} deep, and no deeper is allowed`, { range: { start, end } });
    }
    level = level.flatMap(partsOf);
  }
}

/** What a part of an expression consists of. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
