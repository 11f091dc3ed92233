/**
 * What a rule is, and what it is given: the parts of ESLint's interface that oxlint has too.
 *
 * @module
 */
import type {
  Block,
  Call,
  CatchClause,
  ExpressionStatement,
  FunctionNode,
  Identifier,
  MaybeOperation,
  Node,
  Operation,
  TryStatement,
  VariableDeclaration,
} from "./ast.ts";

/** Where a variable comes from. */
export interface Definition {
  readonly type: string;
  readonly node: Node;
  readonly name: Node;
  readonly parent?: Node | null;
}

/** A place where a variable is read or written. */
interface Reference {
  readonly identifier: Identifier;
  /** Whether it is the write of a declaration. */
  readonly init?: boolean | null;
  isWrite(): boolean;
}

/** A variable, as the linter's analysis of scopes has it. */
export interface Variable {
  readonly defs: readonly Definition[];
  readonly references: readonly Reference[];
}

/** A lexical scope. */
export interface Scope {
  readonly set: ReadonlyMap<string, Variable>;
  readonly upper: Scope | null;
}

/** The text under inspection, with what the linter knows of it. */
export interface SourceCode {
  readonly ast: Block;
  readonly visitorKeys: Readonly<Record<string, readonly string[]>>;
  getScope(node: Node): Scope;
  getText(node: Node): string;
}

/** An edit, made by the linter's own means. */
interface Fixer {
  insertTextBefore(node: Node, text: string): unknown;
}

/** What a rule found. */
export interface Finding {
  readonly node: Node;
  readonly messageId: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly suggest?: readonly { readonly messageId: string; readonly fix: (fixer: Fixer) => unknown }[];
}

/** What a rule is given for one file. */
export interface RuleContext {
  readonly sourceCode: SourceCode;
  report(this: void, finding: Finding): void;
}

/** What a rule wants to be shown. A type and no interface, for the linters take an object of any names. */
export type Visitor = {
  AwaitExpression?(node: Operation): void;
  CallExpression?(node: Call): void;
  CatchClause?(node: CatchClause): void;
  ExpressionStatement?(node: ExpressionStatement): void;
  FunctionDeclaration?(node: FunctionNode): void;
  FunctionExpression?(node: FunctionNode): void;
  TryStatement?(node: TryStatement): void;
  VariableDeclaration?(node: VariableDeclaration): void;
  YieldExpression?(node: MaybeOperation): void;
};

/** A rule, for ESLint and for oxlint. */
export interface Rule {
  readonly meta: {
    readonly type: "problem" | "suggestion";
    readonly docs: { readonly description: string; readonly recommended: boolean };
    readonly messages: Record<string, string>;
    readonly schema: never[];
    readonly hasSuggestions?: boolean;
  };
  /** @param context a {@link RuleContext}; the linters' own type of it differs, and an object is in both. */
  create(context: object): Visitor;
}
