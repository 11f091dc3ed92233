/**
 * The lock files that are TOML: uv.lock, poetry.lock, pdm.lock and pylock.toml.
 *
 * @module
 */
import { parse } from "smol-toml";
import { LockUnreadableError } from "../project-errors.ts";
import { type Lock, released, type ResolvedCopy, tableOf, textOf, unreleased } from "./lock.ts";

/** The formats that are tables of packages. */
export type TomlLockFormat = "uv-lock" | "poetry-lock" | "pdm-lock" | "pylock";

/**
 * Reads every copy; a package that was resolved apart for several environments has one entry each.
 *
 * @throws LockUnreadableError for a format that is newer than this reader
 */
export function readTomlLock(format: TomlLockFormat, path: string, text: string): Lock {
  const root = tableOf(parse(text.replace(/^\uFEFF/, "")));
  expectKnown(format, path, root);
  const table = format === "pylock" ? "packages" : "package";
  const lines = packageLines(text, table);
  const entries = Array.isArray(root[table]) ? root[table].map(tableOf) : [];
  const copies = entries.map((entry, index): ResolvedCopy => {
    const name = textOf(entry["name"]) ?? "";
    const version = textOf(entry["version"]);
    const line = lines[index] ?? 1;
    const markers = entry["resolution-markers"] ?? entry["markers"] ?? entry["marker"];
    const condition = Array.isArray(markers) ? markers.join(" or ") : textOf(markers);
    const place = condition === null ? name : `${name} (${condition})`;
    const source = sourceOf(tableOf(entry["source"])) ?? directSourceOf(format, entry);
    if (source !== null) return unreleased(name, place, line, source);
    if (version === null) return unreleased(name, place, line, "the entry has no version");
    return released(name, version, place, line);
  });
  return { format, ecosystem: "pypi", copies };
}

/** The major versions of each format that are known. */
const known: Readonly<Record<TomlLockFormat, readonly string[]>> = {
  "uv-lock": ["1"],
  "poetry-lock": ["1", "2"],
  "pdm-lock": ["4"],
  pylock: ["1"],
};

/** A lock without a version is older than the field; a newer one may keep its packages elsewhere. */
function expectKnown(format: TomlLockFormat, path: string, root: Readonly<Record<string, unknown>>): void {
  const metadata = tableOf(root["metadata"]);
  const version =
    format === "uv-lock"
      ? root["version"]
      : (root["lock-version"] ?? metadata["lock-version"] ?? metadata["lock_version"]);
  const major = /^\d+/.exec(
    typeof version === "number" || typeof version === "bigint" ? `${version}` : (textOf(version) ?? ""),
  );
  if (major === null || known[format].includes(major[0])) return;
  const found = `its format is version ${major.input}, and what is known here is ${known[format].join(" and ")}`;
  throw new LockUnreadableError(path, found, "write it with a release of the package manager that uses that");
}

/** pdm and pylock name what is no registry beside the version. */
function directSourceOf(format: TomlLockFormat, entry: Readonly<Record<string, unknown>>): string | null {
  if (format !== "pdm-lock" && format !== "pylock") return null;
  const key = ["git", "vcs", "directory", "archive", "path", "url"].find((name) => entry[name] !== undefined);
  if (key === undefined) return null;
  const where = textOf(entry[key]) ?? textOf(tableOf(entry[key])["url"]) ?? textOf(tableOf(entry[key])["path"]);
  return `comes from ${key} ${where ?? ""}, not from a registry`;
}

/** What a source is, unless it is a registry. uv names its kind by the key, poetry by `type`. */
function sourceOf(source: Readonly<Record<string, unknown>>): string | null {
  const type = textOf(source["type"]);
  if (type !== null) return type === "legacy" ? null : `comes from ${type} ${textOf(source["url"]) ?? ""}`.trim();
  const [first] = Object.entries(source);
  if (first === undefined || first[0] === "registry") return null;
  return `comes from ${first[0]} ${textOf(first[1]) ?? ""}, not from a registry`;
}

function packageLines(text: string, table: string): number[] {
  const lines: number[] = [];
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    if (row.trimStart().startsWith("[[") && /^\s*\[\[\s*(\w+)\s*\]\]/.exec(row)?.[1] === table) lines.push(line);
  }
  return lines;
}
