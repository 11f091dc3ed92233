/**
 * What one package's releases have of a fix.
 *
 * @module
 */
import { isoDate } from "./iso-date.ts";
import type { PackageAnswer } from "./answer.ts";
import { makeIntervals } from "./intervals.ts";
import type { History } from "./load.ts";
import type { FoundPackage } from "./packages.ts";
import type { Operation, State } from "./reverts.ts";
import { compareReleases, type Family, type Release, type TagTable } from "./tags.ts";

/** The tags of a package: its own where it has some, else those of the repository as a whole. */
export function familyOf(table: TagTable, found: FoundPackage): Family | null {
  const own = ownFamily(table, found);
  const plain = table.families.get("");
  if (plain !== undefined) {
    // What was the whole repository may go on in tags of another form.
    const next = found.dir === "" ? (own ?? successorOf(table, plain)) : null;
    if (next !== null && follows(next, plain)) return joined(plain, next);
    return own ?? plain;
  }
  if (own !== null) return own;
  const general = [...table.families.values()].filter(({ key }) => found.name === null || !key.includes("@"));
  return general.toSorted((one, other) => other.releases.length - one.releases.length)[0] ?? null;
}

function ownFamily(table: TagTable, found: FoundPackage): Family | null {
  const base = found.name?.split("/").at(-1) ?? "";
  const names = [found.name ?? "", base, found.dir, found.dir.split("/").at(-1) ?? ""].filter((name) => name !== "");
  for (const name of names) {
    for (const mark of ["@", "-", "/", "_"]) {
      const family = table.families.get(`${name}${mark}`);
      if (family !== undefined) return family;
    }
  }
  return null;
}

/** The one begins where the other ends: above it, and no more than one major on. */
function follows(next: Family, plain: Family): boolean {
  const [first] = next.releases;
  const last = plain.releases.at(-1);
  if (next === plain || first === undefined || last === undefined) return false;
  return compareReleases(last, first) < 0 && (first.numbers[0] ?? 0) <= (last.numbers[0] ?? 0) + 1;
}

const joinedFamilies = new WeakMap<Family, Family>();

function joined(plain: Family, next: Family): Family {
  const known = joinedFamilies.get(next) ?? { key: next.key, releases: [...plain.releases, ...next.releases] };
  joinedFamilies.set(next, known);
  return known;
}

/** The one family that goes on where the plain tags end, and is not that of a package. */
function successorOf(table: TagTable, plain: Family): Family | null {
  const next = [...table.families.values()].filter((other) => follows(other, plain) && !/[@/]/.test(other.key));
  return next.length === 1 ? (next[0] ?? null) : null;
}

/** Answers for one package. */
export function answerFor(
  history: History,
  found: FoundPackage,
  family: Family | null,
  operations: readonly Operation[],
  stateOf: (commit: number) => State,
): PackageAnswer {
  const releases = family?.releases ?? [];
  const hasFix = ({ commit }: Release): boolean => stateOf(commit) === "has";
  const any = releases.find(hasFix);
  const stable = releases.find((release) => !release.isPre && hasFix(release));
  const shown = stable ?? any;
  return {
    name: found.name,
    pinnedBy: found.pinnedBy,
    tagPrefix: releases.at(-1)?.prefix ?? null,
    first: {
      stable: stable?.tag ?? null,
      any: any?.tag ?? null,
      date: shown === undefined ? null : isoDate(shown.seconds),
      describe: shown === undefined ? null : describe(history, shown, operations),
    },
    ...makeIntervals(releases, hasFix),
  };
}

function describe(history: History, release: Release, operations: readonly Operation[]): string | null {
  for (const { commit, isApplied } of operations) {
    const path = isApplied ? history.graph.path(release.commit, commit) : null;
    if (path !== null) return `${release.tag}${path}`;
  }
  return null;
}
