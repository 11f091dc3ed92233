/**
 * What `holdfast fix find` prints for a reader.
 *
 * @module
 */
import type { FixAnswer, PackageAnswer } from "@holdfast/fixes";
import { answerTitle } from "./fix-answer.ts";
import { terminalText } from "./terminal-text.ts";

/** The commit of the answer, as far as it is printed. */
export interface FoundCommit {
  readonly subject: string;
  /** Seconds since 1970. */
  readonly committed: number;
}

const labelWidth = 15;
/** More rows of one kind hide the others; `--json` has them all. */
const mostRows = 10;

export function fixFindText(answer: FixAnswer, commit: FoundCommit | null, isPreEnough: boolean): string {
  const { packages, backports, reverts, containedButReverted, ignoredTags } = answer;
  const lines = [
    `holdfast fix find   ${answerTitle(answer)}`,
    ...(commit === null ? [] : rows("fix", [`${minute(commit.committed * 1_000)}   ${commit.subject}`])),
    ...rows("confidence", [`${answer.confidence}: ${why(answer)}`]),
    ...packages.flatMap((about) => packageLines(about, commit, packages.length > 1)),
    ...rows(
      "backports",
      backports.map(({ commit: hash, first, confidence, evidence }) => {
        return `${hash.slice(0, 10)}   ${firstText(first)}   ${confidence}: ${evidence.join(", ")}`;
      }),
      "none found",
    ),
    ...rows(
      "reverts",
      reverts.map(({ commit: hash, first, reapplies }) => {
        return `${hash.slice(0, 10)}   ${reapplies ? "puts it back" : "takes it out"}   ${firstText(first)}`;
      }),
      "none found",
    ),
    ...(containedButReverted.length === 0
      ? []
      : rows("reverted in", [
          `${listText(containedButReverted)}, which ${verb(containedButReverted)} the fix and its revert`,
        ])),
    ...rows("ignored", ignoredLines(ignoredTags), "no tag"),
    `  ${verdict(answer, isPreEnough)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The packages whose releases lack the fix; those that never had a release count only where none had. */
export function packagesWithout({ packages }: FixAnswer, isPreEnough: boolean): PackageAnswer[] {
  const released = packages.filter(({ releases, first }) => Object.keys(releases).length > 0 || first.any !== null);
  const counted = released.length > 0 ? released : packages;
  return counted.filter(({ first }) => (isPreEnough ? first.any : first.stable) === null);
}

/** A time for a reader: `2026-05-08 00:57Z`. */
export function minute(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/T(\d\d:\d\d).*/, " $1Z");
}

/** Up to `mostRows` of a list, and how many there are besides. */
function listText(all: readonly string[], separator = ", "): string {
  const more = all.length > mostRows ? [`and ${all.length - mostRows} more`] : [];
  return [...all.slice(0, mostRows), ...more].join(separator);
}

function packageLines(about: PackageAnswer, commit: FoundCommit | null, isOneOfSeveral: boolean): string[] {
  const { name, pinnedBy, first, intervals, safeFloor, releases } = about;
  const pinned = pinnedBy.length === 0 ? "" : `, which ${listText(pinnedBy)} ${pinnedBy.length === 1 ? "pins" : "pin"}`;
  const without = orderedLines(releases).filter((line) => !intervals.some((interval) => interval.line === line));
  const floors = orderedLines(safeFloor).map((line) => {
    return `${lineName(line)} ${safeFloor[line] ?? "none: its newest releases lack it, or are pre-releases"}`;
  });
  return [
    ...(isOneOfSeveral || pinned !== "" ? rows("package", [`${name ?? "without a name"}${pinned}`]) : []),
    ...rows("first release", firstLines(first, commit), "none yet"),
    ...rows(
      "has the fix",
      intervals.map((interval) => intervalText(interval, releases[interval.line] ?? [])),
      "no release",
    ),
    ...(without.length === 0 ? [] : rows("lacks it", [`all of ${listText(without.map(lineName))}`])),
    ...(floors.length === 0 ? [] : rows("safe floor", floors)),
  ];
}

function firstLines({ stable, any, date, describe }: PackageAnswer["first"], commit: FoundCommit | null): string[] {
  if (any === null || date === null) return [];
  const at = Date.parse(date);
  const after = commit === null ? "" : `, ${delayText(at - commit.committed * 1_000)}`;
  const place = describe === null || describe === (stable ?? any) ? "" : ` (${describe})`;
  const line = `${stable ?? any}   ${minute(at)}${after}${place}`;
  if (stable === null) return [`${line}   a pre-release; no stable release has it`];
  return any === stable ? [line] : [line, `${any}   the first pre-release`];
}

function intervalText(
  { line, from, to, open }: PackageAnswer["intervals"][number],
  releases: readonly string[],
): string {
  const span = from === to ? from : `${from} to ${to}`;
  const [start, end] = [releases.indexOf(from), releases.indexOf(to)];
  const count = start === -1 ? "pre-releases only" : countOf(end - start + 1, "release");
  const after = open ? "none after lacks it" : `${releases[end + 1] ?? "a later release"} lacks it again`;
  return `${lineName(line)}   ${span}   ${count}, ${after}`;
}

function ignoredLines(ignored: FixAnswer["ignoredTags"]): string[] {
  return [...Map.groupBy(ignored, ({ reason }) => reason)].map(([reason, tags]) => {
    return `${countOf(tags.length, "tag")}: ${listText(tags.map(({ tag }) => tag))}   ${reason}`;
  });
}

/** The answer's grade in words; what it rests on is not in the answer, but there are only so many ways to each. */
function why({ confidence, query, reverts }: FixAnswer): string {
  const isHash = /^[0-9a-f]{4,64}$/i.test(query.trim()) || /\/commits?\//.test(query);
  if (confidence === "likely") return "the commit, or the host, says that it closes what was asked for";
  if (confidence === "certain") {
    return isHash ? "the query is its hash" : "it names the number as its own, or was merged as that";
  }
  return reverts.length > 0
    ? "which of the fix and its revert holds in some releases cannot be told; read both"
    : "what was asked for is not merged, is still open, or only mentions it; read it with --show";
}

function verdict(answer: FixAnswer, isPreEnough: boolean): string {
  const lacking = packagesWithout(answer, isPreEnough);
  const pre = lacking.find(({ first }) => first.any !== null)?.first.any;
  const firsts = answer.packages.flatMap(({ first }) => (isPreEnough ? first.any : first.stable) ?? []);
  const names = lacking.map(({ name }) => name ?? "one without a name");
  const found =
    firsts.length === 0
      ? `NOT RELEASED: ${pre === undefined ? "no release" : `no stable release, and the pre-release ${pre},`} has it`
      : lacking.length > 0
        ? `NOT RELEASED in all packages: no release of ${listText(names)} has it`
        : `released: first in ${listText([...new Set(firsts)])}${floorText(answer)}`;
  return terminalText(
    answer.confidence === "possible" ? `NO MORE THAN POSSIBLE; as far as can be told, ${found}` : found,
  );
}

/** The first release is often followed by others that lack the fix: what to ask for is the floor. */
function floorText({ packages: [about, ...more] }: FixAnswer): string {
  const { safeFloor = {} } = about ?? {};
  const floors = orderedLines(safeFloor).flatMap((line) => {
    const tag = safeFloor[line] ?? null;
    return tag === null ? [] : [`${lineName(line)} from ${tag}`];
  });
  return more.length > 0 || floors.length === 0 ? "" : `; safe ${listText(floors)}`;
}

/** Days and hours, hours and minutes, or minutes. */
function delayText(milliseconds: number): string {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  const [days, hours] = [Math.floor(minutes / 1_440), Math.floor((minutes % 1_440) / 60)];
  const parts =
    days > 0
      ? [countOf(days, "day"), `${hours} h`]
      : hours > 0
        ? [`${hours} h`, `${minutes % 60} min`]
        : [`${minutes} min`];
  return `${parts.join(" ")} ${milliseconds < 0 ? "before" : "after"} the commit`;
}

function firstText(tag: string | null): string {
  return tag === null ? "in no release" : `first in ${tag}`;
}

/** Keys that are whole numbers come first in an object, whatever their place was. */
function orderedLines(lines: Readonly<Record<string, unknown>>): string[] {
  const order = (line: string): number => {
    const [major = 0, minor = 0] = line.split(".").map(Number);
    return major * 1_000_000 + minor;
  };
  return Object.keys(lines).toSorted((one, other) => order(one) - order(other));
}

/** Of 1.2.3 and 0.4.5: `1.x`, `0.4.x`. */
function lineName(line: string): string {
  return `${line}.x`;
}

function verb(tags: readonly string[]): string {
  return tags.length === 1 ? "has both" : "have both";
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A label beside the first of some rows; one row with a word where there is none. */
function rows(label: string, texts: readonly string[], none?: string): string[] {
  const more = texts.length > mostRows ? [`and ${texts.length - mostRows} more`] : [];
  const all = texts.length === 0 && none !== undefined ? [none] : [...texts.slice(0, mostRows), ...more];
  return all.map((text, at) => `  ${(at === 0 ? label : "").padEnd(labelWidth)}${terminalText(text)}`);
}
