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

const manifestName = /(?:^|\/)(?:package\.json|pyproject\.toml|Cargo\.toml|go\.mod)$/;
const elsewhere = /(?:^|\/)(?:node_modules|vendor|fixtures?)\//;
const beside = /^(?:\.|docs?\/)|(?:^|\/)(?:tests?|__tests__|examples?)\/|\.md$/;
/** A repository with more is read only near the change. */
const mostManifests = 300;

/** The packages that commits change, kept by commit. */
export class PackageReader {
  readonly #history: History;
  readonly #found = new Map<number, readonly FoundPackage[]>();
  /** By the hash of the file's content and its path. */
  readonly #manifests = new Map<string, Manifest | null>();

  constructor(history: History) {
    this.#history = history;
  }

  /** The packages of a commit that has been read. */
  get(commit: number): readonly FoundPackage[] {
    return this.#found.get(commit) ?? nameless;
  }

  /**
   * Reads those that have not been read, in a few git processes for however many.
   *
   * **Cancellation:** an aborted signal ends git and rejects with its reason.
   */
  async read(commits: Iterable<number>, signal?: AbortSignal): Promise<void> {
    const missing = [...new Set(commits)].filter((commit) => !this.#found.has(commit));
    if (missing.length === 0) return;
    const failed = new AbortController();
    const ending = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    const { head } = this.#history;
    const reading = Promise.all([
      this.#changed(missing, ending),
      this.#files(new Set([...missing, ...(head === null ? [] : [head])]), ending),
    ]);
    try {
      const [changed, files] = await reading;
      await this.#readManifests(
        [...files.values()].flatMap((list) => [...list]),
        signal,
      );
      const manifestsOf = (commit: number): Manifest[] =>
        [...(files.get(commit) ?? [])].flatMap(([path, id]) => this.#manifests.get(keyOf(path, id)) ?? []);
      const today = head === null ? [] : manifestsOf(head);
      for (const commit of missing) {
        this.#found.set(commit, packagesOf(changed.get(commit) ?? [], manifestsOf(commit), today));
      }
    } catch (error) {
      failed.abort(error);
      await reading.catch(() => undefined);
      throw error;
    }
  }

  /** The paths that each commit changes, against its first parent. */
  async #changed(commits: readonly number[], signal: AbortSignal): Promise<Map<number, string[]>> {
    const input = commits.map((commit) => [commit, ...this.#history.graph.parentsOf(commit).slice(0, 1)]);
    const rows = await this.#diff(input, [], signal);
    return new Map([...rows].map(([commit, files]) => [commit, files.map(({ path }) => path)]));
  }

  /** The manifests that each commit has: all of the first, and of each other what differs from the one before. */
  async #files(commits: ReadonlySet<number>, signal: AbortSignal): Promise<Map<number, ReadonlyMap<string, string>>> {
    // Neighbours in history differ least.
    const ordered = [...commits].toSorted((one, other) => one - other);
    const { dir, commits: all } = this.#history;
    const [first = 0] = ordered;
    const [tree, rows] = await Promise.all([
      runGit(["ls-tree", "-r", "--full-tree", "-z", all[first]?.hash ?? ""], { cwd: dir, signal }),
      this.#diff(
        ordered.slice(1).map((commit, at) => [commit, ordered[at] ?? 0]),
        ["*package.json", "*pyproject.toml", "*Cargo.toml", "*go.mod"],
        signal,
      ),
    ]);
    let files = new Map<string, string>();
    for (const row of split(tree)) {
      const [about = "", path = ""] = row.split("\t");
      if (isManifest(path) && files.size < mostManifests) files.set(path, about.split(" ")[2] ?? "");
    }
    const found = new Map([[first, files]]);
    for (const commit of ordered.slice(1)) {
      const changes = (rows.get(commit) ?? []).filter(({ path }) => isManifest(path));
      if (changes.length > 0) files = new Map(files);
      for (const { path, id } of changes) {
        if (id === null) files.delete(path);
        else if (files.has(path) || files.size < mostManifests) files.set(path, id);
      }
      found.set(commit, files);
    }
    return found;
  }

