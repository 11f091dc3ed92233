import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CommitGraph, type Edges } from "../src/graph.ts";
import { loadHistory } from "../src/load.ts";
import { type Step, TestRepository } from "./repository.ts";

const shape = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(3), fc.boolean(), fc.nat(50)), {
  minLength: 1,
  maxLength: 40,
});

test("knows of every commit which releases have it, in each way that it can be asked", () => {
  fc.assert(
    fc.property(shape, fc.nat(), (rows, turn) => {
      const parents = rows.map(([first, second, kind], at) => {
        if (at === 0 || kind === 0) return [];
        return kind === 1 && first % at !== second % at ? [first % at, second % at] : [first % at];
      });
      const releases = [...rows.keys()].filter((at) => rows[at]?.[3]);
      const clocks = Float64Array.from(rows, ([, , , , clock]) => clock);
      const graph = new CommitGraph(edgesOf(parents), clocks);

      const { holds } = graph.holders(releases.slice(turn % 2));

      for (const commit of parents.keys()) {
        for (const release of releases) {
          const isInside = contains(parents, release, commit);
          expect(graph.history(release)[commit] === 1).toBe(isInside);
          expect(graph.contains(release, commit)).toBe(isInside);
          expect(holds(release, commit)).toBe(isInside);
          expect(graph.path(release, commit) !== null).toBe(isInside);
        }
      }
    }),
    { numRuns: 60, seed: 1 },
  );
});

const day = 86_400;
const history = fc.array(
  fc.record({
    parents: fc.array(fc.nat(), { maxLength: 4 }),
    clock: fc.nat(400),
    tag: fc.constantFrom("none", "none", "light", "annotated", "nested"),
    version: fc.tuple(fc.nat(2), fc.nat(3), fc.nat(20)),
  }),
  { minLength: 8, maxLength: 16 },
);

test.for([1, 2, 3, 4, 5, 6, 7, 8])("says of every commit what git tag --contains says (%i)", async (seed) => {
  for (const rows of fc.sample(history, { numRuns: 1, seed })) {
    // Several roots, octopus merges, branches that merge each other, and clocks that run backwards.
    const steps = rows.map(({ parents, clock }, at): Step => {
      const chosen = at === 0 ? [] : [...new Set(parents.map((parent) => `c${parent % at}`))];
      const [from, ...merges] = chosen;
      const first = from === undefined ? {} : { from };
      return { id: `c${at}`, on: `b${at}`, ...first, merges, committed: 1_600_000_000 + clock * day };
    });
    using repo = new TestRepository(steps);
    for (const [at, { tag, version }] of rows.entries()) if (tag !== "none") place(repo, at, tag, version);

    const { commits, graph, numbers, tags } = await loadHistory(repo.dir);

    const names = lines(repo.git(["tag", "--sort=v:refname"])).filter((name) =>
      tags.some((other) => other.name === name),
    );
    const tips = names.map((name) => tags.find((tag) => tag.name === name)?.commit ?? -1);
    const { holds } = graph.holders(tips);
    expect(commits).toHaveLength(rows.length);
    for (const hash of repo.hashes.values()) {
      const commit = numbers.get(hash) ?? -1;
      const said = lines(repo.git(["tag", "--contains", hash, "--sort=v:refname"]));
      expect(names.filter((_, at) => holds(tips[at] ?? -1, commit))).toEqual(said);
      const first = tips[names.indexOf(said[0] ?? "")];
      if (said[0] === undefined || first === undefined) continue;
      const way = graph.path(first, commit);
      expect(repo.git(["rev-parse", `${said[0]}^{commit}${way}`]).trim()).toBe(hash);
    }
  }
});

function place(repo: TestRepository, at: number, kind: string, version: readonly number[]): void {
  const name = `v${version.join(".")}`;
  const hash = repo.hash(`c${at}`);
  const make = ["-c", "user.name=t", "-c", "user.email=t@example.org", "tag", "-f", "-a", "-m", "x"];
  if (kind === "light") {
    repo.git(["tag", "-f", name, hash]);
    return;
  }
  repo.git([...make, kind === "nested" ? `inner-${at}` : name, hash]);
  if (kind === "nested") repo.git([...make, name, `inner-${at}`]);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function contains(parents: readonly (readonly number[])[], tip: number, commit: number): boolean {
  const seen = new Set([tip]);
  for (const at of seen) for (const parent of parents[at] ?? []) seen.add(parent);
  return seen.has(commit);
}

function edgesOf(parents: readonly (readonly number[])[]): Edges {
  const starts = new Int32Array(parents.length + 1);
  for (const [at, list] of parents.entries()) starts[at + 1] = (starts[at] ?? 0) + list.length;
  return { starts, list: Int32Array.from(parents.flat()) };
}
