/**
 * The rule against generators that yield while a scope of theirs is open.
 *
 * @module
 */
import { callbackOf, type FunctionNode, methodOf, type Node, unwrap } from "../ast.ts";
import { defineRule } from "../define-rule.ts";
import type { Library } from "../library.ts";
import type { Rule, SourceCode } from "../rule.ts";
import { ownNodes } from "../walk.ts";

/** Reports a `yield` between the opening of a scope, shield, deadline or lock and its end. */
export const noScopeAcrossYield: Rule = defineRule(
  {
    type: "problem",
    docs: { description: "disallow yield while a cancel scope, shield, deadline or lock is open", recommended: true },
    messages: {
      open: "yield while {{what}} is open: the consumer runs in between, perhaps in another task, and may never come back; close it before the yield, or open it in the consumer",
    },
    schema: [],
  },
  ({ sourceCode, report }, library) => {
    const inspect = (node: FunctionNode): void => {
      // Who is handed a generator function may drive it in one task from start to end.
      if (!node.generator || callbackOf(node) !== undefined) return;
      for (const [found, what] of openYields(node, library, sourceCode)) {
        report({ node: found, messageId: "open", data: { what } });
      }
    };
    return { FunctionDeclaration: inspect, FunctionExpression: inspect };
  },
);

/** Each yield at which something is open, with what was opened last. */
function openYields(generator: FunctionNode, library: Library, code: SourceCode): Map<Node, string> {
  const nodes = [...ownNodes(generator.body, code)];
  const yields = nodes.filter((node) => node.type === "YieldExpression");
  const found = new Map<Node, string>();
  for (const { from, to, what } of [...usingSpans(nodes, library, code), ...enteredSpans(nodes, library, code)]) {
    for (const node of yields) if (node.range[0] >= from && node.range[1] <= to) found.set(node, what);
  }
  return found;
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/** From each `using x = await openShield()` to the end of its block. */
function usingSpans(nodes: readonly Node[], library: Library, code: SourceCode): Span[] {
  return nodes.flatMap((node) => {
    if (node.type !== "VariableDeclaration" || !node.kind.endsWith("using")) return [];
    const [, to = 0] = node.parent?.range ?? [];
    return node.declarations.flatMap(({ init }) => {
      const opened = init === null ? undefined : unwrap(init);
      const call = opened?.type === "AwaitExpression" ? unwrap(opened.argument) : opened;
      if (call?.type !== "CallExpression" || library.callOf(call)?.isHeld !== true) return [];
      return [{ from: node.range[1], to, what: `${code.getText(call.callee)}()` }];
    });
  });
}

/** From each `scope.enter()` to the last `scope.exit()` before it is entered again; none where it is exited elsewhere. */
function enteredSpans(nodes: readonly Node[], library: Library, code: SourceCode): Span[] {
  const calls = nodes.flatMap((node) => {
    const method = methodOf(node);
    if (method === undefined || library.kindOf(method.object) !== "CancelScope") return [];
    return [{ name: method.name, scope: scopeOf(method.object, code), range: node.range }];
  });
  return calls.flatMap(({ name, scope, range }, index) => {
    if (name !== "enter") return [];
    const later = calls.slice(index + 1).filter((call) => call.scope === scope);
    const again = later.findIndex((call) => call.name === "enter");
    const exit = later.slice(0, again === -1 ? undefined : again).findLast((call) => call.name === "exit");
    return exit === undefined ? [] : [{ from: range[1], to: exit.range[0], what: `scope ${scope}` }];
  });
}

function scopeOf(node: Node, code: SourceCode): string {
  return code.getText(unwrap(node));
}
