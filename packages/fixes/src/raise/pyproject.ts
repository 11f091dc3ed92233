/**
 * The requirements of a pyproject.toml: the standard tables, uv's, and poetry's.
 *
 * @module
 */
import { type AST, getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { parseRequirement } from "../locks/requirements.ts";
import { ManifestUnreadableError } from "../project-errors.ts";
import type { Requirement } from "./requirement.ts";

const arrays =
  /^(?:project\.dependencies|project\.optional-dependencies\.[^.]+|dependency-groups\.[^.]+|tool\.uv\.dev-dependencies)$/;
const poetryTables =
  /^tool\.poetry\.(?:dependencies|dev-dependencies|group\.[^.]+\.dependencies)\.([^.]+)(?:\.version)?$/;

/** What a pyproject.toml states. */
export interface Pyproject {
  readonly requirements: readonly Requirement[];
  /** True where the dependencies are computed at build time and stand elsewhere. */
  readonly isDynamic: boolean;
}

/** Every requirement of the file. @throws ManifestUnreadableError */
export function readPyproject(path: string, text: string): Pyproject {
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text.slice(start));
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new ManifestUnreadableError(path, `it is no TOML (${found})`, { cause: error });
  }
  const leaves: Leaf[] = [];
  for (const node of program.body[0].body) {
    if (node.type === "TOMLKeyValue") collect(node, [], leaves);
    else for (const pair of node.body) collect(pair, node.resolvedKey.map(String), leaves);
  }
  const sources = new Set(
    leaves.flatMap(({ keys }) =>
      keys[1] === "uv" && keys[2] === "sources" && keys[3] !== undefined ? [normal(keys[3])] : [],
    ),
  );
  const requirements = leaves.flatMap((leaf) => {
    const found = requirementOf(leaf, text, start);
    if (found === null) return [];
    const obstacle = sources.has(normal(found.package))
      ? "tool.uv.sources says where it comes from; bring the fix in there"
      : found.obstacle;
    return [{ ...found, obstacle }];
  });
  const isDynamic = leaves.some(
    ({ keys, node }) => keys.join(".") === "project.dynamic" && stringOf(node) === "dependencies",
  );
  return { requirements, isDynamic };
}

interface Leaf {
  readonly keys: readonly string[];
  readonly node: AST.TOMLContentNode;
}

function collect(pair: AST.TOMLKeyValue, parents: readonly string[], leaves: Leaf[]): void {
  const keys = [...parents, ...getStaticTOMLValue(pair.key)];
  const visit = (node: AST.TOMLContentNode): void => {
    if (node.type === "TOMLInlineTable") for (const inner of node.body) collect(inner, keys, leaves);
    else if (node.type === "TOMLArray") for (const element of node.elements) visit(element);
    else leaves.push({ keys, node });
  };
  visit(pair.value);
}

function requirementOf({ keys, node }: Leaf, text: string, start: number): Requirement | null {
  const value = stringOf(node);
  if (value === null) return null;
  const place = keys.join(".");
  const inner = node.range[0] + start + 1;
  const isPlain = text.slice(inner, node.range[1] + start - 1) === value;
  const escapes = isPlain ? null : "it is written with escapes or over several lines; write it plainly first";
  if (arrays.test(place)) {
    const found = parseRequirement(value, 0, 1);
    if (found === null) return null;
    const url = found.url === null ? null : "it comes from a URL; name a commit or a release that has the fix";
    const { name, spec, specOffset } = found;
    return {
      package: name,
      table: place,
      range: spec,
      offset: inner + specOffset,
      dialect: "pep440",
      obstacle: url ?? escapes,
    };
  }
  const name = poetryTables.exec(place)?.[1];
  if (name === undefined || name === "python") return null;
  return {
    package: name,
    table: keys.slice(0, keys.lastIndexOf(name)).join("."),
    range: value,
    offset: inner,
    dialect: "poetry",
    obstacle: escapes,
  };
}

function stringOf(node: AST.TOMLContentNode): string | null {
  return node.type === "TOMLValue" && node.kind === "string" ? node.value : null;
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}
