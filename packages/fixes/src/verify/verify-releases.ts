/**
 * Both directions of a raise, by the releases of an answer: what a project had lacks the fix, what it would get has it,
 * the release below the floor lacks it, and the new one can be had.
 *
 * @module
 */
import type { FixAnswer, PackageAnswer } from "../answer.ts";
import type { Ecosystem } from "../locks/lock.ts";
import { compareLines, judgeVersion, lineOf, parseVersion, tagVersion } from "../package-version.ts";
import { askPublished, type PublishedOptions } from "./published.ts";

/** One statement and what became of it. */
export interface ReleaseCheck {
  readonly check: "old lacks" | "new has" | "below lacks" | "published";
  readonly package: string;
  /** Null where there is none to look at. */
  readonly version: string | null;
  readonly result: "holds" | "fails" | "unknown";
  readonly reason: string;
}

/** Which package, from which version to which. */
export interface VersionStep {
  readonly ecosystem: Ecosystem;
  /** The name that the project knows the package by. */
  readonly package: string;
  readonly about: PackageAnswer;
  /** Null: the release below the floor stands for it. */
  readonly old: string | null;
  /** Null: the safe floor of the old version's line, or of the next line that has one. */
  readonly new: string | null;
}

/** What is checked, and where the registry is. */
export interface VerifyReleasesOptions extends PublishedOptions {
  readonly answer: FixAnswer;
  readonly step: VersionStep;
}

/** The versions that are looked at, and what is said of each. */
export interface VerifiedReleases {
  readonly old: string | null;
  readonly new: string | null;
  readonly checks: readonly ReleaseCheck[];
}

/**
 * Checks a step from one version to another. Nothing passes in silence: what cannot be found out is unknown.
 *
 * **Cancellation:** an aborted signal ends the question to the registry and rejects with its reason.
 */
export async function verifyReleases(options: VerifyReleasesOptions): Promise<VerifiedReleases> {
  const { ecosystem, package: name, old: given } = options.step;
  const floor = floorFor(options.step);
  const wanted = options.step.new ?? floor?.version ?? null;
  const below = wanted === null ? null : releaseBelow(options.step, floor?.version ?? wanted);
  const old = given ?? below;
  const checks: ReleaseCheck[] = [
    expectState("old lacks", name, old, "lacks", options.step),
    expectState("new has", name, wanted, "has", options.step),
  ];
  if (floor !== null) checks.push(belowCheck(options.step, floor.tag, below));
  if (wanted !== null) checks.push(await publishedCheck(ecosystem, name, wanted, options));
  return { old, new: wanted, checks };
}

/** The floor that a raise would write: of the version's own line, else of the next one above that has any. */
function floorFor({ ecosystem, about, old }: VersionStep): { readonly tag: string; readonly version: string } | null {
  const parsed = old === null ? null : parseVersion(ecosystem, old);
  const from = parsed === null ? null : lineOf(ecosystem, parsed);
  const floors = Object.entries(about.safeFloor)
    .filter(([line, tag]) => tag !== null && (from === null || compareLines(line, from) >= 0))
    .toSorted(([one], [other]) => compareLines(one, other));
  const tag = floors[0]?.[1];
  if (tag === undefined || tag === null) return null;
  const version = tagVersion(ecosystem, tag, about.tagPrefix);
  return version === null ? null : { tag, version };
}

/** The highest stable release below a version, of its own line or of the one before. */
function releaseBelow({ ecosystem, about }: VersionStep, version: string): string | null {
  const all = Object.entries(about.releases)
    .toSorted(([one], [other]) => compareLines(one, other))
    .flatMap(([, tags]) => tags.map((tag) => tagVersion(ecosystem, tag, about.tagPrefix)))
    .filter((each) => each !== null);
  const at = all.indexOf(version);
  return at <= 0 ? null : (all[at - 1] ?? null);
}

function expectState(
  check: "new has" | "old lacks",
  name: string,
  version: string | null,
  expected: "has" | "lacks",
  { ecosystem, about }: VersionStep,
): ReleaseCheck {
  if (version === null) {
    const reason = check === "new has" ? "no release has the fix" : "there is no version to look at";
    return { check, package: name, version, result: "unknown", reason };
  }
  const { state, reason } = judgeVersion(ecosystem, version, about);
  const result = state === "unknown" ? "unknown" : state === expected ? "holds" : "fails";
  return { check, package: name, version, result, reason };
}

/** A release below the floor may have the fix by a copy of it; that is said, and is no failure. */
function belowCheck(
  { ecosystem, package: name, about }: VersionStep,
  floor: string,
  below: string | null,
): ReleaseCheck {
  const check = "below lacks";
  if (below === null) {
    return { check, package: name, version: null, result: "holds", reason: `no release comes before ${floor}` };
  }
  const { state, reason } = judgeVersion(ecosystem, below, about);
  if (state === "has") {
    const text = `${reason}, and a later one below ${floor} or of another line lacks it`;
    return { check, package: name, version: below, result: "holds", reason: text };
  }
  return { check, package: name, version: below, result: state === "lacks" ? "holds" : "unknown", reason };
}

async function publishedCheck(
  ecosystem: Ecosystem,
  name: string,
  version: string,
  options: PublishedOptions,
): Promise<ReleaseCheck> {
  const { state, reason } = await askPublished(ecosystem, name, version, options);
  const result = ({ published: "holds", withdrawn: "fails", missing: "fails", unknown: "unknown" } as const)[state];
  return { check: "published", package: name, version, result, reason };
}
