/**
 * yarn.lock: version 1 by its lines, later ones (berry) by yarn's own parser.
 *
 * @module
 */
import { LockUnreadableError } from "../project-errors.ts";
import { type Lock, released, type ResolvedCopy, tableOf, textOf, unreleased } from "./lock.ts";

/** The newest format whose entries are known to be read rightly. */
const newestBerry = 9;

/** Reads every copy. Yarn's parser is loaded only for a berry lock. */
export async function readYarnLock(path: string, text: string): Promise<Lock> {
  return /^__metadata:/m.test(text) ? await readBerry(path, text) : readClassic(text);
}

function readClassic(text: string): Lock {
  const copies: ResolvedCopy[] = [];
  let head = "";
  let headLine = 0;
  let version = "";
  let resolved = "";
  const close = (): void => {
    if (head !== "") copies.push(classicCopy(head, version, resolved, headLine));
    head = "";
    version = "";
    resolved = "";
  };
  let line = 0;
  for (const raw of text.split("\n")) {
    line++;
    const row = raw.trimEnd();
    if (/^[^\s#].*:$/.test(row)) {
      close();
      head = row.slice(0, -1);
      headLine = line;
    }
    const field = /^ {2}(version|resolved) "?([^"]*)"?$/.exec(row);
    if (field?.[1] === "version") version = field[2] ?? "";
    if (field?.[1] === "resolved") resolved = field[2] ?? "";
  }
  close();
  return { format: "yarn-lock v1", ecosystem: "npm", copies };
}

function classicCopy(head: string, version: string, resolved: string, line: number): ResolvedCopy {
  const patterns = head.split(", ").map((text) => text.replace(/^"|"$/g, ""));
  const [first = ""] = patterns;
  const { name, range } = splitPattern(first);
  const path = patterns.join(", ");
  if (/^(git|file:|link:|https?:.*\.git)/.test(range) || resolved.startsWith("git")) {
    return unreleased(name, path, line, `comes from ${range}, not from a registry`);
  }
  const alias = range.startsWith("npm:") ? splitPattern(range.slice("npm:".length)).name : name;
  return released(alias, version, path, line);
}

async function readBerry(path: string, text: string): Promise<Lock> {
  const format = Number(/^ {2}version: (\d+)/m.exec(text)?.[1] ?? "0");
  if (format > newestBerry) {
    const found = `its format is version ${format}, and what is known here ends with ${newestBerry}`;
    throw new LockUnreadableError(path, found, "write it with a release of yarn that uses that");
  }
  const { parseSyml } = await import("@yarnpkg/parsers");
  const lines = headLines(text);
  const copies: ResolvedCopy[] = [];
  for (const [key, value] of Object.entries<unknown>(parseSyml(text))) {
    if (key === "__metadata") continue;
    const entry = tableOf(value);
    const line = lines.get(key) ?? 1;
    const { name, range } = splitPattern(textOf(entry["resolution"]) ?? key);
    const version = textOf(entry["version"]);
    // A patched package is the release it patches, with the patch on top: whether that is the fix, no lock tells.
    if (!range.startsWith("npm:")) copies.push(unreleased(name, key, line, `comes from ${range}, not from a registry`));
    else if (version === null) copies.push(unreleased(name, key, line, "the entry has no version"));
    else copies.push(released(name, version, key, line));
  }
  return { format: "yarn-lock berry", ecosystem: "npm", copies };
}

/** `@scope/name@range` in two. */
function splitPattern(pattern: string): { name: string; range: string } {
  const at = pattern.indexOf("@", 1);
  return at < 0 ? { name: pattern, range: "" } : { name: pattern.slice(0, at), range: pattern.slice(at + 1) };
}

function headLines(text: string): Map<string, number> {
  const lines = new Map<string, number>();
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    const head = /^"?([^\s#"].*?)"?:\s*$/.exec(row);
    if (head?.[1] !== undefined) lines.set(head[1], line);
  }
  return lines;
}
