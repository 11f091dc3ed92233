/**
 * From tag names to releases: the version in a name, the family of tags it belongs to, and what is not a release.
 * Nothing is dropped silently: what is not read as a release is listed with the reason.
 *
 * @module
 */
import * as pep440 from "@renovatebot/pep440";
import semver from "semver";
import type { IgnoredTag } from "./answer.ts";
import type { History } from "./load.ts";

/** A tag that is a release. */
export interface Release {
  readonly tag: string;
  /** The text before the version. */
  readonly prefix: string;
  readonly commit: number;
  readonly seconds: number;
  /** The numbers of the version. */
  readonly numbers: readonly number[];
  readonly isPre: boolean;
  /** The version line: the major, or "0.minor" below 1.0.0. */
  readonly line: string;
  /** What follows the numbers. */
  readonly suffix: string;
  readonly epoch: number;
}

/** Releases of one family, lowest version first. */
export interface Family {
  /** The prefix without a final v: "" for v1.2.3. */
  readonly key: string;
  readonly releases: readonly Release[];
}

/** What the tags of a repository are. */
export interface TagTable {
  readonly families: ReadonlyMap<string, Family>;
  readonly ignored: readonly IgnoredTag[];
}

const number = /(?:\d+!)?\d+(?:[._]\d+)*/g;
const suffixForm =
  /^(?:[-._]?(?:alpha|beta|preview|pre|rc|a|b|c|dev|post|rev|r|p)[-._]?\d*|[-+.][0-9A-Za-z][0-9A-Za-z.+-]*)*$/i;
const stableSuffix = /^(?:|[-._]?(?:final|ga|release|stable|lts|ce|ee|post|rev|r|p)[-._]?\d*|\+.*)$/i;

/** Reads the tags of a repository. */
export function readTags(history: History): TagTable {
  const ignored: IgnoredTag[] = [];
  const grouped = new Map<string, Release[]>();
  for (const { name, commit, seconds } of history.tags) {
    if (commit === null) {
      ignored.push({ tag: name, reason: "names no commit" });
      continue;
    }
    const version = parseTag(name);
    if (version === null) {
      ignored.push({ tag: name, reason: "has no version in its name" });
      continue;
    }
    const key = version.prefix.replace(/v$/i, "");
    const list = grouped.get(key) ?? [];
    list.push({ ...version, tag: name, commit, seconds });
    grouped.set(key, list);
  }
  const families = new Map<string, Family>();
  for (const [key, list] of grouped) {
    const releases = settle(list, history, ignored);
    if (releases.length > 0) families.set(key, { key, releases });
  }
  return { families, ignored: ignored.toSorted((one, other) => (one.tag < other.tag ? -1 : 1)) };
}

/** Finds the version in a tag's name; null when there is none. */
export function parseTag(name: string): Omit<Release, "tag" | "commit" | "seconds"> | null {
  const found = [...name.matchAll(number)].filter(({ index, 0: text }) =>
    suffixForm.test(name.slice(index + text.length)),
  );
  const best = found.find(({ 0: text }) => /[._]/.test(text)) ?? found[0];
  if (best === undefined) return null;
  const [, epoch = "0", digits = ""] = /^(?:(\d+)!)?(.*)$/.exec(best[0]) ?? [];
  const numbers = digits.split(/[._]/).map(Number);
  const suffix = name.slice(best.index + best[0].length);
  const [major = 0, minor = 0] = numbers;
  return {
    prefix: name.slice(0, best.index),
    numbers,
    suffix,
    epoch: Number(epoch),
    isPre: !stableSuffix.test(suffix),
    line: major === 0 ? `0.${minor}` : String(major),
  };
}

