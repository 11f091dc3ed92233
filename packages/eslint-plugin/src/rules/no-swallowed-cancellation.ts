/**
 * The rule against catching a cancellation and going on.
 *
 * @module
 */
import { isFunction, methodOf, type Node, parentOf } from "../ast.ts";
import { type Fate, fateOf } from "../caught.ts";
import { defineRule } from "../define-rule.ts";
import type { Rule } from "../rule.ts";
import { Waits } from "../waits.ts";

/** Reports a catch around an await of a cancel point that lets no cancellation through. */
export const noSwallowedCancellation: Rule = defineRule(
  {
    type: "problem",
    docs: {
      description: "require a catch around an await of the library to let cancellations through",
      recommended: true,
    },
    messages: {
      swallowed:
        "a catch around an await of the library that stops cancellations too; begin it with rethrowCancelled(error), or rethrow what isCancelled(error)",
      replaced:
        "a catch around an await of the library that turns a cancellation into a failure; begin it with rethrowCancelled(error), or rethrow what isCancelled(error)",
      settled:
        "Promise.allSettled() of waits of the library, whose results nobody reads, stops cancellations too; use Promise.all(), or a task group",
    },
    schema: [],
  },
  ({ sourceCode, report }, library) => {
    const waits = new Waits(library, sourceCode);
    const find = (node: Node, fate: Fate | "settled"): void => {
      if (fate !== "kept" && waits.mayBeInTask(node)) report({ node, messageId: fate });
    };
    return {
      TryStatement({ block, handler }) {
        if (handler === null || waits.cancelPoints(block).next().done === true) return;
        find(handler, fateOf(handler.param, handler.body, library, sourceCode));
      },
      CallExpression(node) {
        if (isIgnored(node)) return;
        const promises = waits.promisesOf(node, ["allSettled"]);
        const awaited = parentOf(node);
        const isUnread = awaited?.type === "AwaitExpression" && isIgnored(awaited);
        if (isUnread && promises.some((promise) => waits.isCancelPoint(promise))) find(node, "settled");
        const caught = catcherOf(node);
        if (caught === undefined || !waits.isCancelPoint(caught.promise) || waits.isShielded(node)) return;
        const made = library.madeBy(caught.catcher);
        if (!isFunction(made)) return;
        find(caught.catcher, fateOf(made.params[0], made.body, library, sourceCode));
      },
    };
  },
);

/** The function that a `.catch(fn)` or `.then(_, fn)` calls with a failure, and the promise it is for. */
function catcherOf(node: Node): { readonly promise: Node; readonly catcher: Node } | undefined {
  const method = methodOf(node);
  if (method === undefined || node.type !== "CallExpression") return undefined;
  const index = ["catch", "then"].indexOf(method.name);
  const catcher = index === -1 ? undefined : node.arguments[index];
  return catcher === undefined ? undefined : { promise: method.object, catcher };
}

/** Whether nobody waits for the value of an expression. */
function isIgnored(node: Node): boolean {
  const parent = parentOf(node);
  return parent?.type === "ExpressionStatement" || (parent?.type === "UnaryExpression" && parent.operator === "void");
}
