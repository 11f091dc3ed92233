/**
 * bun.lock, bun's lock file as text.
 *
 * @module
 */
import { findNodeAtLocation, getNodeValue, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { LockUnreadableError } from "../project-errors.ts";
import { lineCounter, type Lock, released, type ResolvedCopy, textOf, unreleased } from "./lock.ts";

/** Reads every copy. @throws LockUnreadableError */
export function readBunLock(path: string, text: string): Lock {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    const found = error === undefined ? "it is empty" : printParseErrorCode(error.error);
    throw new LockUnreadableError(path, found, "write it anew with bun install");
  }
  const format = Number(findNodeAtLocation(root, ["lockfileVersion"])?.value ?? 1);
  if (format > 1) {
    const found = `lockfileVersion ${format} is neither 0 nor 1`;
    throw new LockUnreadableError(path, found, "write it with a release of bun that uses one of those");
  }
  const lineOf = lineCounter(text);
  const copies: ResolvedCopy[] = [];
  for (const property of findNodeAtLocation(root, ["packages"])?.children ?? []) {
    const [key, entry] = property.children ?? [];
    const resolution = entry?.children?.[0];
    const pattern = resolution === undefined ? null : textOf(getNodeValue(resolution));
    if (key === undefined || pattern === null) continue;
    const at = pattern.indexOf("@", 1);
    const [name, version] = at < 0 ? [pattern, ""] : [pattern.slice(0, at), pattern.slice(at + 1)];
    const place = String(key.value);
    const line = lineOf(property.offset);
    if (/^\d/.test(version)) copies.push(released(name, version, place, line));
    else copies.push(unreleased(name, place, line, `comes from ${version}, not from a registry`));
  }
  return { format: "bun-lock", ecosystem: "npm", copies };
}
