/**
 * The new floor of one version range: its operator, upper bound, exclusions and spacing stay as they are.
 *
 * @module
 */
import * as pep440 from "@renovatebot/pep440";
import semver from "semver";
import type { PackageAnswer } from "../answer.ts";
import type { Ecosystem } from "../locks/lock.ts";
import {
  compareLines,
  compareVersions,
  judgeVersion,
  lineOf,
  linesOf,
  numbersOf,
  parseVersion,
  tagVersion,
} from "../package-version.ts";

/** How ranges are written: npm's way, Python's (PEP 440), or poetry's own (caret, and Python's). */
export type Dialect = "npm" | "pep440" | "poetry";

/** The new range; or why the old one stays. `done`: nothing is to be done. */
export type Raised =
  | { readonly kind: "raised"; readonly range: string }
  | { readonly kind: "done" | "refused"; readonly reason: string };

interface Clause {
  readonly operator: string;
  readonly version: string;
  /** Where the version starts and the operator starts, in the range. */
  readonly at: number;
  readonly versionAt: number;
}

/**
 * Raises the lower bound of a range to the safe floor of the line that the bound is in, never to another major. An open
 * range gets `<next major` where the answer knows one. A bound that is high enough stays.
 */
export function raiseRange(dialect: Dialect, range: string, answer: PackageAnswer): Raised {
  const ecosystem = dialect === "npm" ? "npm" : "pypi";
  if (range.includes("||") || / - /.test(range)) {
    return refused("it is a union of ranges or a hyphen range; raise each part by hand");
  }
  const clauses = clausesOf(range);
  if (clauses === null) return refused("it is no version range; name a range with a lower bound");
  const lower = clauses.filter(({ operator }) => /^(?:\^|~|~=|>=|>|={1,3}|)$/.test(operator));
  const [bound] = lower;
  if (bound === undefined || bound.version === "*" || bound.version === "x") {
    return refused(`it has no lower bound; write one: ${suggestion(ecosystem, dialect, answer)}`);
  }
  if (lower.length > 1) return refused("it has several lower bounds; leave one and raise that");
  const from = parseVersion(ecosystem, bound.version.replace(/(?:\.[*xX])+$/, ""));
  if (from === null) return refused(`${bound.version} is no version; name a range with a lower bound`);
  return raiseFrom(dialect, range, clauses, bound, from, answer);
}

function raiseFrom(
  dialect: Dialect,
  range: string,
  clauses: readonly Clause[],
  bound: Clause,
  from: string,
  answer: PackageAnswer,
): Raised {
  const ecosystem = dialect === "npm" ? "npm" : "pypi";
  const tag = floorTag(ecosystem, from, answer);
  const floor = tag === null ? null : tagVersion(ecosystem, tag, answer.tagPrefix);
  if (tag === null || floor === null) {
    const { stable } = answer.first;
    const first = stable === null ? "no release has the fix yet" : `the first release with it is ${stable}`;
    return refused(
      `no release of ${lineOf(ecosystem, from)}.x is a safe floor (${first}); a change of line is yours to make`,
    );
  }
  const isExact = isPin(dialect, bound);
  if (compareVersions(ecosystem, from, floor) >= 0) {
    return { kind: "done", reason: `${bound.version} is not below ${tag}` };
  }
  if (isExact && judgeVersion(ecosystem, from, answer).state === "has") {
    return { kind: "done", reason: `${bound.version} has the fix` };
  }
  const others = clauses.filter((clause) => clause !== bound);
  const closed = others.find((clause) => !admits(ecosystem, floor, clause));
  if (closed !== undefined) {
    return refused(`${closed.operator}${closed.version} keeps ${tag} out; lift that bound first`);
  }
  const text = writeBound(dialect, bound, floor);
  const isCapped =
    bound.operator !== ">=" && bound.operator !== ">" ? true : others.some(({ operator }) => operator.startsWith("<"));
  const cap = isCapped ? null : nextMajor(ecosystem, floor, answer);
  const head = range.slice(0, bound.at) + text + range.slice(bound.versionAt + bound.version.length);
  return { kind: "raised", range: cap === null ? head : withCap(dialect, head, cap) };
}

/** The tag that a bound is raised to: that of its own line, for PyPI below 1.0.0 that of any line of the same major. */
function floorTag(ecosystem: Ecosystem, from: string, answer: PackageAnswer): string | null {
  const line = lineOf(ecosystem, from);
  const own = answer.safeFloor[line] ?? null;
  if (own !== null || ecosystem === "npm" || !line.startsWith("0.")) return own;
  const later = linesOf(answer).filter((other) => other.startsWith("0.") && compareLines(other, line) > 0);
  return later.map((other) => answer.safeFloor[other] ?? null).find((tag) => tag !== null) ?? null;
}

