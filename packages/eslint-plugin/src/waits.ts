/**
 * Which awaits a cancellation comes out of: those of the library's cancel points, of task handles, and of functions of
 * the same file that come to one.
 *
 * @module
 */
import { callbackOf, type FunctionNode, functionAround, isFunction, methodOf, type Node, unwrap } from "./ast.ts";
import type { Library } from "./library.ts";
import type { SourceCode } from "./rule.ts";
import { handles } from "./vocabulary.ts";
import { ownNodes } from "./walk.ts";

/** Tells, for one file, where a cancellation can come out. */
export class Waits {
  readonly #library: Library;
  readonly #code: SourceCode;
  readonly #functions = new Map<FunctionNode, boolean>();

  constructor(library: Library, code: SourceCode) {
    this.#library = library;
    this.#code = code;
  }

  /** Whether awaiting an expression lets the cancellation of a scope around it out. */
  isCancelPoint(node: Node): boolean {
    const expression = unwrap(node);
    switch (expression.type) {
      case "CallExpression":
        return this.#isCancelPointCall(expression);
      case "ConditionalExpression":
        return [expression.consequent, expression.alternate].some((side) => side !== null && this.isCancelPoint(side));
      case "LogicalExpression":
        return this.isCancelPoint(expression.left) || this.isCancelPoint(expression.right);
      default:
        return handles.has(this.#library.kindOf(expression));
    }
  }

  /** The promises that a call such as `Promise.all([...])` waits for, as far as the text shows them. */
  promisesOf(node: Node, names: readonly string[]): readonly Node[] {
    const expression = unwrap(node);
    const method = methodOf(expression);
    if (method === undefined || expression.type !== "CallExpression" || !names.includes(method.name)) return [];
    const [promises] = expression.arguments;
    if (promises === undefined || !isGlobal(method.object, "Promise", this.#library)) return [];
    const list = unwrap(promises);
    if (list.type === "ArrayExpression") return list.elements.filter((element) => element !== null);
    // What items.map(fn) makes is as good as one call of fn.
    const isMap = methodOf(list)?.name === "map" && list.type === "CallExpression";
    return isMap ? list.arguments.slice(0, 1) : [];
  }

  /** The awaits below a node, in its own function, that a cancellation comes out of. */
  *cancelPoints(node: Node): Generator<Node, void, undefined> {
    for (const own of ownNodes(node, this.#code)) {
      const isWait =
        (own.type === "AwaitExpression" && this.isCancelPoint(own.argument)) ||
        (own.type === "ForOfStatement" && own.await && this.#isSource(own.right));
      if (isWait && !this.isShielded(own)) yield own;
    }
  }

  /** Whether a node stands where cancellation from outside is kept out. */
  isShielded(node: Node): boolean {
    for (let inner = node, outer = node.parent; outer !== null && outer !== undefined; outer = outer.parent) {
      if ("body" in outer && Array.isArray(outer.body) && this.#opensShieldBefore(outer.body as Node[], inner)) {
        return true;
      }
      if (isFunction(outer) && this.#runsInShield(outer)) return true;
      inner = outer;
    }
    return false;
  }

  /**
   * Whether a node may run in a task. Not at the top of a module, and not in the function of a test: no scope is
   * around those, so that no cancellation reaches them.
   */
  mayBeInTask(node: Node): boolean {
    const around = functionAround(node);
    if (around === undefined) return false;
    if (this.#library.callbackAs(around) !== undefined) return true;
    const place = callbackOf(around);
    if (place === undefined) return true;
    return !isTestCall(place.call.callee) && this.mayBeInTask(around);
  }

  /** Whether the loops over something wait for its items through the library. */
  #isSource(node: Node): boolean {
    const source = unwrap(node);
    const isIterate = source.type === "CallExpression" && this.#library.exportedName(source.callee) === "iterate";
    return isIterate || this.#library.kindOf(source) === "ReceiveChannel";
  }

  #isCancelPointCall(call: Node): boolean {
    const known = this.#library.callOf(call);
    if (known !== undefined) {
      return known.isCancelPoint ? !this.#isShieldRun(call) : known.gives === "value" && handles.has(known.result);
    }
    const method = methodOf(call);
    // A reaction to success changes nothing of a failure; whatever catches one is looked at by itself.
    if (method?.name === "finally" || (method?.name === "then" && argumentsOf(call).length === 1)) {
      return this.isCancelPoint(method.object);
    }
    const promises = this.promisesOf(call, ["all", "any", "race"]);
    if (promises.length > 0) {
      return promises.some((promise) =>
        isFunction(promise) ? this.#comesToWait(promise) : this.isCancelPoint(promise),
      );
    }
    const callee = call.type === "CallExpression" ? this.#library.functionOf(call.callee) : undefined;
    return callee !== undefined && this.#comesToWait(callee);
  }

  /** Whether a function of this file comes to a cancel point, or returns one. */
  #comesToWait(node: FunctionNode): boolean {
    const found = this.#functions.get(node);
    if (found !== undefined) return found;
    // For the time being, against functions that call each other.
    this.#functions.set(node, false);
    const comes = !node.generator && (this.#returnsWait(node) || !this.cancelPoints(node.body).next().done);
    this.#functions.set(node, comes);
    return comes;
  }

  #returnsWait({ body }: FunctionNode): boolean {
    if (body.type !== "BlockStatement") return this.isCancelPoint(body);
    for (const own of ownNodes(body, this.#code)) {
      if (own.type === "ReturnStatement" && own.argument !== null && this.isCancelPoint(own.argument)) return true;
    }
    return false;
  }

  #opensShieldBefore(statements: readonly Node[], inner: Node): boolean {
    const index = statements.indexOf(inner);
    return statements.slice(0, Math.max(index, 0)).some((statement) => {
      if (statement.type !== "VariableDeclaration" || !statement.kind.endsWith("using")) return false;
      return statement.declarations.some(({ init }) => init?.type === "AwaitExpression" && this.#isOpenShield(init));
    });
  }

  #isOpenShield(init: Node & { readonly argument: Node | null }): boolean {
    const opened = init.argument === null ? undefined : unwrap(init.argument);
    return opened?.type === "CallExpression" && this.#library.exportedName(opened.callee) === "openShield";
  }

  #runsInShield(node: FunctionNode): boolean {
    if (this.#library.callbackAs(node)?.isShielded === true) return true;
    const place = callbackOf(node);
    return place !== undefined && this.#isShieldRun(place.call);
  }

  /** Whether a call runs something in a scope that was made with a shield. */
  #isShieldRun(call: Node): boolean {
    const method = methodOf(call);
    if (method?.name !== "run" || this.#library.kindOf(method.object) !== "CancelScope") return false;
    const made = this.#library.madeBy(method.object);
    const [options] = made?.type === "NewExpression" ? made.arguments : [];
    if (options?.type !== "ObjectExpression") return options !== undefined;
    return options.properties.some(
      (property) =>
        property.type !== "Property" ||
        (property.key.type === "Identifier" &&
          property.key.name === "shield" &&
          !(property.value.type === "Literal" && property.value.value === false)),
    );
  }
}

/** Whether an expression is the global of a name, and no variable of the file. */
function isGlobal(node: Node, name: string, library: Library): boolean {
  const expression = unwrap(node);
  return expression.type === "Identifier" && expression.name === name && library.variableOf(expression) === undefined;
}

function argumentsOf(call: Node): readonly Node[] {
  return call.type === "CallExpression" ? call.arguments : [];
}

const testCalls = ["after", "afterAll", "afterEach", "before", "beforeAll", "beforeEach", "bench", "it", "test"];

/** `test(...)`, `it.only(...)`, `test.each(...)(...)` and the like. */
function isTestCall(callee: Node): boolean {
  const expression = unwrap(callee);
  if (expression.type === "Identifier") return testCalls.includes(expression.name);
  if (expression.type === "MemberExpression") return isTestCall(expression.object);
  return expression.type === "CallExpression" && isTestCall(expression.callee);
}
