/**
 * The rule against racing waits of the library with `Promise.race`.
 *
 * @module
 */
import { isFunction, type Node, unwrap } from "../ast.ts";
import { defineRule } from "../define-rule.ts";
import type { Rule } from "../rule.ts";
import { Waits } from "../waits.ts";

/** Reports `Promise.race([...])` and `Promise.any([...])` with a wait of the library among the racers. */
export const noRaceOfWaits: Rule = defineRule(
  {
    type: "suggestion",
    docs: { description: "disallow Promise.race and Promise.any of waits of the library", recommended: true },
    messages: {
      race: "whoever loses this race waits on, until the scope around it ends; limit the time with failAfter() or moveOnAfter(), or start the racers in a task group and cancel it when one has won",
    },
    schema: [],
  },
  ({ sourceCode, report }, library) => {
    const waits = new Waits(library, sourceCode);
    const isWait = (node: Node): boolean =>
      isFunction(node) ? isWait(node.body) : library.callOf(unwrap(node))?.gives === "promise";
    return {
      CallExpression(node) {
        if (waits.promisesOf(node, ["any", "race"]).some(isWait) && waits.mayBeInTask(node)) {
          report({ node, messageId: "race" });
        }
      },
    };
  },
);
