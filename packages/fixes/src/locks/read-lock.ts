/**
 * Reads a lock file by its name. Each parser is loaded when the first file of its format is read.
 *
 * @module
 */
import { LockUnreadableError } from "../project-errors.ts";
import type { Lock } from "./lock.ts";
import type { TomlLockFormat } from "./toml-lock.ts";

type Reader = (path: string, text: string) => Promise<Lock>;

const readers: Readonly<Record<string, Reader>> = {
  "package-lock.json": readNpm,
  "npm-shrinkwrap.json": readNpm,
  "pnpm-lock.yaml": async (path, text) => (await import("./pnpm-lock.ts")).readPnpmLock(path, text),
  "yarn.lock": async (path, text) => await (await import("./yarn-lock.ts")).readYarnLock(path, text),
  "bun.lock": async (path, text) => (await import("./bun-lock.ts")).readBunLock(path, text),
  "bun.lockb": async (path) => {
    throw new LockUnreadableError(
      path,
      "it is bun's old binary format",
      "write it as text with bun install --save-text-lockfile",
    );
  },
  "uv.lock": tomlReader("uv-lock"),
  "poetry.lock": tomlReader("poetry-lock"),
  "pdm.lock": tomlReader("pdm-lock"),
  "pylock.toml": tomlReader("pylock"),
};

/** The names of lock files, without those of requirements files. */
const lockNames: readonly string[] = Object.keys(readers);

/** Whether a file of this name says which versions are installed. */
export function isLockPath(path: string): boolean {
  return readerOf(path) !== undefined;
}

/** Whether a file of this name has one requirement a line: requirements-dev.txt, constraints.txt, requirements.in. */
export function isRequirementsPath(path: string): boolean {
  return /^(?:[\w.-]*[-_.])?(?:requirements|constraints)(?:[-_.][\w.-]*)?\.(?:txt|in)$/.test(baseName(path));
}

/**
 * Gives every copy of every package that a lock file resolved. The format is told by the file's name.
 *
 * **Cancellation:** none; it reads no file, and waits only for a parser to load.
 *
 * @throws LockUnreadableError when the format is not known, is binary, is newer than this reader, or is malformed.
 */
export async function readLock(path: string, text: string): Promise<Lock> {
  const reader = readerOf(path);
  if (reader === undefined) {
    throw new LockUnreadableError(path, "it is no lock file known here", `name one of ${lockNames.join(", ")}`);
  }
  try {
    return await reader(path, text);
  } catch (error) {
    if (error instanceof LockUnreadableError) throw error;
    const [found = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new LockUnreadableError(path, found, "write it anew with the package manager", { cause: error });
  }
}

function readerOf(path: string): Reader | undefined {
  const name = baseName(path);
  // A project may have several of these, each with a name of its own.
  const own = readers[/^pylock\.[^.]+\.toml$/.test(name) ? "pylock.toml" : name];
  return own ?? (isRequirementsPath(path) ? readRequirements : undefined);
}

function tomlReader(format: TomlLockFormat): Reader {
  return async (path, text) => (await import("./toml-lock.ts")).readTomlLock(format, path, text);
}

async function readNpm(path: string, text: string): Promise<Lock> {
  return (await import("./package-lock.ts")).readPackageLock(path, text);
}

async function readRequirements(_path: string, text: string): Promise<Lock> {
  return (await import("./requirements.ts")).readRequirementsLock(text);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
