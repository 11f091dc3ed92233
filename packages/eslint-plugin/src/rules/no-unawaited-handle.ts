/**
 * The rule against promises of the library that nobody awaits.
 *
 * @module
 */
import { functionAround, methodOf, type Node, unwrap } from "../ast.ts";
import { defineRule } from "../define-rule.ts";
import type { Library } from "../library.ts";
import type { Finding, Rule, SourceCode } from "../rule.ts";

/** Reports a promise of the library that stands as a statement of its own, and a `using` that holds one. */
export const noUnawaitedHandle: Rule = defineRule(
  {
    type: "problem",
    docs: {
      description: "require promises of the library to be awaited, returned or marked with void",
      recommended: true,
    },
    messages: {
      floating:
        "{{call}} gives a promise that nothing awaits: the code goes on at once, and its failure is lost; put await, return or void before it",
      using: "using holds the promise of {{call}}, which cannot be disposed of; put await before the call",
      await: "put await before it",
    },
    schema: [],
    hasSuggestions: true,
  },
  ({ sourceCode, report }, library) => {
    const find = (node: Node, messageId: string): void => {
      report({ node, messageId, data: { call: nameOfCall(node, sourceCode) }, suggest: awaiting(node) });
    };
    return {
      ExpressionStatement({ expression }) {
        for (const node of floating(expression, library)) find(node, "floating");
      },
      VariableDeclaration({ kind, declarations }) {
        if (!kind.endsWith("using")) return;
        for (const { init } of declarations) {
          if (init !== null && isPromise(init, library)) find(unwrap(init), "using");
        }
      },
    };
  },
);

/** The calls in a statement whose promise goes nowhere. */
function* floating(node: Node, library: Library): Generator<Node, void, undefined> {
  const expression = unwrap(node);
  switch (expression.type) {
    case "CallExpression":
      if (isPromise(expression, library)) yield expression;
      break;
    case "ConditionalExpression":
      yield* floating(expression.consequent, library);
      if (expression.alternate !== null) yield* floating(expression.alternate, library);
      break;
    case "LogicalExpression":
      yield* floating(expression.right, library);
      break;
    case "SequenceExpression":
      for (const each of expression.expressions) yield* floating(each, library);
      break;
    default:
  }
}

/** Whether an expression is a call that gives a promise of the library, with or without reactions to its success. */
function isPromise(node: Node, library: Library): boolean {
  const call = unwrap(node);
  const known = library.callOf(call);
  if (known !== undefined) return known.gives !== "value";
  const method = methodOf(call);
  if (method === undefined || call.type !== "CallExpression") return false;
  // Whoever reacts to the failure has seen to the promise.
  const isReaction = method.name === "finally" || (method.name === "then" && call.arguments.length === 1);
  return isReaction && isPromise(method.object, library);
}

/** Offers an await, where one may stand. */
function awaiting(node: Node): NonNullable<Finding["suggest"]> {
  if (functionAround(node)?.async === false) return [];
  return [{ messageId: "await", fix: (fixer) => fixer.insertTextBefore(node, "await ") }];
}

/** `group.start()`, for a call over several lines too. */
function nameOfCall(node: Node, code: SourceCode): string {
  const callee = node.type === "CallExpression" ? code.getText(node.callee) : "";
  return `${callee.split("\n", 1)[0]?.slice(0, 60)}()`;
}
