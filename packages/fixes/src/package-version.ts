/**
 * Versions of both ecosystems by one set of functions, and what an answer says about one of them.
 *
 * @module
 */
import * as pep440 from "@renovatebot/pep440";
import semver from "semver";
import type { FixInterval, PackageAnswer } from "./answer.ts";
import type { Ecosystem } from "./locks/lock.ts";

/** What is known about one version: it has the fix, lacks it, or neither can be said. */
export interface VersionVerdict {
  readonly state: "has" | "lacks" | "unknown";
  readonly reason: string;
}

/** The version in its normal form; null where the text is none. A local part (`+cpu`) does not count. */
export function parseVersion(ecosystem: Ecosystem, text: string): string | null {
  if (ecosystem === "pypi") return pep440.explain(text)?.public ?? null;
  const [, core = text] = /^v?(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const padded = core === text && !/^\d+(?:\.\d+)?$/.test(core) ? text : `${core}${core.includes(".") ? ".0" : ".0.0"}`;
  return semver.parse(padded, { loose: true })?.version ?? null;
}

/** The version that a release tag names; null where it names none. */
export function tagVersion(ecosystem: Ecosystem, tag: string, prefix: string | null): string | null {
  const rest = prefix !== null && tag.startsWith(prefix) ? tag.slice(prefix.length) : tag;
  return parseVersion(ecosystem, rest) ?? parseVersion(ecosystem, rest.replaceAll("_", "."));
}

/** Below zero where `a` comes first. Both must be in their normal form. */
export function compareVersions(ecosystem: Ecosystem, a: string, b: string): number {
  return ecosystem === "pypi" ? pep440.compare(a, b) : semver.compare(a, b);
}

/** The numbers of a version: major, minor, patch and, for PyPI, as many more as it has. */
export function numbersOf(ecosystem: Ecosystem, version: string): readonly number[] {
  if (ecosystem === "pypi") return pep440.explain(version)?.release ?? [];
  const parsed = semver.parse(version);
  return parsed === null ? [] : [parsed.major, parsed.minor, parsed.patch];
}

/** The line of a version as an answer names it: the major, below 1.0.0 "0.minor". */
export function lineOf(ecosystem: Ecosystem, version: string): string {
  const [major = 0, minor = 0] = numbersOf(ecosystem, version);
  return major === 0 ? `0.${minor}` : String(major);
}

/** Below zero where line `a` comes first: "0.9" before "0.10" before "1". */
export function compareLines(a: string, b: string): number {
  const [major = 0, minor = 0] = a.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = b.split(".").map(Number);
  return major - otherMajor || minor - otherMinor;
}

/** Every line that the answer mentions, in order. */
export function linesOf(answer: PackageAnswer): string[] {
  const named = [
    ...answer.intervals.map(({ line }) => line),
    ...Object.keys(answer.safeFloor),
    ...Object.keys(answer.releases),
  ];
  return [...new Set(named)].toSorted(compareLines);
}

/** Says whether a version has the fix, from the releases of the answer; never by a guess. */
export function judgeVersion(ecosystem: Ecosystem, text: string, answer: PackageAnswer): VersionVerdict {
  const version = parseVersion(ecosystem, text);
  if (version === null) return { state: "unknown", reason: `${text} is no version of ${ecosystem}` };
  const read = (tag: string): string | null => tagVersion(ecosystem, tag, answer.tagPrefix);
  const compareTo = (tag: string): number => {
    const other = read(tag);
    return other === null ? Number.NaN : compareVersions(ecosystem, version, other);
  };
  const { any } = answer.first;
  if (any === null) return { state: "lacks", reason: "no release has the fix yet" };
  if (compareTo(any) < 0) return { state: "lacks", reason: `it is older than ${any}, the first release with the fix` };
  if (compareTo(any) === 0) return { state: "has", reason: `${any} has the fix` };

  const line = lineOf(ecosystem, version);
  const runs = answer.intervals.filter((interval) => interval.line === line);
  const around = runs.find(({ from, to }) => compareTo(from) >= 0 && compareTo(to) <= 0);
  if (around !== undefined) return { state: "has", reason: `${around.from} to ${around.to} have the fix` };
  if (isPrerelease(ecosystem, version)) {
    return { state: "unknown", reason: "a pre-release outside the runs of releases that have the fix" };
  }
  return judgeOutside(runs, line, compareTo, answer);
}

/** Whether the version is a pre-release or a development release. */
function isPrerelease(ecosystem: Ecosystem, version: string): boolean {
  return ecosystem === "pypi"
    ? (pep440.explain(version)?.is_prerelease ?? false)
    : (semver.parse(version)?.prerelease.length ?? 0) > 0;
}

function judgeOutside(
  runs: readonly FixInterval[],
  line: string,
  compareTo: (tag: string) => number,
  answer: PackageAnswer,
): VersionVerdict {
  const last = runs.at(-1);
  if (last === undefined) {
    const known = linesOf(answer);
    if (known.includes(line)) return { state: "lacks", reason: `no release of ${line}.x has the fix` };
    return { state: "unknown", reason: `the answer knows no release of ${line}.x; ask again with newer tags` };
  }
  if (compareTo(last.to) > 0 && last.open) {
    return {
      state: "unknown",
      reason: `it is newer than ${last.to}, the last release known; ask again with newer tags`,
    };
  }
  const next = runs.find(({ from }) => compareTo(from) < 0);
  if (next !== undefined) return { state: "lacks", reason: `in ${line}.x the fix comes with ${next.from}` };
  if (compareTo(last.to) > 0) return { state: "lacks", reason: `after ${last.to}, releases of ${line}.x lack the fix` };
  return { state: "unknown", reason: "its place among the releases of the answer is not clear" };
}
