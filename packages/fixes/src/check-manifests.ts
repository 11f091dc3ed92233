/**
 * What the manifests of a project ask for, held against the answer about a fix and against what is installed: a floor
 * can be low although the lock has the fix, and a lock can be stale.
 *
 * @module
 */
import { basename } from "node:path";
import type { FixAnswer } from "./answer.ts";
import { lineCounter } from "./locks/lock.ts";
import { isRequirementsPath } from "./locks/read-lock.ts";
import { isAbout, normalName } from "./package-name.ts";
import { ManifestUnreadableError } from "./project-errors.ts";
import { readManifest } from "./raise/edit.ts";
import { anyPackage, requirementsOf } from "./raise/manifest.ts";
import type { Requirement } from "./raise/requirement.ts";
import { judgeRange, satisfies } from "./range-verdict.ts";

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
  /** Tag of the newest stable release of the copy's own line that the answer knows; null: it knows none. */
  readonly latest: string | null;
  /** How many stable releases of that line are newer than the copy; null where that is not known. */
  readonly behind: number | null;
}

/** One requirement of a manifest, and what it lets in. */
export interface CheckedRequirement {
  readonly package: string;
  readonly file: string;
  readonly line: number;
  /** The part of the manifest; "" in a requirements file. */
  readonly table: string;
  readonly range: string;
  /** `high`: all that it admits has the fix; `low`: it admits releases that lack it. */
  readonly state: "high" | "low" | "unknown";
  readonly reason: string;
}

/** What the manifests say. */
export interface CheckedManifests {
  readonly requirements: readonly CheckedRequirement[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Judges every requirement for a package of the answer.
 *
 * **Cancellation:** none; it reads a handful of files.
 */
export async function checkManifests(
  paths: readonly string[],
  answer: FixAnswer,
  copies: readonly CheckedCopy[],
): Promise<CheckedManifests> {
  const requirements: CheckedRequirement[] = [];
  const problems: string[] = [];
  const notes: string[] = [];
  for (const file of paths) {
    const found = await readRequirements(file, problems);
    for (const { requirement, line } of found) {
      const { dialect, package: wanted, range, table, obstacle } = requirement;
      const ecosystem = dialect === "npm" ? "npm" : "pypi";
      const about = answer.packages.find((candidate) => isAbout(ecosystem, candidate, wanted));
      const place = { package: wanted, file, line, table, range };
      if (about === undefined) {
        const isFound = requirements.some((entry) => entry.file === file);
        if (wanted === anyPackage && !isFound)
          requirements.push({ ...place, state: "unknown", reason: obstacle ?? "" });
        continue;
      }
      // A pin in a requirements file is what is installed, and has been judged as that.
      if (copies.some((copy) => copy.file === file && copy.line === line && copy.version !== null)) continue;
      const bare = /^npm:.+@([^@]*)$/.exec(range)?.[1] ?? range;
      const isNamed = !/^[a-z$][a-z+]*:|^\$|^git|\//i.test(bare);
      if (obstacle !== null && !(isNamed && isJudgeable(obstacle))) {
        requirements.push({ ...place, state: "unknown", reason: obstacle });
        continue;
      }
      requirements.push({ ...place, ...judgeRange(dialect, bare, about) });
      const stale = staleness(requirement, bare, copies);
      if (stale !== null) notes.push(`${file}:${line} ${stale}`);
    }
  }
  return { requirements, problems, notes };
}

async function readRequirements(
  file: string,
  problems: string[],
): Promise<{ readonly requirement: Requirement; readonly line: number }[]> {
  try {
    const text = await readManifest(file);
    const lineOf = lineCounter(text);
    const found = await requirementsOf(file, text);
    return found.map((requirement) => ({ requirement, line: lineOf(requirement.offset) }));
  } catch (error) {
    if (!(error instanceof ManifestUnreadableError)) throw error;
    problems.push(error.message);
    return [];
  }
}

/** What hinders an edit of a range does not hinder its reading, where the range is one. */
function isJudgeable(obstacle: string): boolean {
  return /another name|hashes bind|is compiled/.test(obstacle);
}

/** That no installed copy is in the range, which the manager's next run would change; null where one is. */
function staleness(
  { package: wanted, dialect, table }: Requirement,
  range: string,
  copies: readonly CheckedCopy[],
): string | null {
  const ecosystem = dialect === "npm" ? "npm" : "pypi";
  const name = normalName(ecosystem, wanted);
  const installed = copies.filter(
    (copy) =>
      copy.version !== null && normalName(ecosystem, copy.package) === name && isOfEcosystem(copy.file) === ecosystem,
  );
  if (installed.length === 0 || /overrides|resolutions|peer/i.test(table)) return null;
  if (installed.some(({ version }) => version !== null && satisfies(dialect, version, range))) return null;
  const [copy] = installed;
  const found = `${copy?.version ?? ""} at ${copy?.file ?? ""}:${copy?.line ?? 0}`;
  return `asks for ${wanted} ${range}, and the lock has ${found}: the lock is stale, write it anew`;
}

function isOfEcosystem(file: string): "npm" | "pypi" {
  const name = basename(file);
  return isRequirementsPath(name) || /^(?:uv|poetry|pdm|pylock)\b/.test(name) ? "pypi" : "npm";
}
