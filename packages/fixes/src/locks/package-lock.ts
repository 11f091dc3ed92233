/**
 * package-lock.json and npm-shrinkwrap.json, versions 1 to 3.
 *
 * @module
 */
import { type Lock, released, type ResolvedCopy, tableOf, textOf, unreleased } from "./lock.ts";
import { LockUnreadableError } from "../project-errors.ts";

/** Reads every copy, nested ones and those of workspaces too. @throws LockUnreadableError */
export function readPackageLock(path: string, text: string): Lock {
  const root = tableOf(JSON.parse(text.replace(/^\uFEFF/, "")));
  const version = root["lockfileVersion"] ?? 1;
  if (version !== 1 && version !== 2 && version !== 3) {
    throw new LockUnreadableError(
      path,
      `lockfileVersion ${JSON.stringify(version)} is none of 1 to 3`,
      "write it with npm 7 or later",
    );
  }
  const lines = keyLines(text);
  const copies = version === 1 ? readNested(root, lines) : readPackages(tableOf(root["packages"]), lines);
  return { format: `package-lock v${version}`, ecosystem: "npm", copies };
}

function readPackages(packages: Readonly<Record<string, unknown>>, lines: KeyLines): ResolvedCopy[] {
  const copies: ResolvedCopy[] = [];
  for (const [key, value] of Object.entries(packages)) {
    const at = key.lastIndexOf("node_modules/");
    if (at < 0) continue;
    const entry = tableOf(value);
    // An alias has its real name in the entry; the key has what the project calls it.
    const name = textOf(entry["name"]) ?? key.slice(at + "node_modules/".length);
    const line = lines.next(key);
    if (entry["link"] === true) {
      copies.push(unreleased(name, key, line, `a link to ${textOf(entry["resolved"]) ?? "a directory"}`));
    } else {
      copies.push(copyOf(name, textOf(entry["version"]), textOf(entry["resolved"]), key, line));
    }
  }
  return copies;
}

function readNested(root: Readonly<Record<string, unknown>>, lines: KeyLines): ResolvedCopy[] {
  const copies: ResolvedCopy[] = [];
  const visit = (table: Readonly<Record<string, unknown>>, parent: string): void => {
    for (const [key, value] of Object.entries(tableOf(table["dependencies"]))) {
      const entry = tableOf(value);
      const path = `${parent}node_modules/${key}`;
      const version = textOf(entry["version"]);
      const alias = /^npm:(.+)@([^@]+)$/.exec(version ?? "");
      const line = lines.next(key);
      if (alias === null) copies.push(copyOf(key, version, textOf(entry["resolved"]), path, line));
      else copies.push(released(alias[1] ?? key, alias[2] ?? "", path, line));
      visit(entry, `${path}/`);
    }
  };
  visit(root, "");
  return copies;
}

function copyOf(
  name: string,
  version: string | null,
  resolved: string | null,
  path: string,
  line: number,
): ResolvedCopy {
  const source = [version, resolved].find((text) => text !== null && /^(git|github:|file:)/.test(text));
  if (source !== undefined && source !== null) {
    return unreleased(name, path, line, `comes from ${source}, not from a registry`);
  }
  if (version === null) return unreleased(name, path, line, "the entry has no version");
  return released(name, version, path, line);
}

interface KeyLines {
  /** The line of the next object with this key, in the order of the file. */
  next(key: string): number;
}

/** The lines on which each key opens an object; a file on one line has everything on line 1. */
function keyLines(text: string): KeyLines {
  const found = new Map<string, number[]>();
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    const match = /^\s*"((?:[^"\\]|\\.)*)":\s*\{/.exec(row);
    if (match?.[1] === undefined) continue;
    const lines = found.get(match[1]);
    if (lines === undefined) found.set(match[1], [line]);
    else lines.push(line);
  }
  return { next: (key) => found.get(key)?.shift() ?? 1 };
}
