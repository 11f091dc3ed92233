/**
 * The files of a project that say which versions it asks for and which it has, its workspace's members included.
 *
 * @module
 */
import { glob, readdir, readFile } from "node:fs/promises";
import { basename, isAbsolute, join, matchesGlob, relative, resolve } from "node:path";
import { type Ecosystem, tableOf, textOf } from "./locks/lock.ts";
import { isLockPath, isRequirementsPath } from "./locks/read-lock.ts";

/** A project, as its files lie. Every path begins with the directory that was asked about. */
export interface Project {
  /** The directory that has the lock files: the one asked about, or the root of the workspace that it is a member of. */
  readonly root: string;
  /** Lock files, and requirements files beside them. */
  readonly locks: readonly string[];
  /** What states requirements: manifests, those of members too, and catalogs. */
  readonly manifests: readonly string[];
  /** What a reader should know of how the files were found. */
  readonly notes: readonly string[];
}

const catalogNames: readonly string[] = ["pnpm-workspace.yaml", ".yarnrc.yml"];

/**
 * Finds a project's files. A directory without a lock file that a workspace above it names as its member belongs to
 * that workspace, whose lock is then the project's; the search ends where a repository begins.
 *
 * **Cancellation:** none; it lists directories.
 *
 * @throws RangeError when there is no such directory.
 */
export async function findProject(dir: string): Promise<Project> {
  const names = await namesIn(dir);
  if (names === null) {
    throw new RangeError(`looking at the project in ${dir}: there is no such directory; name one that has a manifest`);
  }
  const above = names.some(isLock) ? null : await workspaceAbove(dir);
  const root = above ?? dir;
  const members = await membersOf(root);
  const notes: string[] = [];
  if (above !== null) {
    notes.push(`${dir} is a member of the workspace in ${root}: its lock file and all of its members are looked at`);
  }
  const rootNames = above === null ? names : ((await namesIn(root)) ?? []);
  const locks = rootNames.filter(isLockPath);
  // The text form is what bun reads where both are there.
  const wanted = locks.includes("bun.lock") ? locks.filter((name) => name !== "bun.lockb") : locks;
  const manifests = rootNames.filter((name) => isManifest(name) || catalogNames.includes(name));
  const own = manifests.map((name) => join(root, name));
  const others = await Promise.all(
    members.map(async (member) => {
      const found = (await namesIn(join(root, member))) ?? [];
      return found.filter(isManifest).map((name) => join(root, member, name));
    }),
  );
  return { root, locks: wanted.map((name) => join(root, name)), manifests: [...own, ...others.flat()], notes };
}

/** Whether a file of this name has catalogs: versions that the members of a workspace share. */
export function isCatalog(path: string): boolean {
  return catalogNames.includes(basename(path));
}

/** Whose packages a lock file or manifest is about, by its name. */
export function ecosystemOf(path: string): Ecosystem {
  return /(?:\.json|\.ya?ml|yarn\.lock|bun\.lockb?)$/.test(path) ? "npm" : "pypi";
}

/** Whether a file of this name states requirements. */
function isManifest(name: string): boolean {
  return name === "package.json" || name === "pyproject.toml" || isRequirementsPath(name);
}

function isLock(name: string): boolean {
  return isLockPath(name) && !isRequirementsPath(name);
}

/** Sorted; null where there is no such directory. */
async function namesIn(dir: string): Promise<string[] | null> {
  try {
    return (await readdir(dir)).toSorted();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
    throw error;
  }
}

/** The nearest directory above that has a lock file and names this one as a member; null where there is none. */
async function workspaceAbove(dir: string): Promise<string | null> {
  let root = dir;
  while ((await namesIn(root))?.includes(".git") === false) {
    const above = join(root, "..");
    if (resolve(above) === resolve(root)) return null;
    root = above;
    const names = (await namesIn(root)) ?? [];
    if (!names.some(isLock)) continue;
    const wanted = relative(resolve(root), resolve(dir)).replaceAll("\\", "/");
    const { include, exclude } = await memberPatterns(root);
    const isNamed = include.some((pattern) => matchesGlob(wanted, pattern));
    if (isNamed && !exclude.some((pattern) => matchesGlob(wanted, pattern))) return root;
  }
  return null;
}

/** The directories of a workspace's members, as paths from its root. */
async function membersOf(root: string): Promise<string[]> {
  const { include, exclude } = await memberPatterns(root);
  const isLeftOut = (path: string): boolean => /(?:^|[\\/])(?:node_modules|\.git|\.venv)$/.test(path);
  const found = new Set<string>();
  // A pattern that leads out of the root would make the files of others this project's.
  for (const pattern of include.filter((text) => !isAbsolute(text) && !text.split("/").includes(".."))) {
    for await (const path of glob(pattern, { cwd: root, exclude: isLeftOut })) {
      const member = path.replaceAll("\\", "/");
      if (member !== "." && !exclude.some((other) => matchesGlob(member, other))) {
        found.add(member);
      }
    }
  }
  return [...found].toSorted();
}

interface Patterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What names the members: npm's, yarn's and bun's `workspaces`, pnpm's `packages`, uv's `members`. */
async function memberPatterns(root: string): Promise<Patterns> {
  const names = (await namesIn(root)) ?? [];
  const patterns: string[] = [];
  if (names.includes("package.json")) {
    const workspaces = (await parsed(join(root, "package.json"), (text) => JSON.parse(text) as unknown))["workspaces"];
    patterns.push(...textsOf(Array.isArray(workspaces) ? workspaces : tableOf(workspaces)["packages"]));
  }
  if (names.includes("pnpm-workspace.yaml")) {
    const { JSON_SCHEMA, load } = await import("js-yaml");
    const file = await parsed(join(root, "pnpm-workspace.yaml"), (text) => load(text, { schema: JSON_SCHEMA }));
    patterns.push(...textsOf(file["packages"]));
  }
  if (names.includes("uv.lock") && names.includes("pyproject.toml")) {
    const { parse } = await import("smol-toml");
    const tool = tableOf((await parsed(join(root, "pyproject.toml"), parse))["tool"]);
    const workspace = tableOf(tableOf(tool["uv"])["workspace"]);
    patterns.push(...textsOf(workspace["members"]));
    patterns.push(...textsOf(workspace["exclude"]).map((text) => `!${text}`));
  }
  const tidy = patterns.map((text) => text.replace(/^(!?)\.\//, "$1").replace(/\/+$/, ""));
  return {
    include: tidy.filter((text) => !text.startsWith("!") && text !== "" && text !== "."),
    exclude: tidy.filter((text) => text.startsWith("!")).map((text) => text.slice(1)),
  };
}

/** A file as a table; an empty one where it is malformed, which whoever reads its requirements reports. */
async function parsed(path: string, parse: (text: string) => unknown): Promise<Readonly<Record<string, unknown>>> {
  try {
    return tableOf(parse((await readFile(path, "utf8")).replace(/^\uFEFF/, "")));
  } catch {
    return {};
  }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf).filter((text) => text !== null) : [];
}
