/**
 * Arguments that are repeated in headers, so that what stands before a server can route by them: `x-mcp-header` in the
 * schema of a tool names the header. https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
 *
 * @module
 */
import type { Tool } from "@modelcontextprotocol/client";
import { fieldValue } from "./http/headers.ts";

interface Declaration {
  readonly path: readonly string[];
  readonly header: string;
}

const KEY = "x-mcp-header";
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const primitives: readonly unknown[] = ["string", "integer", "boolean"];

/** Whether a client over HTTP may offer the tool: one whose declarations are bad it must leave out. */
export function canBeMirrored({ inputSchema }: Tool): boolean {
  return declarationsOf(inputSchema) !== undefined;
}

/** The headers of a call; undefined for a tool that declares none. Arguments that are absent or no primitives have none. */
export function parameterHeaders({ inputSchema }: Tool, args: unknown): Record<string, string> | undefined {
  const declarations = declarationsOf(inputSchema) ?? [];
  if (declarations.length === 0) return undefined;
  const headers: Record<string, string> = {};
  for (const { path, header } of declarations) {
    const value = path.reduce((within: unknown, key) => (isObject(within) ? within[key] : undefined), args);
    if (["string", "number", "boolean"].includes(typeof value))
      headers[`Mcp-Param-${header}`] = fieldValue(String(value));
  }
  return headers;
}

/** By the schema, which is the same object for each call: to go through one takes longer than the rest of a call. */
const known = new WeakMap<object, readonly Declaration[] | undefined>();

/** Undefined when one of them breaks a rule. */
function declarationsOf(inputSchema: Tool["inputSchema"]): readonly Declaration[] | undefined {
  if (!known.has(inputSchema)) known.set(inputSchema, findDeclarations(inputSchema));
  return known.get(inputSchema);
}

function findDeclarations(inputSchema: Tool["inputSchema"]): readonly Declaration[] | undefined {
  const found: Declaration[] = [];
  if (!collect(inputSchema, [], found) || countOf(inputSchema) !== found.length) return undefined;
  const names = new Set(found.map(({ header }) => header.toLowerCase()));
  return names.size === found.length ? found : undefined;
}

/** Collects the declarations that can be reached by names of properties alone; false at a bad one. */
function collect(schema: unknown, path: readonly string[], found: Declaration[]): boolean {
  if (!isObject(schema)) return true;
  const header = schema[KEY];
  if (header !== undefined) {
    if (path.length === 0 || typeof header !== "string" || !token.test(header)) return false;
    if (!primitives.includes(schema["type"])) return false;
    found.push({ path, header });
  }
  const { properties } = schema;
  return (
    !isObject(properties) || Object.entries(properties).every(([key, each]) => collect(each, [...path, key], found))
  );
}

/** How many declarations there are anywhere. A property may bear the name itself, and then its schema is an object. */
function countOf(schema: unknown): number {
  if (typeof schema !== "object" || schema === null) return 0;
  const own = KEY in schema && !isObject(schema[KEY]) ? 1 : 0;
  return Object.entries(schema).reduce((sum, [key, each]) => sum + (values.has(key) ? 0 : countOf(each)), own);
}

/** What stands under these keywords is no schema. */
const values: ReadonlySet<string> = new Set(["const", "default", "enum", "examples"]);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
