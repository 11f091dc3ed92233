/**
 * Which names of a file are the library's, and what its variables hold: by imports, by what they were made from, and by
 * written types. What cannot be told from the file alone is nothing of ours, so that a rule would rather miss a fault
 * than report what is none.
 *
 * @module
 */
import {
  callbackOf,
  type FunctionNode,
  type Identifier,
  isFunction,
  type Member,
  methodOf,
  nameOfKey,
  type Node,
  unwrap,
} from "./ast.ts";
import type { Definition, Scope, SourceCode, Variable } from "./rule.ts";
import { type Callback, constructors, functions, type Kind, libraryName, methods, properties } from "./vocabulary.ts";
import type { LibraryCall } from "./vocabulary.ts";

/** Whether a file imports the library at all; if not, there is nothing to look for. */
export function importsLibrary(code: SourceCode): boolean {
  return code.ast.body.some((node) => node.type === "ImportDeclaration" && node.source.value === libraryName);
}

/** What of one file is the library's. */
export class Library {
  readonly #code: SourceCode;
  readonly #kinds = new Map<Variable, Kind | undefined>();

  constructor(code: SourceCode) {
    this.#code = code;
  }

  /** The name under which the library exports what an expression or a type's name refers to. */
  exportedName(node: Node): string | undefined {
    const expression = unwrap(node);
    if (expression.type === "Identifier") {
      const imported = this.#importOf(expression);
      return imported?.type === "ImportSpecifier" ? nameOfKey(imported.imported ?? imported, false) : undefined;
    }
    const [object, property] = partsOf(expression);
    if (object?.type !== "Identifier" || property === undefined) return undefined;
    return this.#importOf(object)?.type === "ImportNamespaceSpecifier" ? property : undefined;
  }

  /** What the library knows of a call, when it is one of the library's. */
  callOf(node: Node): LibraryCall | undefined {
    const call = unwrap(node);
    if (call.type !== "CallExpression") return undefined;
    const name = this.exportedName(call.callee);
    if (name !== undefined) return own(functions, name);
    const method = methodOf(call);
    const kind = method === undefined ? undefined : this.kindOf(method.object);
    return kind === undefined || method === undefined ? undefined : own(own(methods, kind) ?? {}, method.name);
  }

  /** Which class or interface of the library the value of an expression is. */
  kindOf(node: Node): Kind | undefined {
    const expression = unwrap(node);
    switch (expression.type) {
      case "Identifier": {
        const variable = this.variableOf(expression);
        return variable === undefined ? undefined : this.#kindOfVariable(variable);
      }
      case "NewExpression":
        return known(this.exportedName(expression.callee));
      case "CallExpression": {
        const call = this.callOf(expression);
        return call?.gives === "value" ? call.result : undefined;
      }
      case "MemberExpression": {
        const member = this.memberOfThis(expression);
        if (member !== undefined) {
          return this.#kindOfType(member) ?? (member.value === null ? undefined : this.kindOf(member.value));
        }
        const name = nameOfKey(expression.property, expression.computed);
        const kind = this.kindOf(expression.object);
        return kind === undefined || name === undefined ? undefined : own(own(properties, kind) ?? {}, name);
      }
      default:
        return undefined;
    }
  }

  /** The variable that a name refers to, when it is defined in this file, once. */
  variableOf(identifier: Identifier): Variable | undefined {
    let scope: Scope | null = this.#code.getScope(identifier);
    for (; scope !== null; scope = scope.upper) {
      const variable = scope.set.get(identifier.name);
      if (variable !== undefined) return variable.defs.length === 1 ? variable : undefined;
    }
    return undefined;
  }

  /** The function that a call runs, when it is defined in this file and can be no other. */
  functionOf(node: Node): FunctionNode | undefined {
    const value = this.#valueOf(unwrap(node));
    return isFunction(value) ? value : undefined;
  }

  /** The expression that made the value of another one: that of a variable which is never written again, or itself. */
  madeBy(node: Node): Node | undefined {
    const expression = unwrap(node);
    const value = expression.type === "NewExpression" ? expression : this.#valueOf(expression);
    return value === undefined ? undefined : unwrap(value);
  }

  /** The function that the library runs in a task, seen from that function; undefined for every other function. */
  callbackAs(node: FunctionNode): Callback | undefined {
    const place = callbackOf(node);
    if (place === undefined) return undefined;
    const { call, index } = place;
    const callback =
      call.type === "NewExpression"
        ? own(constructors, this.exportedName(call.callee) ?? "")
        : this.callOf(call)?.callback;
    return callback?.index === index ? callback : undefined;
  }