  /** What differs between pairs of commits, by the first of each; a commit alone is compared with nothing. */
  async #diff(
    pairs: readonly (readonly number[])[],
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<number, { readonly path: string; readonly id: string | null }[]>> {
    const { dir, commits, numbers } = this.#history;
    const found = new Map<number, { readonly path: string; readonly id: string | null }[]>();
    if (pairs.length === 0) return found;
    const input = pairs.map((pair) => `${pair.map((commit) => commits[commit]?.hash).join(" ")}\n`).join("");
    const flags = ["--stdin", "-r", "--root", "--raw", "--no-renames", "--no-abbrev", "-z"];
    const pieces = split(await runGit(["diff-tree", ...flags, "--", ...paths], { cwd: dir, signal, input }));
    let list: { readonly path: string; readonly id: string | null }[] = [];
    for (let at = 0; at < pieces.length; at++) {
      const piece = pieces[at] ?? "";
      if (piece.startsWith(":")) {
        const [, mode, , id = ""] = piece.split(" ");
        list.push({ path: pieces[++at] ?? "", id: mode === "000000" ? null : id });
      } else {
        list = [];
        found.set(numbers.get(piece.trim()) ?? -1, list);
      }
    }
    return found;
  }

  async #readManifests(files: readonly (readonly [path: string, id: string])[], signal?: AbortSignal): Promise<void> {
    const { dir, blobs } = this.#history;
    const wanted = files.filter(([path, id]) => !this.#manifests.has(keyOf(path, id)));
    const ids = [...new Set(wanted.map(([, id]) => id))];
    if (ids.length === 0 || (await blobs?.ensure(ids, signal)) === false) return;
    const texts = await readBlobs(dir, ids, signal);
    for (const [path, id] of wanted) this.#manifests.set(keyOf(path, id), readManifest(path, texts.get(id) ?? ""));
  }
}

const nameless: readonly FoundPackage[] = [{ name: null, dir: "", pinnedBy: [] }];

/** @param today the manifests of HEAD: a package that was renamed since is released under its new name too */
function packagesOf(
  changed: readonly string[],
  manifests: readonly Manifest[],
  today: readonly Manifest[],
): readonly FoundPackage[] {
  const telling = changed.filter((path) => !beside.test(path));
  const found = new Map<string, FoundPackage>();
  const add = ({ name, dir }: Manifest, all: readonly Manifest[]): void => {
    const pinning = all.filter((other) => other.isPublished && pins(other.text, name));
    found.set(name, { name, dir, pinnedBy: pinning.map((other) => other.name) });
  };
  for (const path of telling.length > 0 ? telling : changed) {
    const nearest = manifests
      .filter((manifest) => manifest.isPublished && (manifest.dir === "" || path.startsWith(`${manifest.dir}/`)))
      .toSorted((one, other) => other.dir.length - one.dir.length)[0];
    if (nearest === undefined || found.has(nearest.name)) continue;
    add(nearest, manifests);
    const renamed = today.find(({ dir, isPublished }) => dir === nearest.dir && isPublished);
    if (renamed === undefined || manifests.some(({ name }) => name === renamed.name)) continue;
    if (!today.some(({ name }) => name === nearest.name)) add(renamed, today);
  }
  return found.size > 0 ? [...found.values()] : nameless;
}

/** The contents of files by their hash, from one git process. */
async function readBlobs(dir: string, ids: readonly string[], signal?: AbortSignal): Promise<Map<string, string>> {
  const pieces: Buffer[] = [];
  const input = ids.map((id) => `${id}\n`).join("");
  await runGit(["cat-file", "--batch"], { cwd: dir, signal, input, onBytes: (bytes) => pieces.push(bytes) });
  const output = Buffer.concat(pieces);
  const texts = new Map<string, string>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf("\n", at);
    const [id = "", kind, size] = output.toString("latin1", at, end).split(" ");
    at = end + 1;
    if (kind !== "blob") continue;
    texts.set(id, output.toString("utf8", at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}

function keyOf(path: string, id: string): string {
  return `${id} ${path}`;
}

function isManifest(path: string): boolean {
  return manifestName.test(path) && !elsewhere.test(path);
}

/** A broken manifest in one commit is no reason to give no answer: it has no name. */
function readManifest(path: string, text: string): Manifest | null {
  const dir = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  if (path.endsWith("go.mod")) {
    const name = /^module\s+(\S+)/m.exec(text)?.[1];
    return name === undefined ? null : { dir, name, isPublished: true, text };
  }
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

function split(output: string): string[] {
  return output.split("\0").filter((path) => path !== "");
}