/** The order of versions: of two, the lower one first. */
export function compareReleases(one: Release, other: Release): number {
  if (one.epoch !== other.epoch) return one.epoch - other.epoch;
  for (let at = 0; at < Math.max(one.numbers.length, other.numbers.length); at++) {
    const difference = (one.numbers[at] ?? 0) - (other.numbers[at] ?? 0);
    if (difference !== 0) return difference;
  }
  if (one.isPre !== other.isPre) return one.isPre ? -1 : 1;
  // A hyphen is semver's; anything else that both can read is a Python version.
  const python = [one, other].map(({ suffix }) => `0${suffix.replaceAll("_", ".")}`);
  const [left = "", right = ""] = python;
  const isHyphen = one.suffix.startsWith("-") || other.suffix.startsWith("-");
  if (!isHyphen && pep440.valid(left) !== null && pep440.valid(right) !== null) return pep440.compare(left, right);
  return semver.compare(comparable(one.suffix), comparable(other.suffix), { loose: true });
}

/** rc10 comes after rc2. */
function comparable(suffix: string): string {
  const parts = suffix.replace(/^[-._+]/, "").replaceAll(/([A-Za-z])(\d)/g, "$1.$2");
  const text = `0.0.0-${parts.replaceAll(/[^0-9A-Za-z.-]/g, ".")}`;
  return semver.valid(text, { loose: true }) ?? "0.0.0-0";
}

function settle(list: readonly Release[], history: History, ignored: IgnoredTag[]): Release[] {
  const count = new Map<string, number>();
  for (const { prefix } of list) count.set(prefix, (count.get(prefix) ?? 0) + 1);
  const usual = (release: Release): number => count.get(release.prefix) ?? 0;
  const ordered = list.toSorted((one, other) => compareReleases(one, other) || usual(other) - usual(one));
  const isLong = ordered.some(({ numbers }) => numbers.length > 1);
  const kept: Release[] = [];
  const ignore = (tag: string, reason: string): void => {
    ignored.push({ tag, reason });
  };
  for (const release of ordered) {
    const last = kept.at(-1);
    if (isLong && release.numbers.length === 1 && release.suffix === "") {
      ignore(release.tag, "is one number beside full versions, and moves from release to release");
    } else if (last !== undefined && compareReleases(last, release) === 0) {
      const isSame = last.commit === release.commit;
      ignore(
        release.tag,
        isSame ? `is another name of ${last.tag}` : `has the version of ${last.tag}, on another commit`,
      );
    } else {
      kept.push(release);
    }
  }
  return dropOutliers(foldAliases(kept, ignore), history, ignore);
}

/** Two stable versions of different majors on one commit are two schemes of one release; the higher is kept. */
function foldAliases(list: readonly Release[], ignore: (tag: string, reason: string) => void): Release[] {
  const highest = new Map(list.filter(({ isPre }) => !isPre).map((release) => [release.commit, release]));
  return list.filter((release) => {
    const other = highest.get(release.commit);
    if (release.isPre || other === undefined || other.numbers[0] === release.numbers[0]) return true;
    ignore(release.tag, `is another name of ${other.tag}`);
    return false;
  });
}

/** A version whose own history holds higher stable ones is a slip of the keyboard, unless the numbering began anew. */
function dropOutliers(
  list: readonly Release[],
  history: History,
  ignore: (tag: string, reason: string) => void,
): Release[] {
  const ranks = new Map<number, number>();
  for (const [rank, { commit, isPre }] of list.entries()) if (!isPre) ranks.set(commit, rank);
  const highest = history.graph.highestRank(ranks);
  const isOutlier = (release: Release, rank: number): boolean => {
    const other = list[highest[release.commit] ?? -1];
    return (
      other !== undefined && other.line !== release.line && (highest[release.commit] ?? -1) > rank && !release.isPre
    );
  };
  const outliers = new Set(list.filter(isOutlier));
  if (outliers.size === 0 || outliers.size * 4 >= list.length) return [...list];
  for (const { tag } of outliers) ignore(tag, "has a lower version than releases in its own history");
  return list.filter((release) => !outliers.has(release));
}
