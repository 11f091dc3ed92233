/**
 * Is a project affected: every installed copy of the packages that a fix is in, held against the answer about the fix.
 *
 * @module
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FixAnswer, PackageAnswer } from "./answer.ts";
import type { Ecosystem, Lock, ResolvedCopy } from "./locks/lock.ts";
import { isLockPath, readLock } from "./locks/read-lock.ts";
import { judgeVersion, lineOf, parseVersion } from "./package-version.ts";
import { LockMissingError, LockUnreadableError } from "./project-errors.ts";

/** What is to be checked: a directory's lock files, or files that the caller has read. */
export interface CheckOptions {
  readonly dir?: string;
  readonly files?: readonly LockFile[];
  readonly answer: FixAnswer;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A lock file as text; its format is told by its name. */
export interface LockFile {
  readonly path: string;
  readonly text: string;
}

/** One installed copy, and what the answer says about it. */
export interface CheckedCopy {
  readonly package: string;
  /** Null where the lock names no release. */
  readonly version: string | null;
  readonly file: string;
  /** Where in the tree the copy is, in the words of the lock's format. */
  readonly path: string;
  readonly line: number;
  readonly state: "has" | "lacks" | "unknown";
  readonly reason: string;
  /** Tag of the lowest release of the copy's own line from which all have the fix; null: there is none. */
  readonly safeFloor: string | null;
}

/** The whole project's verdict. */
export interface CheckReport {
  readonly verdict: "has-fix" | "affected" | "not-released" | "unknown";
  /** 0 has the fix, 1 affected, 2 not released, 3 unknown. */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** Milliseconds since the first release with the fix; null while there is none. */
  readonly outFor: number | null;
  readonly copies: readonly CheckedCopy[];
  /** What could not be read or found. */
  readonly problems: readonly string[];
}

const exitCodes = { "has-fix": 0, affected: 1, "not-released": 2, unknown: 3 } as const;

/**
 * Holds every copy of every package of the answer, and of those that pin them, against the answer's releases. One copy
 * that lacks the fix makes the project affected; one that nothing can be said about makes it unknown, and so does a
 * project that has none of the packages: a name may differ.
 *
 * **Cancellation:** none; it reads a handful of files.
 *
 * @throws LockMissingError when the directory has no lock file and no requirements file.
 */
export async function checkProject(options: CheckOptions): Promise<CheckReport> {
  const { answer, now } = options;
  const files = options.files ?? (await lockFilesOf(options.dir ?? "."));
  const copies: CheckedCopy[] = [];
  const problems: string[] = [];
  for (const { path, text } of files) {
    try {
      copies.push(...checkLock(path, await readLock(path, text), answer));
    } catch (error) {
      if (!(error instanceof LockUnreadableError)) throw error;
      problems.push(error.message);
    }
  }
  if (copies.length === 0)
    problems.push(`no lock file has ${namesOf(answer).join(" or ") || "a package of the answer"}`);
  const verdict = verdictOf(copies, problems, answer);
  const dates = answer.packages.flatMap(({ first }) => (first.date === null ? [] : [Date.parse(first.date)]));
  const outFor = dates.length === 0 ? null : now - Math.min(...dates);
  return { verdict, exitCode: exitCodes[verdict], outFor, copies, problems };
}

async function lockFilesOf(dir: string): Promise<LockFile[]> {
  const names = (await readdir(dir)).filter(isLockPath).toSorted();
  // The text form is what bun reads where both are there.
  const wanted = names.includes("bun.lock") ? names.filter((name) => name !== "bun.lockb") : names;
  if (wanted.length === 0) throw new LockMissingError(dir);
  return await Promise.all(wanted.map(async (path) => ({ path, text: await readFile(join(dir, path), "utf8") })));
}

function checkLock(file: string, { ecosystem, copies }: Lock, answer: FixAnswer): CheckedCopy[] {
  return copies.flatMap((copy) => {
    const about = answer.packages.find((candidate) => isAbout(ecosystem, candidate, copy.name));
    return about === undefined ? [] : [checkCopy(file, ecosystem, copy, about)];
  });
}

function checkCopy(file: string, ecosystem: Ecosystem, copy: ResolvedCopy, about: PackageAnswer): CheckedCopy {
  const { name, version, path, line, note } = copy;
  const parsed = version === null ? null : parseVersion(ecosystem, version);
  const { state, reason } =
    version === null
      ? ({ state: "unknown", reason: note ?? "no version" } as const)
      : judgeVersion(ecosystem, version, about);
  const safeFloor = parsed === null ? null : (about.safeFloor[lineOf(ecosystem, parsed)] ?? null);
  return { package: name, version, file, path, line, state, reason, safeFloor };
}

/** Whether the answer's package is the one of this name, or is pinned by it to its own version. */
export function isAbout(ecosystem: Ecosystem, { name, pinnedBy }: PackageAnswer, wanted: string): boolean {
  return [name, ...pinnedBy].some(
    (candidate) => candidate !== null && normalName(ecosystem, candidate) === normalName(ecosystem, wanted),
  );
}

/** PyPI takes `A_b`, `a-b` and `a.b` for one name; npm takes each as it is. */
function normalName(ecosystem: Ecosystem, name: string): string {
  return ecosystem === "pypi" ? name.toLowerCase().replaceAll(/[-_.]+/g, "-") : name;
}

function verdictOf(
  copies: readonly CheckedCopy[],
  problems: readonly string[],
  answer: FixAnswer,
): CheckReport["verdict"] {
  if (copies.some(({ state }) => state === "lacks")) {
    const isReleased = answer.packages.some(({ first }) => first.stable !== null);
    return isReleased ? "affected" : "not-released";
  }
  const isUnknown = problems.length > 0 || copies.some(({ state }) => state === "unknown");
  return isUnknown ? "unknown" : "has-fix";
}

function namesOf({ packages }: FixAnswer): string[] {
  return packages.flatMap(({ name, pinnedBy }) => (name === null ? pinnedBy : [name, ...pinnedBy]));
}
