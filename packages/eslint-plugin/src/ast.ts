/**
 * The parts of a syntax tree (ESTree, with TypeScript's nodes) that the rules look at. ESLint and oxlint hand over the
 * same shapes; these types say what is used of them, so that neither tool is needed to compile or to run the plugin.
 *
 * @module
 */

interface Base {
  /** Where the node stands in the text, as offsets. */
  readonly range: readonly [start: number, end: number];
  /** Set by the linter before any rule runs; absent on the program only. */
  readonly parent?: Node | null;
}

/** A name, of a variable or of a property. */
export interface Identifier extends Base {
  readonly type: "Identifier" | "PrivateIdentifier";
  readonly name: string;
  readonly typeAnnotation?: Node | null;
}

/** `callee(...)`, or `new callee(...)`. */
export interface Call extends Base {
  readonly type: "CallExpression" | "NewExpression";
  readonly callee: Node;
  readonly arguments: readonly Node[];
}

/** `object.property`, or `object[property]` when it is computed. */
export interface Member extends Base {
  readonly type: "MemberExpression";
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
}

/** An expression in parentheses of some kind that changes nothing of its value. */
interface Wrapper extends Base {
  readonly type:
    | "ChainExpression"
    | "ParenthesizedExpression"
    | "TSAsExpression"
    | "TSNonNullExpression"
    | "TSSatisfiesExpression"
    | "TSTypeAssertion";
  readonly expression: Node;
}

/** What has one operand. */
export interface Operation extends Base {
  readonly type: "AwaitExpression" | "SpreadElement" | "ThrowStatement" | "UnaryExpression";
  readonly argument: Node;
  readonly operator?: string;
}

/** `yield`, `yield*` or `return`. */
export interface MaybeOperation extends Base {
  readonly type: "ReturnStatement" | "YieldExpression";
  readonly argument: Node | null;
}

/** What has two sides. */
interface Binary extends Base {
  readonly type: "AssignmentExpression" | "AssignmentPattern" | "BinaryExpression" | "LogicalExpression";
  readonly left: Node;
  readonly right: Node;
}

interface Conditional extends Base {
  readonly type: "ConditionalExpression" | "IfStatement";
  readonly test: Node;
  readonly consequent: Node;
  readonly alternate: Node | null;
}

interface Sequence extends Base {
  readonly type: "SequenceExpression";
  readonly expressions: readonly Node[];
}

interface ArrayLiteral extends Base {
  readonly type: "ArrayExpression";
  readonly elements: readonly (Node | null)[];
}

interface ObjectShape extends Base {
  readonly type: "ObjectExpression" | "ObjectPattern";
  readonly properties: readonly Node[];
}

interface Property extends Base {
  readonly type: "Property";
  readonly key: Node;
  readonly value: Node;
  readonly computed: boolean;
}

interface Literal extends Base {
  readonly type: "Literal";
  readonly value: unknown;
}

/** A function of any form. */
export interface FunctionNode extends Base {
  readonly type: "ArrowFunctionExpression" | "FunctionDeclaration" | "FunctionExpression";
  readonly async: boolean;
  readonly generator: boolean;
  readonly params: readonly Node[];
  readonly body: Node;
}

/** A list of statements. */
export interface Block extends Base {
  readonly type: "BlockStatement" | "ClassBody" | "Program" | "StaticBlock";
  readonly body: readonly Node[];
}

interface SwitchCase extends Base {
  readonly type: "SwitchCase";
  readonly consequent: readonly Node[];
}

/** A statement that is one expression. */
export interface ExpressionStatement extends Base {
  readonly type: "ExpressionStatement";
  readonly expression: Node;
}

/** `const`, `let`, `using` and the like. */
export interface VariableDeclaration extends Base {
  readonly type: "VariableDeclaration";
  readonly kind: string;
  readonly declarations: readonly VariableDeclarator[];
}

/** One `id = init` of a declaration. */
interface VariableDeclarator extends Base {
  readonly type: "VariableDeclarator";
  readonly id: Node;
  readonly init: Node | null;
}

