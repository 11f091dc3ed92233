/**
 * The rule against clean-up that a cancellation cuts short.
 *
 * @module
 */
import { type CatchClause, functionAround, type Node, unwrap } from "../ast.ts";
import { knowsOfCancellation } from "../caught.ts";
import { defineRule } from "../define-rule.ts";
import type { Library } from "../library.ts";
import type { Rule, SourceCode } from "../rule.ts";
import { Waits } from "../waits.ts";

/** Reports an await of a cancel point in a `finally`, and in a `catch` that cleans up and rethrows. */
export const noAwaitInUnshieldedFinally: Rule = defineRule(
  {
    type: "problem",
    docs: { description: "require clean-up that waits to be shielded from cancellation", recommended: true },
    messages: {
      finally:
        "an unshielded wait in finally: after a cancellation it throws at once, and the clean-up is skipped from here on; put it in shielded(), with a time limit",
      catch:
        "an unshielded wait in a catch that rethrows: after a cancellation it throws at once, and the clean-up is skipped from here on; put it in shielded(), with a time limit",
    },
    schema: [],
  },
  ({ sourceCode, report }, library) => {
    const waits = new Waits(library, sourceCode);
    return {
      TryStatement(node) {
        if (!waits.mayBeInTask(node) || isOwnersClosing(node, library)) return;
        for (const found of node.finalizer === null ? [] : waits.cancelPoints(node.finalizer)) {
          report({ node: found, messageId: "finally" });
        }
        for (const found of node.handler === null ? [] : cleaning(node.handler, waits, library, sourceCode)) {
          report({ node: found, messageId: "catch" });
        }
      },
    };
  },
);

/** An owner is asked to close, and cancelled only when that takes too long: its waits are to end then. */
function isOwnersClosing(node: Node, library: Library): boolean {
  const around = functionAround(node);
  return around !== undefined && library.callbackAs(around)?.gets === "OwnerContext";
}

/** The cancel points that stand in a catch itself, under no condition, when it ends by rethrowing what it caught. */
function cleaning({ param, body }: CatchClause, waits: Waits, library: Library, code: SourceCode): Node[] {
  const last = body.body.at(-1);
  const thrown = last?.type === "ThrowStatement" ? unwrap(last.argument) : undefined;
  const isRethrown = thrown?.type === "Identifier" && param?.type === "Identifier" && thrown.name === param.name;
  if (!isRethrown || knowsOfCancellation(body, library, code)) return [];
  return body.body.slice(0, -1).flatMap((statement) => {
    if (statement.type !== "ExpressionStatement" && statement.type !== "VariableDeclaration") return [];
    return [...waits.cancelPoints(statement)];
  });
}
