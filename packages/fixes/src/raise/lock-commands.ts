/**
 * The package managers of a project, by its lock files, and the commands that bring a lock up to its manifests.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { FixAnswer } from "../answer.ts";
import type { CheckedCopy } from "../check-manifests.ts";
import { tagVersion } from "../package-version.ts";
import { isAbout } from "../package-name.ts";
import type { Ecosystem } from "../locks/lock.ts";

/** A command of a package manager, as words; it is run without a shell, in the project's root. */
export interface LockCommand {
  readonly lockFile: string;
  readonly ecosystem: Ecosystem;
  readonly argv: readonly string[];
}

interface Manager {
  readonly ecosystem: Ecosystem;
  /** Writes the lock anew, as far as the manifests ask for it. */
  readonly lock: readonly string[];
  /** Moves packages that the lock keeps at an old version which is still in range. */
  readonly update: (wanted: readonly Wanted[]) => readonly string[];
}

interface Wanted {
  readonly name: string;
  readonly version: string | null;
}

const names = (wanted: readonly Wanted[]): string[] => wanted.map(({ name }) => name);
const npmFlags = ["--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
const npm: Manager = {
  ecosystem: "npm",
  lock: ["npm", "install", ...npmFlags],
  update: (wanted) => ["npm", "update", ...names(wanted), ...npmFlags],
};
const yarn = {
  classic: {
    ecosystem: "npm",
    lock: ["yarn", "install", "--ignore-scripts"],
    update: (wanted) => ["yarn", "upgrade", ...names(wanted), "--ignore-scripts"],
  },
  berry: {
    ecosystem: "npm",
    lock: ["yarn", "install", "--mode=update-lockfile"],
    update: (wanted) => ["yarn", "up", "-R", ...names(wanted), "--mode=update-lockfile"],
  },
} satisfies Readonly<Record<string, Manager>>;
const managers: Readonly<Record<string, Manager>> = {
  "package-lock.json": npm,
  "npm-shrinkwrap.json": npm,
  "pnpm-lock.yaml": {
    ecosystem: "npm",
    lock: ["pnpm", "install", "--lockfile-only", "--ignore-scripts", "--no-frozen-lockfile"],
    // Without --no-save it would also raise the ranges, each to the newest.
    update: (wanted) => [
      "pnpm",
      "update",
      "-r",
      "--no-save",
      "--lockfile-only",
      "--depth",
      "Infinity",
      ...names(wanted),
    ],
  },
  "bun.lock": {
    ecosystem: "npm",
    lock: ["bun", "install", "--lockfile-only", "--ignore-scripts"],
    update: (wanted) => ["bun", "update", "--lockfile-only", ...names(wanted)],
  },
  "uv.lock": {
    ecosystem: "pypi",
    lock: ["uv", "lock"],
    update: (wanted) => [
      "uv",
      "lock",
      ...wanted.flatMap(({ name, version }) => ["--upgrade-package", version === null ? name : `${name}==${version}`]),
    ],
  },
  "poetry.lock": {
    ecosystem: "pypi",
    lock: ["poetry", "lock", "--no-interaction"],
    update: (wanted) => ["poetry", "update", "--lock", "--no-interaction", ...names(wanted)],
  },
  "pdm.lock": {
    ecosystem: "pypi",
    lock: ["pdm", "lock", "--update-reuse"],
    update: (wanted) => ["pdm", "update", "--no-sync", "--update-reuse", ...names(wanted)],
  },
};

/**
 * The commands that write the project's locks anew after an edit of manifests of these ecosystems.
 *
 * **Cancellation:** none; it reads the head of a file.
 */
export async function lockCommands(
  locks: readonly string[],
  ecosystems: ReadonlySet<Ecosystem>,
): Promise<LockCommand[]> {
  const found = await managersOf(locks);
  return found
    .filter(({ manager }) => ecosystems.has(manager.ecosystem))
    .map(({ lockFile, manager }) => ({ lockFile, ecosystem: manager.ecosystem, argv: manager.lock }));
}

/**
 * The commands that move the copies which lack the fix and stay where they are: what the manifests ask for lets them in.
 *
 * **Cancellation:** none; it reads the head of a file.
 */
export async function updateCommands(
  locks: readonly string[],
  copies: readonly CheckedCopy[],
  answer: FixAnswer,
): Promise<LockCommand[]> {
  const found = await managersOf(locks);
  return found.flatMap(({ lockFile, manager }) => {
    const { ecosystem, update } = manager;
    const lacking = copies.filter(({ file, state }) => file === lockFile && state === "lacks");
    const wanted = new Map(lacking.map((copy) => [copy.package, floorOf(copy, ecosystem, answer)]));
    if (wanted.size === 0) return [];
    return [{ lockFile, ecosystem, argv: update([...wanted].map(([name, version]) => ({ name, version }))) }];
  });
}

function floorOf({ package: name, safeFloor }: CheckedCopy, ecosystem: Ecosystem, answer: FixAnswer): string | null {
  const about = answer.packages.find((candidate) => isAbout(ecosystem, candidate, name));
  return safeFloor === null || about === undefined ? null : tagVersion(ecosystem, safeFloor, about.tagPrefix);
}

async function managersOf(
  locks: readonly string[],
): Promise<{ readonly lockFile: string; readonly manager: Manager }[]> {
  const found = await Promise.all(
    locks.map(async (lockFile) => {
      const name = basename(lockFile);
      if (name !== "yarn.lock") return { lockFile, manager: managers[name] };
      const isBerry = /^__metadata:/m.test(await readFile(lockFile, "utf8"));
      return { lockFile, manager: isBerry ? yarn.berry : yarn.classic };
    }),
  );
  return found.flatMap(({ lockFile, manager }) => (manager === undefined ? [] : [{ lockFile, manager }]));
}
