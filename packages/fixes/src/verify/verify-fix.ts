/**
 * The proof of a raise: by the releases, in both directions, and by what runs before and after.
 *
 * @module
 */
import type { FixAnswer, PackageAnswer } from "../answer.ts";
import { checkProject, type CheckReport } from "../check.ts";
import type { Ecosystem } from "../locks/lock.ts";
import { compareVersions, parseVersion } from "../package-version.ts";
import { isAbout, namesOf, normalName } from "../package-name.ts";
import { LockMissingError } from "../project-errors.ts";
import { ecosystemOf } from "../project.ts";
import type { PublishedOptions } from "./published.ts";
import { type VerifiedReleases, verifyReleases, type VersionStep } from "./verify-releases.ts";
import { type VerifiedTrees, verifyTrees, type VerifyTreesOptions } from "./verify-trees.ts";

/** What is to be proved. */
export interface VerifyFixOptions extends PublishedOptions, Partial<Pick<VerifyTreesOptions, "commands" | "server">> {
  readonly answer: FixAnswer;
  /** Only this package; all of the answer that the project has when absent. */
  readonly package?: string | undefined;
  /** In place of the version that the project has. */
  readonly old?: string | undefined;
  /** In place of the safe floor. */
  readonly new?: string | undefined;
  readonly onProgress?: VerifyTreesOptions["onProgress"];
}

/** The proof, or what it lacks. */
export interface VerifyReport {
  readonly verdict: "verified" | "refuted" | "not-released" | "unknown";
  /** 0 verified, 1 refuted, 2 not released, 3 unknown. */
  readonly exitCode: 0 | 1 | 2 | 3;
  readonly releases: readonly VerifiedReleases[];
  /** Null where nothing was to be run. */
  readonly trees: VerifiedTrees | null;
}

const ecosystems: readonly Ecosystem[] = ["npm", "pypi"];
const exitCodes = { verified: 0, refuted: 1, "not-released": 2, unknown: 3 } as const;

/**
 * Checks what an answer says against a project, its registry and, where there are commands, two trees of it. What cannot
 * be found out makes the whole unknown, unless something else refutes it.
 *
 * **Cancellation:** an aborted signal ends what runs, removes the trees, and rejects with its reason.
 *
 * @throws RangeError for a package that is not in the answer, a version that is none, or a new version together with commands; as `verifyTrees`.
 */
export async function verifyFix(options: VerifyFixOptions): Promise<VerifyReport> {
  const { dir, answer, commands = [], server, signal, onProgress } = options;
  if (options.new !== undefined && commands.length > 0) {
    throw new RangeError(
      `verifying ${options.new}: commands run where the floor is raised, and that is to the safe floor; leave out the new version, or what is to be run`,
    );
  }
  const report = await projectReport(dir, answer);
  const steps = stepsOf(report, options);
  const releases: VerifiedReleases[] = [];
  for (const step of steps) releases.push(await verifyReleases({ ...options, step }));
  // Only what was asked about is raised.
  const about = { ...answer, packages: steps.map((step) => step.about) };
  const trees =
    commands.length === 0 ? null : await verifyTrees({ dir, answer: about, commands, server, signal, onProgress });
  const verdict = verdictOf(answer, releases, trees);
  return { verdict, exitCode: exitCodes[verdict], releases, trees };
}

/** Null for a directory that has no lock file and no manifest. */
async function projectReport(dir: string, answer: FixAnswer): Promise<CheckReport | null> {
  try {
    return await checkProject({ dir, answer });
  } catch (error) {
    if (error instanceof LockMissingError) return null;
    throw error;
  }
}

/** One for each package that the project names: a name alone does not tell which registry it is of. */
function stepsOf(report: CheckReport | null, options: VerifyFixOptions): VersionStep[] {
  const { answer, package: wanted, old, new: target } = options;
  if (wanted !== undefined && !ecosystems.some((ecosystem) => aboutOf(answer, ecosystem, wanted) !== undefined)) {
    const known = answer.packages.flatMap(namesOf).join(", ") || "none with a name";
    throw new RangeError(`verifying ${wanted}: the fix is in no such package; the answer is about ${known}`);
  }
  const steps = new Map<string, VersionStep>();
  for (const { package: name, file } of [...(report?.copies ?? []), ...(report?.requirements ?? [])]) {
    const ecosystem = ecosystemOf(file);
    const about = aboutOf(answer, ecosystem, name);
    if (about === undefined || (wanted !== undefined && normalName(ecosystem, name) !== normalName(ecosystem, wanted)))
      continue;
    for (const version of [old, target]) {
      if (version !== undefined && parseVersion(ecosystem, version) === null)
        throw new RangeError(`verifying ${name}: ${version} is no version of ${ecosystem}; give one such as 1.92.0`);
    }
    const installed = old ?? lowest(report, ecosystem, name);
    steps.set(`${ecosystem} ${name}`, { ecosystem, package: name, about, old: installed, new: target ?? null });
  }
  return [...steps.values()];
}

function aboutOf(answer: FixAnswer, ecosystem: Ecosystem, name: string): PackageAnswer | undefined {
  return answer.packages.find((each) => isAbout(ecosystem, each, name));
}

/** The installed version that lacks the fix, the lowest of several; without one the lowest there is. */
function lowest(report: CheckReport | null, ecosystem: Ecosystem, name: string): string | null {
  const copies = (report?.copies ?? []).filter((copy) => copy.package === name && copy.version !== null);
  const lacking = copies.filter(({ state }) => state === "lacks");
  const versions = (lacking.length > 0 ? lacking : copies).flatMap(({ version }) =>
    version !== null && parseVersion(ecosystem, version) !== null ? [version] : [],
  );
  const normal = (version: string): string => parseVersion(ecosystem, version) ?? version;
  return versions.toSorted((one, other) => compareVersions(ecosystem, normal(one), normal(other)))[0] ?? null;
}

function verdictOf(
  answer: FixAnswer,
  releases: readonly VerifiedReleases[],
  trees: VerifiedTrees | null,
): VerifyReport["verdict"] {
  if (answer.packages.every(({ first }) => first.stable === null)) return "not-released";
  const checks = releases.flatMap((each) => each.checks);
  const runs = trees?.runs ?? [];
  if (checks.some(({ result }) => result === "fails")) return "refuted";
  if (runs.some(({ result }) => result === "broken" || result === "seen")) return "refuted";
  const isUnknown = checks.length === 0 || checks.some(({ result }) => result === "unknown");
  const isRaised = trees === null || trees.raise.edits.length > 0;
  if (isUnknown || !isRaised || runs.some(({ result }) => result === "unknown")) return "unknown";
  return "verified";
}