/** The first version that must not be reached, where the answer knows releases from there on. */
function nextMajor(ecosystem: Ecosystem, floor: string, answer: PackageAnswer): string | null {
  const [major = 0, minor = 0] = numbersOf(ecosystem, floor);
  const isMinorBreaking = ecosystem === "npm" && major === 0;
  const next = isMinorBreaking ? `0.${minor + 1}` : String(major + 1);
  return linesOf(answer).some((line) => compareLines(line, next) >= 0) ? next : null;
}

/** Puts `<next` behind the range, with the space that the range has after its commas. */
function withCap(dialect: Dialect, range: string, cap: string): string {
  if (dialect === "npm") return `${range} <${cap}`;
  const comma = /,\s*/.exec(range)?.[0] ?? ",";
  return range.endsWith(")") ? `${range.slice(0, -1)}${comma}<${cap})` : `${range}${comma}<${cap}`;
}

function writeBound(dialect: Dialect, bound: Clause, floor: string): string {
  const { operator, version } = bound;
  const digits = version.replace(/(?:\.[*xX])+$/, "").split(".").length;
  const isWild = /[*xX]$/.test(version);
  const short = shortened(floor, digits);
  // The text between the operator and its version: people write `>= 1.2`.
  const gap = " ".repeat(Math.max(0, bound.versionAt - bound.at - operator.length));
  const lead = dialect === "npm" && version.startsWith("v") ? "v" : "";
  if (operator === ">") return `>=${gap}${lead}${floor}`;
  if (dialect === "npm" && (isWild || (operator === "" && digits < 3))) return `${digits === 1 ? "^" : "~"}${floor}`;
  if (dialect === "npm" && operator === "~") return `${digits === 1 ? "^" : "~"}${gap}${lead}${floor}`;
  if (isWild) {
    const wild = `${operator}${gap}${floor.split(".").slice(0, digits).join(".")}.*`;
    return short === null ? `${wild},>=${floor}` : wild;
  }
  if (operator === "~=" || operator === "~") {
    const cut = `${operator}${gap}${floor.split(".").slice(0, digits).join(".")}`;
    return short === null ? `${cut},>=${floor}` : `${operator}${gap}${short}`;
  }
  return `${operator}${gap}${lead}${dialect === "npm" ? floor : (short ?? floor)}`;
}

/** The version with as many numbers as were written before, where only zeros fall away; null where more would. */
function shortened(version: string, digits: number): string | null {
  const numbers = version.split(".");
  if (numbers.length <= digits) return version;
  return numbers.slice(digits).every((number) => number === "0") ? numbers.slice(0, digits).join(".") : null;
}

function isPin(dialect: Dialect, { operator, version }: Clause): boolean {
  if (/[*xX]$/.test(version)) return false;
  if (operator === "") return dialect === "poetry" || version.split(".").length > 2;
  return operator.startsWith("=");
}

function admits(ecosystem: Ecosystem, version: string, { operator, version: bound }: Clause): boolean {
  if (operator === "!=") return true;
  return ecosystem === "npm"
    ? semver.satisfies(version, `${operator}${bound}`)
    : pep440.satisfies(version, `${operator}${bound}`, { prereleases: true });
}

function suggestion(ecosystem: Ecosystem, dialect: Dialect, answer: PackageAnswer): string {
  const line = linesOf(answer).find((candidate) => (answer.safeFloor[candidate] ?? null) !== null);
  const tag = line === undefined ? null : (answer.safeFloor[line] ?? null);
  const floor = tag === null ? null : tagVersion(ecosystem, tag, answer.tagPrefix);
  if (floor === null) return "no release is a safe floor yet";
  if (dialect === "npm") return `^${floor}`;
  const cap = nextMajor(ecosystem, floor, answer);
  return cap === null ? `>=${floor}` : withCap(dialect, `>=${floor}`, cap);
}

/** The parts of a range; null where something in it is no comparison. */
function clausesOf(range: string): Clause[] | null {
  const clauses: Clause[] = [];
  const pattern = /[\s,()]*(\^|~=|~|>=|<=|!=|={1,3}|>|<|)(\s*)([\w.*+!-]+)/y;
  let at = 0;
  while (at < range.length && /[^\s,()]/.test(range.slice(at))) {
    pattern.lastIndex = at;
    const match = pattern.exec(range);
    if (match === null) return null;
    const [, operator = "", gap = "", version = ""] = match;
    at = pattern.lastIndex;
    const versionAt = at - version.length;
    if (!/^[v\d*xX]/.test(version)) return null;
    clauses.push({ operator, version, at: versionAt - gap.length - operator.length, versionAt });
  }
  return clauses;
}

function refused(reason: string): Raised {
  return { kind: "refused", reason };
}
