import { expect, test } from "vitest";
import { FixFinder } from "../../src/fix-finder.ts";
import type { Step } from "../repository.ts";
import { TestCache, TestRemote } from "./remote.ts";

const files = (text: string): Record<string, string> => ({
  "a.ts": `a ${text}\n`,
  "b.ts": `b ${text}\n`,
  "c.ts": text,
});
const steps: readonly Step[] = [
  { id: "base", files: files("old") },
  { id: "side", on: "side", from: "base", files: files("new") },
  { id: "merge", subject: "Merge pull request #7 from side", merges: ["side"], files: files("new") },
];

test("of a merge in a clone without file contents, what is shown is fetched at once", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const finder = await FixFinder.open({ repo: remote.url, cache: cache.dir });
  cache.takeFetches();

  const { files: shown, patch } = await finder.show(remote.hash("merge"));

  expect(shown.map(({ path, added }) => [path, added])).toEqual([
    ["a.ts", 1],
    ["b.ts", 1],
    ["c.ts", 1],
  ]);
  expect(patch).toContain("+b new\n");
  expect(cache.takeFetches()).toHaveLength(1);
});

test("offline, the files are named without their lines", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  await FixFinder.open({ repo: remote.url, cache: cache.dir });
  const finder = await FixFinder.open({ repo: remote.url, cache: cache.dir, offline: true });
  cache.takeFetches();

  const { files: shown, patch } = await finder.show(remote.hash("merge"));

  expect(shown.map(({ path }) => path)).toEqual(["a.ts", "b.ts", "c.ts"]);
  expect(shown[0]).toMatchObject({ added: null, removed: null, binary: false, shown: false });
  expect(patch).toBe("");
  expect(cache.takeFetches()).toHaveLength(0);
});
