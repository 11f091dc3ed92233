/**
 * The requirements of a package.json.
 *
 * @module
 */
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { ManifestUnreadableError } from "../project-errors.ts";
import type { Requirement } from "./requirement.ts";

const tables = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
const overriding = [["overrides"], ["resolutions"], ["pnpm", "overrides"]];

/** Every requirement of the four tables, those under another name (`npm:`) too. @throws ManifestUnreadableError */
export function packageJsonRequirements(path: string, text: string): Requirement[] {
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  const errors: ParseError[] = [];
  const root = parseTree(text.slice(start), errors, { disallowComments: true });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    const found = error === undefined ? "it is empty" : printParseErrorCode(error.error);
    throw new ManifestUnreadableError(path, `it is no JSON (${found})`);
  }
  const overridden = overriding.flatMap((place) => entriesOf(root, place).map(({ key }) => key));
  return tables.flatMap((table) =>
    entriesOf(root, [table]).map(({ key, value }): Requirement => {
      const range = typeof value.value === "string" ? value.value : "";
      const alias = /^npm:(.+)@([^@]*)$/.exec(range);
      const name = alias?.[1] ?? key;
      const isEscaped = text.slice(start + value.offset + 1, start + value.offset + value.length - 1) !== range;
      const isOverridden = overridden.some(
        (other) => other === name || other.startsWith(`${name}@`) || other.endsWith(`/${name}`),
      );
      const obstacle = isOverridden
        ? "overrides or resolutions decide its version; raise it there"
        : isEscaped
          ? "it is written with escapes; write it plainly first"
          : obstacleOf(range);
      return { package: name, table, range, offset: start + value.offset + 1, dialect: "npm", obstacle };
    }),
  );
}

function obstacleOf(range: string): string | null {
  if (range.startsWith("workspace:")) return "it is a package of this workspace; raise it where that package is";
  if (range.startsWith("catalog:")) return "a catalog decides its version; raise it in the workspace's catalog";
  if (range.startsWith("npm:")) return "it is installed under another name; raise the version after the last @ by hand";
  if (/^(?:file|link|portal|patch):/.test(range)) return "it comes from a directory or a patch; bring the fix in there";
  if (/^[a-z+]+:|^[\w.-]+\/[\w.-]+(?:#|$)/i.test(range)) {
    return "it comes from a repository or a URL; name a commit or a release that has the fix";
  }
  if (/^[a-z]/i.test(range) && !/^(?:v\d|x$|X$)/.test(range)) {
    return `${range} is a tag of the registry, not a range; name a range with a lower bound`;
  }
  return null;
}

function entriesOf(root: Node, place: string[]): { readonly key: string; readonly value: Node }[] {
  return (findNodeAtLocation(root, place)?.children ?? []).flatMap(({ children = [] }) => {
    const [key, value] = children;
    return key === undefined || value === undefined ? [] : [{ key: String(key.value), value }];
  });
}
