/**
 * uv.lock and poetry.lock.
 *
 * @module
 */
import { parse } from "smol-toml";
import { type Lock, released, type ResolvedCopy, tableOf, textOf, unreleased } from "./lock.ts";

/** Reads every copy; a package that was resolved apart for several environments has one entry each. */
export function readTomlLock(format: "uv-lock" | "poetry-lock", text: string): Lock {
  const root = tableOf(parse(text.replace(/^\uFEFF/, "")));
  const lines = packageLines(text);
  const entries = Array.isArray(root["package"]) ? root["package"].map(tableOf) : [];
  const copies = entries.map((entry, index): ResolvedCopy => {
    const name = textOf(entry["name"]) ?? "";
    const version = textOf(entry["version"]);
    const line = lines[index] ?? 1;
    const markers = entry["resolution-markers"] ?? entry["markers"];
    const condition = Array.isArray(markers) ? markers.join(" or ") : textOf(markers);
    const path = condition === null ? name : `${name} (${condition})`;
    const source = sourceOf(tableOf(entry["source"]));
    if (source !== null) return unreleased(name, path, line, source);
    if (version === null) return unreleased(name, path, line, "the entry has no version");
    return released(name, version, path, line);
  });
  return { format, ecosystem: "pypi", copies };
}

/** What a source is, unless it is a registry. uv names its kind by the key, poetry by `type`. */
function sourceOf(source: Readonly<Record<string, unknown>>): string | null {
  const type = textOf(source["type"]);
  if (type !== null) return type === "legacy" ? null : `comes from ${type} ${textOf(source["url"]) ?? ""}`.trim();
  const [first] = Object.entries(source);
  if (first === undefined || first[0] === "registry") return null;
  return `comes from ${first[0]} ${textOf(first[1]) ?? ""}, not from a registry`;
}

function packageLines(text: string): number[] {
  const lines: number[] = [];
  let line = 0;
  for (const row of text.split("\n")) {
    line++;
    if (/^\s*\[\[\s*package\s*\]\]/.test(row)) lines.push(line);
  }
  return lines;
}