/** `try`, with what follows it. */
export interface TryStatement extends Base {
  readonly type: "TryStatement";
  readonly block: Block;
  readonly handler: CatchClause | null;
  readonly finalizer: Block | null;
}

/** `catch (param) { ... }`. */
export interface CatchClause extends Base {
  readonly type: "CatchClause";
  readonly param: Node | null;
  readonly body: Block;
}

interface ForOf extends Base {
  readonly type: "ForOfStatement";
  readonly await: boolean;
  readonly right: Node;
}

interface ClassMember extends Base {
  readonly type: "MethodDefinition" | "PropertyDefinition";
  readonly key: Node;
  readonly value: Node | null;
  readonly computed: boolean;
  readonly typeAnnotation?: Node | null;
}

interface Import extends Base {
  readonly type: "ImportDeclaration";
  readonly source: Literal;
}

interface ImportSpecifier extends Base {
  readonly type: "ImportNamespaceSpecifier" | "ImportSpecifier";
  readonly imported?: Node;
}

interface TypeAnnotation extends Base {
  readonly type: "TSTypeAnnotation";
  readonly typeAnnotation: Node;
}

interface TypeReference extends Base {
  readonly type: "TSTypeReference";
  readonly typeName: Node;
}

interface QualifiedName extends Base {
  readonly type: "TSQualifiedName";
  readonly left: Node;
  readonly right: Node;
}

interface ParameterProperty extends Base {
  readonly type: "TSParameterProperty";
  readonly parameter: Node;
}

interface Plain extends Base {
  readonly type: "TemplateLiteral" | "ThisExpression";
}

/** A node that the rules look at. Others come as well, and no branch fits them. */
export type Node =
  | ArrayLiteral
  | Binary
  | Block
  | Call
  | CatchClause
  | ClassMember
  | Conditional
  | ExpressionStatement
  | ForOf
  | FunctionNode
  | Identifier
  | Import
  | ImportSpecifier
  | Literal
  | MaybeOperation
  | Member
  | ObjectShape
  | Operation
  | ParameterProperty
  | Plain
  | Property
  | QualifiedName
  | Sequence
  | SwitchCase
  | TryStatement
  | TypeAnnotation
  | TypeReference
  | VariableDeclaration
  | VariableDeclarator
  | Wrapper;

/** Whether a node is a function of any form. */
export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === "ArrowFunctionExpression" ||
    node?.type === "FunctionDeclaration" ||
    node?.type === "FunctionExpression"
  );
}

/** The expression within parentheses, type assertions and optional chains. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case "ChainExpression":
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** The nearest node around that is no mere wrapper. */
export function parentOf(node: Node): Node | undefined {
  const parent = node.parent ?? undefined;
  return parent !== undefined && unwrap(parent) !== parent ? parentOf(parent) : parent;
}

/** The name of the property that a member expression, a key or a class member gives in plain text. */
export function nameOfKey(key: Node, computed: boolean): string | undefined {
  if (key.type === "Identifier") return computed ? undefined : key.name;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return key.type === "Literal" ? String(key.value) : undefined;
}

/** The object and the name of the method that a call names, when it names one. */
export function methodOf(node: Node): { readonly object: Node; readonly name: string } | undefined {
  if (node.type !== "CallExpression") return undefined;
  const callee = unwrap(node.callee);
  if (callee.type !== "MemberExpression") return undefined;
  const name = nameOfKey(callee.property, callee.computed);
  return name === undefined ? undefined : { object: callee.object, name };
}

/** The nearest function around a node. */
export function functionAround(node: Node): FunctionNode | undefined {
  for (let outer = node.parent; outer !== undefined && outer !== null; outer = outer.parent) {
    if (isFunction(outer)) return outer;
  }
  return undefined;
}

/** The call that a function is written in as an argument, with its place in it. */
export function callbackOf(node: FunctionNode): { readonly call: Call; readonly index: number } | undefined {
  const call = parentOf(node);
  if (call?.type !== "CallExpression" && call?.type !== "NewExpression") return undefined;
  const index = call.arguments.findIndex((argument) => unwrap(argument) === node);
  return index === -1 ? undefined : { call, index };
}
