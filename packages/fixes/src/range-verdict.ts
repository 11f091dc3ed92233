/**
 * Whether a version range lets in releases that lack a fix, which is what a resolver may choose tomorrow.
 *
 * @module
 */
import * as pep440 from "@renovatebot/pep440";
import semver from "semver";
import type { PackageAnswer } from "./answer.ts";
import type { Ecosystem } from "./locks/lock.ts";
import { compareVersions, judgeVersion, numbersOf, parseVersion, tagVersion } from "./package-version.ts";
import type { Dialect } from "./raise/raise-range.ts";

/** `high`: every release that the range admits has the fix; `low`: one that it admits lacks it. */
export interface RangeVerdict {
  readonly state: "high" | "low" | "unknown";
  readonly reason: string;
}

/** Says what a range admits, from the releases of the answer and the bounds of the range. */
export function judgeRange(dialect: Dialect, range: string, about: PackageAnswer): RangeVerdict {
  const ecosystem = dialect === "npm" ? "npm" : "pypi";
  if (!isRange(dialect, range)) return { state: "unknown", reason: `${range} is no version range` };
  const admitted = candidates(ecosystem, range, about).filter((version) => satisfies(dialect, version, range));
  const judged = admitted.map((version) => ({ version, ...judgeVersion(ecosystem, version, about) }));
  const lacking = judged.find(({ state }) => state === "lacks");
  if (lacking !== undefined) {
    const example = lacking.version === "0.0.0" ? "releases from before the fix" : `${lacking.version}, which lacks it`;
    const isHopeless = judged.every(({ state }) => state !== "has");
    return { state: "low", reason: isHopeless ? `it admits no release that has the fix` : `it admits ${example}` };
  }
  if (judged.some(({ state }) => state === "has")) return { state: "high", reason: "all that it admits has the fix" };
  return { state: "unknown", reason: judged[0]?.reason ?? "the answer has no release that is in this range" };
}

/** Whether a version is in a range; pre-releases are where the range names one. */
export function satisfies(dialect: Dialect, version: string, range: string): boolean {
  if (dialect === "npm") return semver.satisfies(version, range, { loose: true });
  return pythonParts(dialect, range).some((part) => part === "" || pep440.satisfies(version, part));
}

function isRange(dialect: Dialect, range: string): boolean {
  if (dialect === "npm") return semver.validRange(range, { loose: true }) !== null;
  return pythonParts(dialect, range).every((part) => part === "" || pep440.validRange(part));
}

/** The alternatives of a Python range, each in the words of PEP 440. */
function pythonParts(dialect: Dialect, range: string): string[] {
  const bare = range.trim().replace(/^\((.*)\)$/, "$1");
  if (dialect === "pep440") return [bare.trim()];
  return bare.split(/\|\|?/).map((part) =>
    part
      .split(/[,\s]+(?=[\^~<>=!\d*])/)
      .map(fromPoetry)
      .filter((clause) => clause !== "")
      .join(","),
  );
}

/** poetry's `^1.2`, `~1.2`, `1.2` and `*`. */
function fromPoetry(clause: string): string {
  const [, operator = "", version = ""] = /^(\^|~(?!=)|)\s*(.*)$/.exec(clause.trim()) ?? [];
  if (version === "*" || version === "") return "";
  if (operator === "") return /^\d/.test(version) ? `==${version}` : version;
  const numbers =
    version
      .split(/[^\d.]/)[0]
      ?.split(".")
      .map(Number) ?? [];
  const first = numbers.findIndex((number) => number > 0);
  const caret = first < 0 ? numbers.length - 1 : first;
  const at = operator === "^" ? caret : Math.min(1, numbers.length - 1);
  const next = numbers.slice(0, at + 1).map((number, index) => (index === at ? number + 1 : number));
  return `>=${version},<${next.join(".")}`;
}

/** Releases of the answer and the versions that the range itself names, lowest first. */
function candidates(ecosystem: Ecosystem, range: string, about: PackageAnswer): string[] {
  const tags = [
    ...Object.values(about.releases).flat(),
    ...about.intervals.flatMap(({ from, to }) => [from, to]),
    ...[about.first.stable].filter((tag) => tag !== null),
  ];
  const named = [...range.matchAll(/\d+(?:\.\d+)*(?:[\w.!+-]*\w)?/g)].map(([text]) => parseVersion(ecosystem, text));
  const versions = tags.map((tag) => tagVersion(ecosystem, tag, about.tagPrefix));
  const all = [...named, ...versions].filter((version) => version !== null);
  // Stands for the releases from before the fix, where the answer does not list them.
  if (Object.keys(about.releases).length === 0 && about.first.any !== null) all.push("0.0.0");
  return [...new Set(all)]
    .filter((version) => numbersOf(ecosystem, version).length > 0)
    .toSorted((a, b) => compareVersions(ecosystem, a, b));
}
