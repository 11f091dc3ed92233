/**
 * Raises the floor of the packages that a fix is in, in the manifests of a project: the smallest edit, one line each.
 *
 * @module
 */
import { relative } from "node:path";
import type { FixAnswer, PackageAnswer } from "../answer.ts";
import { lineCounter } from "../locks/lock.ts";
import { isAbout } from "../package-name.ts";
import { lineOf as versionLine, parseVersion, tagVersion } from "../package-version.ts";
import { findProject, isCatalog } from "../project.ts";
import { diffOf, type ManifestEdit, type ManifestRefusal, readManifest } from "./edit.ts";
import { anyPackage, requirementsOf } from "./manifest.ts";
import { raiseRange } from "./raise-range.ts";
import { type AgeRule, ageRules, obstacleOfAge } from "./release-age.ts";
import type { Requirement } from "./requirement.ts";

/** What is to be raised, and how young a release may be. */
export interface RaiseOptions {
  /** The project's directory, or that of a member of a workspace. */
  readonly dir: string;
  readonly answer: FixAnswer;
  /** Milliseconds since the epoch; the age of releases is counted to it. Default: now. */
  readonly now?: number;
  /** The least age of a release in milliseconds, beside what the project's own settings say. Default: none. */
  readonly minReleaseAge?: number | undefined;
}

/** What is to be changed in a project. */
export interface FloorRaise {
  readonly edits: readonly ManifestEdit[];
  /** What should be raised and cannot be by an edit of one line, or may not be yet. */
  readonly refusals: readonly ManifestRefusal[];
  /** What is high enough already, or is decided elsewhere in the project. */
  readonly unchanged: readonly ManifestRefusal[];
  /** All edits as a unified diff, with paths from the root of the project; "" where there are none. */
  readonly diff: string;
  /** The directory that has the lock files. */
  readonly root: string;
  /** What a reader should know of how the files were found. */
  readonly notes: readonly string[];
}

/**
 * Finds the edits that raise a project's requirements to the answer's safe floors; writes nothing (applyEdits does).
 * Reads package.json, pyproject.toml and requirements files of the directory and of its workspace's members, catalogs
 * and overrides among them. A floor that is younger than the project lets a release be is refused, with the date.
 *
 * **Cancellation:** none; it reads a handful of files.
 *
 * @throws RangeError when there is no such directory; ManifestUnreadableError when a manifest is not what its name says.
 */
export async function raiseFloor(options: RaiseOptions): Promise<FloorRaise> {
  const { dir, answer, now = Date.now(), minReleaseAge } = options;
  const { root, manifests, notes } = await findProject(dir);
  const rules = await ageRules({ root, now, minReleaseAge });
  const edits: ManifestEdit[] = [];
  const refusals: ManifestRefusal[] = [];
  const unchanged: ManifestRefusal[] = [];
  const diffs: string[] = [];
  const catalogued = new Map<string, string>();
  // Catalogs first: what refers to them is decided there.
  for (const file of manifests.toSorted((a, b) => Number(isCatalog(b)) - Number(isCatalog(a)))) {
    const text = await readManifest(file);
    const lineOf = lineCounter(text);
    const own: ManifestEdit[] = [];
    for (const requirement of await requirementsOf(file, text)) {
      const { package: wanted, table, range, offset, dialect } = requirement;
      const ecosystem = dialect === "npm" ? "npm" : "pypi";
      const about = answer.packages.find((candidate) => isAbout(ecosystem, candidate, wanted));
      const isFound = [...own, ...refusals, ...unchanged].some((entry) => entry.file === file);
      if (about === undefined && (wanted !== anyPackage || isFound)) continue;
      const place = { file, line: lineOf(offset), package: wanted, table };
      if (/(?:^|\.)catalogs?(?:\.|$)/.test(table)) catalogued.set(wanted, file);
      const catalog = range.startsWith("catalog:") ? catalogued.get(wanted) : undefined;
      const raised = catalog === undefined ? decide(requirement, about, rules) : elsewhere(root, catalog);
      if (raised.kind === "raised") own.push({ ...place, before: range, after: raised.range, offset });
      else (raised.kind === "done" ? unchanged : refusals).push({ ...place, range, reason: raised.reason });
    }
    if (own.length > 0) diffs.push(diffOf(relative(root, file).replaceAll("\\", "/"), text, own));
    edits.push(...own);
  }
  return { edits, refusals, unchanged, diff: diffs.join(""), root, notes };
}

type Decided = ReturnType<typeof raiseRange>;

function decide(requirement: Requirement, about: PackageAnswer | undefined, rules: readonly AgeRule[]): Decided {
  const { obstacle, dialect, range, package: wanted } = requirement;
  if (obstacle !== null || about === undefined) return { kind: "refused", reason: obstacle ?? "" };
  const raised = raiseRange(dialect, range, about);
  if (raised.kind !== "raised") return raised;
  const ecosystem = dialect === "npm" ? "npm" : "pypi";
  const [tag, date] = floorOf(ecosystem, raised.range, about);
  const tooYoung = tag === null ? null : obstacleOfAge({ rules, ecosystem, package: wanted, tag, date });
  return tooYoung === null ? raised : { kind: "refused", reason: tooYoung };
}

/** The tag that a raised range starts from, and when it was made as far as the answer tells. */
function floorOf(ecosystem: "npm" | "pypi", range: string, about: PackageAnswer): [string | null, string | null] {
  const bounds = [...range.matchAll(/\d+(?:\.\d+)*(?:[\w.!+-]*\w)?/g)].map(([text]) => parseVersion(ecosystem, text));
  const lines = bounds.filter((version) => version !== null).map((version) => versionLine(ecosystem, version));
  const line = lines.find((candidate) => (about.safeFloor[candidate] ?? null) !== null);
  const tag = line === undefined ? null : (about.safeFloor[line] ?? null);
  if (line === undefined || tag === null || tagVersion(ecosystem, tag, about.tagPrefix) === null) return [null, null];
  return [tag, about.floorDates[line] ?? (tag === about.first.stable ? about.first.date : null)];
}

function elsewhere(root: string, file: string): Decided {
  return { kind: "done", reason: `the catalog in ${relative(root, file) || file} decides its version` };
}
