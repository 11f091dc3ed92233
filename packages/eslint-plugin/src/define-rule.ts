/**
 * How a rule of this plugin is made.
 *
 * @module
 */
import { importsLibrary, Library } from "./library.ts";
import type { Rule, RuleContext, Visitor } from "./rule.ts";

/** Makes a rule that looks at nothing in a file which does not import the library. */
export function defineRule(meta: Rule["meta"], create: (context: RuleContext, library: Library) => Visitor): Rule {
  return {
    meta,
    create(given) {
      const context = given as RuleContext;
      const { sourceCode } = context;
      return importsLibrary(sourceCode) ? create(context, new Library(sourceCode)) : {};
    },
  };
}
