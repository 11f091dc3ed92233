/**
 * Is a project affected: every installed copy of the packages that a fix is in, held against the answer about the fix.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { FixAnswer, PackageAnswer } from "./answer.ts";
import { type CheckedCopy, checkManifests, type CheckedRequirement } from "./check-manifests.ts";
import type { Ecosystem, Lock, ResolvedCopy } from "./locks/lock.ts";
import { isRequirementsPath, readLock } from "./locks/read-lock.ts";
import { compareVersions, judgeVersion, lineOf, parseVersion, tagVersion } from "./package-version.ts";
import { isAbout, namesOf, normalName } from "./package-name.ts";
import { findProject } from "./project.ts";
import { LockMissingError, LockUnreadableError } from "./project-errors.ts";

/** What is to be checked: a directory's lock files and manifests, or files that the caller has read. */
export interface CheckOptions {
  /** The project's directory, or that of a member of a workspace. */
  readonly dir?: string;
  /** Lock files in place of a directory; manifests are not looked at then. */
  readonly files?: readonly LockFile[];
  readonly answer: FixAnswer;
  /** Milliseconds since the epoch, which `outFor` is counted to. Default: now. */
  readonly now?: number;
}

/** A lock file as text; its format is told by its name. */
export interface LockFile {
  readonly path: string;
  readonly text: string;
}

/** The whole project's verdict. */
export interface CheckReport {
  readonly verdict: "has-fix" | "affected" | "not-released" | "unknown";
  /** 0 has the fix, 1 affected, 2 not released, 3 unknown. */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** Milliseconds since the first release with the fix; null while there is none. */
  readonly outFor: number | null;
  readonly copies: readonly CheckedCopy[];
  /** What the manifests ask for; none of it changes the verdict, which is about what is installed. */
  readonly requirements: readonly CheckedRequirement[];
  /** What could not be read or found. */
  readonly problems: readonly string[];
  /** What a reader should know: where the lock is, and where a lock and a manifest contradict each other. */
  readonly notes: readonly string[];
}

const exitCodes = { "has-fix": 0, affected: 1, "not-released": 2, unknown: 3 } as const;

/**
 * Holds every copy of every package of the answer, and of those that pin them, against the answer's releases. One copy
 * that lacks the fix makes the project affected; one that nothing can be said about makes it unknown, and so does a
 * project that has none of the packages: a name may differ. Beside that, it tells which requirements of the manifests
 * let in releases that lack the fix, whatever is installed now.
 *
 * **Cancellation:** none; it reads a handful of files.
 *
 * @throws LockMissingError when the directory has no lock file, no requirements file and no manifest; RangeError when
 *   there is no such directory.
 */
export async function checkProject(options: CheckOptions): Promise<CheckReport> {
  const { answer, now = Date.now(), dir = "." } = options;
  const project = options.files === undefined ? await findProject(dir) : null;
  const files = options.files ?? (await textsOf(project?.locks ?? []));
  if (project !== null && files.length === 0 && project.manifests.length === 0) throw new LockMissingError(dir);
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
  const settled = withoutRanges(copies);
  if (settled.length === 0 && problems.length === 0) problems.push(nothingFound(files, answer));
  const stated = await checkManifests(project?.manifests ?? [], answer, settled);
  const verdict = verdictOf(settled, problems, answer);
  const dates = answer.packages.flatMap(({ first }) => (first.date === null ? [] : [Date.parse(first.date)]));
  const outFor = dates.length === 0 ? null : now - Math.min(...dates);
  return {
    verdict,
    exitCode: exitCodes[verdict],
    outFor,
    copies: settled,
    requirements: stated.requirements,
    problems: [...problems, ...stated.problems],
    notes: [...(project?.notes ?? []), ...stated.notes],
  };
}

async function textsOf(paths: readonly string[]): Promise<LockFile[]> {
  return await Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, "utf8") })));
}

/** A range in a requirements file is no copy where a lock file beside it says what it gave. */
function withoutRanges(copies: readonly CheckedCopy[]): CheckedCopy[] {
  const isRange = ({ file, version }: CheckedCopy): boolean => version === null && isRequirementsPath(file);
  const isSettled = (name: string): boolean =>
    copies.some((copy) => !isRange(copy) && normalName("pypi", copy.package) === normalName("pypi", name));
  return copies.filter((copy) => !isRange(copy) || !isSettled(copy.package));
}

function nothingFound(files: readonly LockFile[], answer: FixAnswer): string {
  const names = answer.packages.flatMap(namesOf).join(" or ") || "a package of the answer";
  if (files.length > 0) return `no lock file has ${names}`;
  return `no lock file says which version of ${names} is installed; run the package manager's install or lock command`;
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
  if (parsed === null) {
    return { package: name, version, file, path, line, state, reason, safeFloor: null, latest: null, behind: null };
  }
  const ownLine = lineOf(ecosystem, parsed);
  const safeFloor = about.safeFloor[ownLine] ?? null;
  const releases = about.releases[ownLine] ?? [];
  const newer = releases.filter((tag) => {
    const release = tagVersion(ecosystem, tag, about.tagPrefix);
    return release !== null && compareVersions(ecosystem, release, parsed) > 0;
  });
  const [latest = null, behind] = [releases.at(-1), releases.length === 0 ? null : newer.length];
  return { package: name, version, file, path, line, state, reason, safeFloor, latest, behind };
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
