import { expect, test } from "vitest";
import { type Step, TestRepository } from "../repository.ts";
import { ask, base, inShort } from "./case.ts";

const merged: readonly Step[] = [
  base,
  { id: "one", on: "topic", from: "base", subject: "Own the session", files: { "a.txt": "one\n" }, author: "dana" },
  { id: "two", on: "topic", subject: "Close it in the same task", files: { "b.txt": "two\n" }, author: "dana" },
  { id: "main2", on: "main" },
  { id: "merge", subject: "Merge pull request #7 from x/topic", merges: ["two"], files: {} },
  { id: "r", tags: ["v2.0.0"] },
];
const picked = (id: string, of: string, content: string, more: Partial<Step> = {}): Step => ({
  id,
  subject: merged.find((step) => step.id === of)?.subject ?? of,
  body: `(cherry picked from commit <${of}>)`,
  files: { [of === "one" ? "a.txt" : "b.txt"]: content },
  author: "dana",
  ...more,
});

test("counts a line that picked every commit of a merged pull request", async () => {
  using repo = new TestRepository([
    ...merged,
    picked("p1", "one", "one\n", { on: "1.x", from: "base", tags: ["v1.0.1"] }),
    picked("p2", "two", "two\n", { on: "1.x", tags: ["v1.0.2"] }),
  ]);

  const answer = await ask(repo);

  expect(inShort(answer).runs).toEqual(["v1.0.2..v1.0.2..", "v2.0.0..v2.0.0.."]);
  expect(answer.backports).toMatchObject([{ commit: repo.hash("p2"), confidence: "certain" }]);
});

test("does not count a line that picked a part of a merged pull request", async () => {
  using repo = new TestRepository([
    ...merged,
    picked("p2", "two", "two\n", { on: "1.x", from: "base", tags: ["v1.0.1"] }),
  ]);

  const answer = await ask(repo);

  expect(inShort(answer).runs).toEqual(["v2.0.0..v2.0.0.."]);
  expect(answer.backports).toMatchObject([{ commit: repo.hash("p2"), confidence: "possible" }]);
});

test("counts a line that merged the branch of the pull request itself", async () => {
  using repo = new TestRepository([
    ...merged,
    { id: "b", on: "1.x", from: "base" },
    { id: "m", on: "1.x", merges: ["two"], files: {}, tags: ["v1.0.1"] },
  ]);

  expect(inShort(await ask(repo)).runs).toEqual(["v1.0.1..v1.0.1..", "v2.0.0..v2.0.0.."]);
});

test("knows that the revert of a merge takes out each commit that it brought in", async () => {
  using repo = new TestRepository([
    ...merged,
    {
      id: "back",
      subject: 'Revert "Merge pull request #7 from x/topic"',
      body: "This reverts commit <merge>, reversing\nchanges made to <main2>.",
      tags: ["v2.0.1"],
    },
  ]);

  expect((await ask(repo)).containedButReverted).toEqual(["v2.0.1"]);
  expect((await ask(repo, repo.hash("one"))).containedButReverted).toEqual(["v2.0.1"]);
});

test("does not take all of main for the fix, where the commit that is asked for merged main into a branch", async () => {
  using repo = new TestRepository([
    base,
    { id: "one", on: "topic", from: "base" },
    { id: "main2", on: "main", tags: ["v1.1.0"] },
    { id: "sync", on: "topic", subject: "Merge branch 'main' into topic", merges: ["main2"], files: {} },
  ]);

  expect(inShort(await ask(repo, repo.hash("sync")))).toEqual({ first: null, runs: [] });
});
