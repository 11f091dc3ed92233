/**
 * The requirements of a package.json.
 *
 * @module
 */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { ManifestUnreadableError } from "../project-errors.ts";
import type { Requirement } from "./requirement.ts";

const tables: readonly (readonly string[])[] = [
  ["dependencies"],
  ["devDependencies"],
  ["optionalDependencies"],
  ["peerDependencies"],
  // bun keeps its catalogs here.
  ["catalog"],
  ["workspaces", "catalog"],
];
const catalogGroups: readonly (readonly string[])[] = [["catalogs"], ["workspaces", "catalogs"]];
const overriding: readonly (readonly string[])[] = [["overrides"], ["resolutions"], ["pnpm", "overrides"]];

/**
 * Every requirement of the tables, those under another name (`npm:`) too, and the overrides and resolutions.
 *
 * @throws ManifestUnreadableError
 */
export function packageJsonRequirements(path: string, text: string): Requirement[] {
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  const errors: ParseError[] = [];
  const root = parseTree(text.slice(start), errors, { disallowComments: true });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    const found = error === undefined ? "it is empty" : printParseErrorCode(error.error);
    throw new ManifestUnreadableError(path, `it is no JSON (${found})`);
  }
  const groups = catalogGroups.flatMap((place) => entriesOf(root, place).map(({ key }) => [...place, key]));
  const stated = [...tables, ...groups].flatMap((place) =>
    entriesOf(root, place).map(({ key, value }) => ({ name: key, table: place.join("."), value })),
  );
  const overridden = overriding.flatMap((place) => overridesOf(root, place));
  return [...stated, ...overridden].map(({ name, table, value }): Requirement => {
    const range = typeof value.value === "string" ? value.value : "";
    const inner = start + value.offset + 1;
    const isEscaped = text.slice(inner, inner + value.length - 2) !== range;
    return {
      package: /^npm:(.+)@([^@]*)$/.exec(range)?.[1] ?? name,
      table,
      range,
      offset: inner,
      dialect: "npm",
      obstacle: isEscaped ? "it is written with escapes; write it plainly first" : npmObstacleOf(range),
    };
  });
}

/** Why a range of npm's kind cannot be raised where it stands, with what to do; null where it can. */
export function npmObstacleOf(range: string): string | null {
  if (range.startsWith("workspace:")) return "it is a package of this workspace; raise it where that package is";
  if (range.startsWith("catalog:")) return "a catalog decides its version; raise it in the workspace's catalog";
  if (range.startsWith("npm:")) return "it is installed under another name; raise the version after the last @ by hand";
  if (range.startsWith("$")) return `${range} takes the version of the direct dependency; raise that`;
  if (/^(?:file|link|portal|patch):/.test(range)) return "it comes from a directory or a patch; bring the fix in there";
  if (/^[a-z+]+:|^[\w.-]+\/[\w.-]+(?:#|$)/i.test(range)) {
    return "it comes from a repository or a URL; name a commit or a release that has the fix";
  }
  if (/^[a-z]/i.test(range) && !/^(?:v\d|x$|X$)/.test(range)) {
    return `${range} is a tag of the registry, not a range; name a range with a lower bound`;
  }
  return null;
}

/** The package of an override's key: `a`, `a@^1`, `parent>a`, `parent@1>a@^1`, `**\/a`, `parent/@scope/a`. */
export function overriddenName(key: string): string {
  const last =
    key
      .split(/>(?=\s*[@a-z])/i)
      .at(-1)
      ?.trim() ?? "";
  const at = last.indexOf("@", last.lastIndexOf("/") + 1);
  const bare = at > 0 && last[at - 1] !== "/" ? last.slice(0, at) : last;
  return /(?:^|\/)(@[^/@]+\/[^/]+)$/.exec(bare)?.[1] ?? bare.split("/").at(-1) ?? bare;
}

interface Entry {
  readonly name: string;
  readonly table: string;
  readonly value: Node;
}

/** npm nests overrides: an object holds those of the dependencies below a package, and under "." its own. */
function overridesOf(root: Node, place: readonly string[]): Entry[] {
  const table = place.join(".");
  return entriesOf(root, place).flatMap(({ key, value }) => {
    if (value.type !== "object") return [{ name: overriddenName(key), table, value }];
    return overridesOf(root, [...place, key]).map((entry) =>
      entry.name === "." ? { ...entry, name: overriddenName(key) } : entry,
    );
  });
}

function entriesOf(root: Node, place: readonly string[]): { readonly key: string; readonly value: Node }[] {
  const table = findNodeAtLocation(root, [...place]);
  if (table?.type !== "object") return [];
  return (table.children ?? []).flatMap(({ children = [] }) => {
    const [key, value] = children;
    return key === undefined || value === undefined ? [] : [{ key: String(key.value), value }];
  });
}
