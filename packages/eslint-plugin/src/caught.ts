/**
 * What the code that catches an error does with it.
 *
 * @module
 */
import { methodOf, type Node, parentOf, unwrap } from "./ast.ts";
import type { Library } from "./library.ts";
import type { SourceCode } from "./rule.ts";
import { allNodes, ownNodes } from "./walk.ts";

/**
 * What becomes of a caught error: it is rethrown or handed on, so that a cancellation may still arrive; another error
 * is thrown in its place; or it ends here.
 */
export type Fate = "kept" | "replaced" | "swallowed";

/**
 * Finds what becomes of an error in the code that catches it.
 *
 * @param param the variable of the error; undefined when the code takes none.
 */
export function fateOf(param: Node | null | undefined, body: Node, library: Library, code: SourceCode): Fate {
  if (knowsOfCancellation(body, library, code)) return "kept";
  const error = param?.type === "Identifier" ? param : undefined;
  let fate: Fate = "swallowed";
  for (const node of ownNodes(body, code)) {
    if (node.type === "ThrowStatement") {
      // A function may give back the error that it was given; only a new one is surely another.
      if (unwrap(node.argument).type !== "NewExpression") return "kept";
      fate = "replaced";
    }
    if (isProcessExit(node)) return "kept";
  }
  const uses = error === undefined ? [] : (library.variableOf(error)?.references ?? []);
  return uses.some(({ identifier }) => isHandedOn(identifier, code)) ? "kept" : fate;
}

/** Whether code tells a cancellation from other errors, in one of the ways that the library offers. */
export function knowsOfCancellation(body: Node, library: Library, code: SourceCode): boolean {
  for (const node of allNodes(body, code)) {
    if (node.type === "Identifier" && awareNames.has(library.exportedName(node) ?? node.name)) return true;
    if (node.type === "Literal" && node.value === "TASK_CANCELLED") return true;
  }
  return false;
}

const awareNames: ReadonlySet<string> = new Set([
  "CancelledError",
  "cancelCalled",
  "isCancelled",
  "isOnlyCancelled",
  "rethrowCancelled",
]);

/** Whether a use takes the error itself somewhere, not only its message or a line of the log. */
function isHandedOn(use: Node, code: SourceCode): boolean {
  const parent = parentOf(use);
  switch (parent?.type) {
    case "BinaryExpression":
    case "TemplateLiteral":
    case "UnaryExpression":
    case "IfStatement":
    case "ExpressionStatement":
      return false;
    case "MemberExpression":
      // A method of the error's own (error.toString()) does not hand it on either; an index (seen[error]) does.
      return unwrap(parent.object) !== use;
    case "ConditionalExpression":
      return unwrap(parent.test) !== use && isHandedOn(parent, code);
    case "ObjectExpression":
    case "Property":
    case "SpreadElement":
    case "LogicalExpression":
    case "ArrayExpression":
      return isHandedOn(parent, code);
    case "CallExpression":
      return !isLogging(parent.callee, code);
    case "NewExpression":
      return !isThrownInstead(parent, code);
    default:
      return true;
  }
}

function isProcessExit(node: Node): boolean {
  const method = methodOf(node);
  return method?.name === "exit" && method.object.type === "Identifier" && method.object.name === "process";
}

const loggers = /^(?:console|log(?:ger)?|.+\.log(?:ger)?)\.\w+$/i;
const lines = new Set(["String", "debug", "info", "log", "trace", "warn"]);

/** `console.error`, `this.#logger.warn`, `request.log.info`, `log`, `String`. */
function isLogging(callee: Node, code: SourceCode): boolean {
  const expression = unwrap(callee);
  if (expression.type === "Identifier") return lines.has(expression.name);
  return expression.type === "MemberExpression" && loggers.test(code.getText(expression).replaceAll(/[#?!\s]/g, ""));
}

const groups = new Set(["AggregateError", "ExceptionGroup", "SuppressedError"]);

/** `throw new Failed("...", { cause: error })`; a cancellation in a group stays one. */
function isThrownInstead(made: Node & { readonly callee: Node }, code: SourceCode): boolean {
  const parent = parentOf(made);
  return parent?.type === "ThrowStatement" && !groups.has(code.getText(made.callee).replace(/^.*\./s, ""));
}
