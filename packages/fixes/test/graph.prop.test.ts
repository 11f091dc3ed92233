import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CommitGraph } from "../src/graph.ts";

const shape = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 40 });

test("gives every commit the first release whose history, walked on its own, has it", () => {
  fc.assert(
    fc.property(shape, fc.nat(), (rows, turn) => {
      const parents = rows.map(([first, second, kind], at) => {
        if (at === 0 || kind === 0) return [];
        return kind === 1 && first % at !== second % at ? [first % at, second % at] : [first % at];
      });
      const tagged = [...rows.keys()].filter((at) => rows[at]?.[3]);
      const releases = tagged.toSorted((one, other) => ((one * 7 + turn) % 11) - ((other * 7 + turn) % 11));
      const graph = new CommitGraph(parents);

      const owners = graph.firstReleases(releases);

      for (const commit of parents.keys()) {
        const expected = releases.findIndex((release) => contains(parents, release, commit));
        expect(owners[commit]).toBe(expected);
        for (const release of releases) {
          const isInside = contains(parents, release, commit);
          expect(graph.containing(commit)[release] === 1).toBe(isInside);
          expect(graph.history(release)[commit] === 1).toBe(isInside);
          expect(graph.path(release, commit) !== null).toBe(isInside);
        }
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});

function contains(parents: readonly (readonly number[])[], tip: number, commit: number): boolean {
  const seen = new Set([tip]);
  for (const at of seen) for (const parent of parents[at] ?? []) seen.add(parent);
  return seen.has(commit);
}
