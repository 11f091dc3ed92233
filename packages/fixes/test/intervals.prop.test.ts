import * as fc from "fast-check";
import { expect, test } from "vitest";
import { makeIntervals } from "../src/intervals.ts";
import { compareReleases, parseTag, type Release } from "../src/tags.ts";

const release = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(4), fc.boolean(), fc.boolean());

test("says the same as the definition of an interval and of a safe floor, release by release", () => {
  fc.assert(
    fc.property(fc.uniqueArray(release, { selector: ([a, b, c, isPre]) => `${a}.${b}.${c}${isPre}` }), (rows) => {
      const fixed = new Set<string>();
      const releases = rows
        .map(([major, minor, patch, isPre, isFixed]): Release => {
          const tag = `v${major}.${minor}.${patch}${isPre ? "-rc.1" : ""}`;
          if (isFixed) fixed.add(tag);
          return { ...parseTag(tag), tag, commit: 0, seconds: 0 } as Release;
        })
        .toSorted(compareReleases);

      const { intervals, safeFloor, releases: listed } = makeIntervals(releases, ({ tag }) => fixed.has(tag));

      for (const line of new Set(releases.map((one) => one.line))) {
        const all = releases.filter((one) => one.line === line);
        const stable = all.filter(({ isPre }) => !isPre);
        const judged = stable.length > 0 ? stable : all;
        const runs = intervals.filter((run) => run.line === line);
        const place = (tag: string): number => judged.findIndex((one) => one.tag === tag);
        // A release has the fix exactly when it lies in a run, and no two runs touch.
        for (const [at, { tag }] of judged.entries()) {
          expect(runs.some(({ from, to }) => place(from) <= at && at <= place(to))).toBe(fixed.has(tag));
        }
        for (const [at, { to }] of runs.slice(0, -1).entries())
          expect(place(runs[at + 1]?.from ?? "")).toBeGreaterThan(place(to) + 1);
        for (const { to, open } of runs) expect(open).toBe(place(to) === judged.length - 1);
        const isSafe = (at: number): boolean => judged.slice(at).every(({ tag }) => fixed.has(tag));
        const floor = stable.findIndex((_, at) => isSafe(at));
        expect(safeFloor[line]).toBe(runs.length === 0 ? undefined : (stable[floor]?.tag ?? null));
        expect(listed[line] ?? []).toEqual(stable.map(({ tag }) => tag));
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});
