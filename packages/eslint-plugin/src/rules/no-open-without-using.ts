/**
 * The rule against opening a shield or a deadline that never takes effect.
 *
 * @module
 */
import { type Node, parentOf } from "../ast.ts";
import { defineRule } from "../define-rule.ts";
import type { Library } from "../library.ts";
import type { Rule } from "../rule.ts";

/** Reports an `await openShield()` or `await openDeadline()` that no `using` declares. */
export const noOpenWithoutUsing: Rule = defineRule(
  {
    type: "problem",
    docs: {
      description: "require what openShield() and openDeadline() give to be declared with using",
      recommended: true,
    },
    messages: {
      unused:
        "what {{call}}() gives takes effect only by a using declaration; write using _scope = await {{call}}(...)",
    },
    schema: [],
  },
  ({ sourceCode, report }, library) => ({
    AwaitExpression(node) {
      const { argument } = node;
      const call = library.callOf(argument);
      if (call?.isEnteredByUsing !== true || argument.type !== "CallExpression") return;
      if (isDropped(node, library))
        report({ node, messageId: "unused", data: { call: sourceCode.getText(argument.callee) } });
    },
  }),
);

/** Whether the value surely comes to no `using`, nor to anything else that disposes of it, such as a DisposableStack. */
function isDropped(node: Node, library: Library): boolean {
  const parent = parentOf(node);
  if (parent?.type === "ExpressionStatement") return true;
  if (parent?.type !== "VariableDeclarator" || parent.id.type !== "Identifier") return false;
  const declaration = parent.parent;
  if (declaration?.type !== "VariableDeclaration" || declaration.kind.endsWith("using")) return false;
  const uses = library.variableOf(parent.id)?.references.filter(({ init }) => init !== true);
  return uses?.every(({ identifier }) => isMemberOf(identifier)) === true;
}

/** `scope.cancel()` uses what was opened, and `using again = scope` declares it; only the first is sure to be too late. */
function isMemberOf(identifier: Node): boolean {
  const parent = parentOf(identifier);
  return parent?.type === "MemberExpression" && !parent.computed;
}