  /** The member of the surrounding class that `this.x` or `this.#x` refers to. */
  memberOfThis(node: Member): (Node & { readonly type: "MethodDefinition" | "PropertyDefinition" }) | undefined {
    if (unwrap(node.object).type !== "ThisExpression") return undefined;
    const name = nameOfKey(node.property, node.computed);
    if (name === undefined) return undefined;
    for (const member of classAround(node)) {
      if (member.type !== "MethodDefinition" && member.type !== "PropertyDefinition") continue;
      if (nameOfKey(member.key, member.computed) === name) return member;
    }
    return undefined;
  }

  #valueOf(node: Node): Node | undefined {
    if (isFunction(node)) return node;
    if (node.type === "MemberExpression") return this.memberOfThis(node)?.value ?? undefined;
    if (node.type !== "Identifier") return undefined;
    const variable = this.variableOf(node);
    const [definition] = variable?.defs ?? [];
    if (variable === undefined || definition === undefined || isWrittenAgain(variable)) return undefined;
    if (definition.type === "FunctionName") return definition.node;
    return definition.node.type === "VariableDeclarator" && definition.node.id === definition.name
      ? (definition.node.init ?? undefined)
      : undefined;
  }

  #importOf(identifier: Identifier): Definition["node"] | undefined {
    const [definition] = this.variableOf(identifier)?.defs ?? [];
    const from = definition?.parent;
    const isOurs = from?.type === "ImportDeclaration" && from.source.value === libraryName;
    return isOurs ? definition?.node : undefined;
  }

  #kindOfVariable(variable: Variable): Kind | undefined {
    if (this.#kinds.has(variable)) return this.#kinds.get(variable);
    // For the time being, against `const a = a`.
    this.#kinds.set(variable, undefined);
    const [definition] = variable.defs;
    const kind = definition === undefined ? undefined : this.#kindOfDefinition(variable, definition);
    this.#kinds.set(variable, kind);
    return kind;
  }

  #kindOfDefinition(variable: Variable, { type, node, name }: Definition): Kind | undefined {
    const written = this.#kindOfType(name);
    if (written !== undefined) return written;
    if (isWrittenAgain(variable)) return undefined;
    if (node.type === "VariableDeclarator") {
      const kind = node.init === null ? undefined : this.kindOf(node.init);
      return node.id === name ? kind : this.#kindOfPart(node.id, name, kind);
    }
    const isFirst = type === "Parameter" && isFunction(node) && node.params[0] === name;
    return isFirst ? known(this.callbackAs(node)?.gets) : undefined;
  }

  /** The kind of a variable that is taken out of something: `const { send } = openMemoryChannel()`. */
  #kindOfPart(pattern: Node, name: Node, kind: Kind | undefined): Kind | undefined {
    if (pattern.type !== "ObjectPattern" || kind === undefined) return undefined;
    for (const property of pattern.properties) {
      if (property.type !== "Property" || property.value !== name) continue;
      return own(own(properties, kind) ?? {}, nameOfKey(property.key, property.computed) ?? "");
    }
    return undefined;
  }

  /** The kind that the type written at a declaration names. */
  #kindOfType(node: Node): Kind | undefined {
    const annotation = "typeAnnotation" in node ? node.typeAnnotation : undefined;
    if (annotation?.type !== "TSTypeAnnotation") return undefined;
    const type = annotation.typeAnnotation;
    return type.type === "TSTypeReference" ? known(this.exportedName(type.typeName)) : undefined;
  }
}

/** The two parts of `holdfast.Event`, as an expression or as a type. */
function partsOf(node: Node): [object?: Node, property?: string | undefined] {
  if (node.type === "MemberExpression") return [unwrap(node.object), nameOfKey(node.property, node.computed)];
  if (node.type === "TSQualifiedName") return [node.left, nameOfKey(node.right, false)];
  return [];
}

/** The members of the class whose `this` a node sees; none where a plain function between them has its own. */
function classAround(node: Node): readonly Node[] {
  for (let outer = node.parent; outer !== null && outer !== undefined; outer = outer.parent) {
    if (outer.type === "ClassBody") return outer.body;
    const isOwnThis = isFunction(outer) && outer.type !== "ArrowFunctionExpression";
    if (isOwnThis && outer.parent?.type !== "MethodDefinition") return [];
  }
  return [];
}

function isWrittenAgain(variable: Variable): boolean {
  return variable.references.some((reference) => reference.isWrite() && reference.init !== true);
}

function known(name: string | undefined): Kind | undefined {
  return name !== undefined && Object.hasOwn(methods, name) ? name : undefined;
}

/** A name from the text may be `constructor`; the tables have only their own. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
