/**
 * Going through a piece of syntax without leaving the function that it belongs to.
 *
 * @module
 */
import { isFunction, type Node } from "./ast.ts";
import type { SourceCode } from "./rule.ts";

/** A node and all below it in the order of the text, and nothing of the functions that it defines. */
export function* ownNodes(node: Node, code: SourceCode): Generator<Node, void, undefined> {
  yield node;
  yield* nodesBelow(node, code, false);
}

/** A node and all below it, functions too. */
export function* allNodes(node: Node, code: SourceCode): Generator<Node, void, undefined> {
  yield node;
  yield* nodesBelow(node, code, true);
}

function* nodesBelow(node: Node, code: SourceCode, everything: boolean): Generator<Node, void, undefined> {
  for (const key of code.visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Readonly<Record<string, unknown>>)[key];
    for (const child of (Array.isArray(value) ? value : [value]) as (Node | null | undefined)[]) {
      if (child === null || child === undefined) continue;
      yield child;
      if (everything || !isFunction(child)) yield* nodesBelow(child, code, everything);
    }
  }
}
