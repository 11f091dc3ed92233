/**
 * The packages that a commit changes: for each changed file the nearest manifest above it, as both were at that commit.
 *
 * @module
 */
import { parse } from "smol-toml";
import { runGit } from "./git.ts";
import type { History } from "./load.ts";

/** A package of the repository. */
export interface FoundPackage {
  /** Its name in the registry; null where there is no manifest with a name that is published. */
  readonly name: string | null;
  readonly dir: string;
  readonly pinnedBy: readonly string[];
}

interface Manifest {
  readonly dir: string;
  readonly name: string;
  readonly isPublished: boolean;
  readonly text: string;
}

const manifestName = /(?:^|\/)(?:package\.json|pyproject\.toml|Cargo\.toml)$/;
const elsewhere = /(?:^|\/)(?:node_modules|vendor|fixtures?)\//;
const beside = /^(?:\.|docs?\/)|(?:^|\/)(?:tests?|__tests__|examples?)\/|\.md$/;
/** A repository with more is read only near the change. */
const mostManifests = 300;

/**
 * Finds the packages of a commit.
 *
 * **Cancellation:** an aborted signal ends git and rejects with its reason.
 */
export async function findPackages(history: History, commit: number, signal?: AbortSignal): Promise<FoundPackage[]> {
  const { dir, commits, graph } = history;
  const hash = commits[commit]?.hash ?? "";
  const parent = commits[graph.parentsOf(commit)[0] ?? -1]?.hash;
  const span = parent === undefined ? ["--root", "--no-commit-id", hash] : [parent, hash];
  const options = { cwd: dir, signal };
  const changed = list(await runGit(["diff-tree", "-r", "--name-only", "--no-renames", "-z", ...span, "--"], options));
  const files = list(await runGit(["ls-tree", "-r", "--name-only", "--full-tree", "-z", hash], options));
  const paths = files.filter((path) => manifestName.test(path) && !elsewhere.test(path)).slice(0, mostManifests);
  const manifests: Manifest[] = [];
  for (const path of paths) {
    const manifest = readManifest(path, await runGit(["cat-file", "blob", `${hash}:${path}`], options));
    if (manifest !== null) manifests.push(manifest);
  }
  const telling = changed.filter((path) => !beside.test(path));
  const found = new Map<string, FoundPackage>();
  for (const path of telling.length > 0 ? telling : changed) {
    const nearest = manifests
      .filter((manifest) => manifest.isPublished && (manifest.dir === "" || path.startsWith(`${manifest.dir}/`)))
      .toSorted((one, other) => other.dir.length - one.dir.length)[0];
    if (nearest === undefined) continue;
    const pinnedBy = manifests
      .filter((other) => other.isPublished && pins(other.text, nearest.name))
      .map(({ name }) => name);
    found.set(nearest.name, { name: nearest.name, dir: nearest.dir, pinnedBy });
  }
  return found.size > 0 ? [...found.values()] : [{ name: null, dir: "", pinnedBy: [] }];
}

/** A broken manifest in one commit is no reason to give no answer: it has no name. */
function readManifest(path: string, text: string): Manifest | null {
  const dir = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  let read: Record<string, unknown>;
  try {
    read = (path.endsWith(".json") ? JSON.parse(text.replace(/^\uFEFF/, "")) : parse(text)) as Record<string, unknown>;
  } catch {
    return null;
  }
  const tool = read["tool"] as { readonly poetry?: { readonly name?: unknown } } | undefined;
  const table: { readonly name?: unknown } | undefined = read["project"] ?? read["package"] ?? tool?.poetry;
  const name = path.endsWith(".json") ? read["name"] : table?.name;
  return typeof name === "string" ? { dir, name, isPublished: read["private"] !== true, text } : null;
}

function pins(text: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  const python = String.raw`["']${escaped}(?:\[[^\]]*\])?\s*==`;
  const others = String.raw`"?${escaped}"?\s*[:=]\s*"(?:workspace:\*|workspace:\d|=?\s*\d+\.\d+\.\d+[^" ]*")`;
  return new RegExp(python).test(text) || (text.trimStart().startsWith("{") && new RegExp(others).test(text));
}

function list(output: string): string[] {
  return output.split("\0").filter((path) => path !== "");
}
