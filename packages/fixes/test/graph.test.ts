import { expect, test } from "vitest";
import { loadHistory } from "../src/load.ts";
import { TestRepository } from "./repository.ts";

test("gives every commit the releases that git tag --contains lists, through merges and side branches", async () => {
  using repo = new TestRepository([
    { id: "a" },
    { id: "b", tags: ["v1.0.0"] },
    { id: "c", on: "side", from: "a" },
    { id: "d", merges: ["c"], tags: ["v2.0.0"] },
    { id: "e", on: "side", tags: ["v1.5.0"] },
    { id: "f", on: "root", tags: ["v0.1.0"] },
    { id: "g", merges: ["e", "f"] },
    { id: "h", tags: ["v1.10.0"] },
    { id: "i" },
  ]);
  const history = await loadHistory(repo.dir);
  const names = repo.git(["tag", "--sort=v:refname"]).split("\n").filter(Boolean);

  const tips = names.map((name) => history.tags.find((tag) => tag.name === name)?.commit ?? -1);
  const { holds } = history.graph.holders(tips);

  for (const [hash, number] of history.numbers) {
    const expected = repo.git(["tag", "--contains", hash, "--sort=v:refname"]).split("\n").filter(Boolean);
    expect(names.filter((_, at) => holds(tips[at] ?? -1, number))).toEqual(expected);
  }
});

test("writes the way from a release to a commit as git reads it", async () => {
  using repo = new TestRepository([
    { id: "a" },
    { id: "b", on: "side", from: "a" },
    { id: "c", on: "side" },
    { id: "d", merges: ["c"] },
    { id: "e", tags: ["v1.0.0"] },
  ]);
  const { graph, numbers, tags } = await loadHistory(repo.dir);

  const ways = [...numbers].map(([hash, number]) => [hash, graph.path(tags[0]?.commit ?? -1, number)] as const);

  expect(new Set(ways.map(([, way]) => way))).toEqual(new Set(["", "~1", "~1^2", "~1^2~1", "~2"]));
  for (const [hash, way] of ways) expect(repo.git(["rev-parse", `v1.0.0${way}`]).trim()).toBe(hash);
});
