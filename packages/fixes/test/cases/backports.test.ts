import { expect, test } from "vitest";
import { type Step, TestRepository } from "../repository.ts";
import { ask, base, fix, inShort } from "./case.ts";

test("counts a fix that was made on a release branch first and brought to main with a trailer", async () => {
  using repo = new TestRepository([
    base,
    {
      id: "first",
      on: "1.x",
      from: "base",
      subject: "Close what was opened",
      files: { "a.txt": "new\n" },
      tags: ["v1.0.1"],
    },
    { id: "later", on: "main", subject: "Main moves on" },
    { ...fix, on: "main", body: "(cherry picked from commit <first>)", tags: ["v2.0.0"] },
  ]);

  const answer = await ask(repo);

  expect(inShort(answer).runs).toEqual(["v1.0.1..v1.0.1..", "v2.0.0..v2.0.0.."]);
  expect(answer.backports).toMatchObject([{ commit: repo.hash("first"), confidence: "certain" }]);
});

test("counts a fix that was made on a release branch first and written again on main", async () => {
  using repo = new TestRepository([
    base,
    {
      id: "first",
      on: "1.x",
      from: "base",
      subject: "Close what was opened (#6)",
      files: { "a.txt": "new\n" },
      tags: ["v1.0.1"],
    },
    { ...fix, on: "main", tags: ["v2.0.0"] },
  ]);

  expect((await ask(repo)).backports).toMatchObject([
    { commit: repo.hash("first"), confidence: "likely", evidence: ["subject", "patch-id"] },
  ]);
});

test("follows a backport of a backport, from either end", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v3.0.0"] },
    {
      id: "two",
      on: "2.x",
      from: "base",
      subject: "[2.x] Keep the session",
      body: "(cherry picked from commit <fix>)",
      files: { "a.txt": "new\n" },
      tags: ["v2.0.1"],
    },
    {
      id: "one",
      on: "1.x",
      from: "base",
      subject: "[1.x] Hold it",
      body: "(cherry picked from commit <two>)",
      files: { "a.txt": "newer\n" },
      tags: ["v1.0.1"],
    },
  ]);
  const runs = ["v1.0.1..v1.0.1..", "v2.0.1..v2.0.1..", "v3.0.0..v3.0.0.."];

  expect(inShort(await ask(repo)).runs).toEqual(runs);
  expect(inShort(await ask(repo, repo.hash("one"))).runs).toEqual(runs);
});

const onLine: Partial<Step> = { on: "1.x", from: "base", tags: ["v1.0.1"] };

test("calls a pick likely whose patch had to be changed", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v2.0.0"] },
    { ...fix, ...onLine, id: "pick", body: "(cherry picked from commit <fix>)", files: { "a.txt": "new, for 1.x\n" } },
  ]);

  expect((await ask(repo)).backports).toMatchObject([
    { confidence: "likely", evidence: ["trailer", "number", "subject"] },
  ]);
});

test("knows a pick that a bot committed as its own work", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, author: "dana", tags: ["v2.0.0"] },
    { ...fix, ...onLine, id: "pick", subject: "[1.x] Close what was opened (#7) (#12)", author: "robot" },
  ]);

  expect((await ask(repo)).backports).toMatchObject([
    { commit: repo.hash("pick"), confidence: "likely", evidence: ["number", "subject", "patch-id"] },
  ]);
});

test("counts a pick of several changes at once for each, and takes none of these for another", async () => {
  using repo = new TestRepository([
    base,
    fix,
    { id: "other", subject: "Drain what is queued (#8)", files: { "b.txt": "new\n" }, tags: ["v2.0.0"] },
    {
      ...onLine,
      id: "both",
      subject: "Bring two fixes to 1.x",
      body: "(cherry picked from commit <fix>)\n(cherry picked from commit <other>)",
      files: { "a.txt": "new\n", "b.txt": "new\n" },
    },
  ]);

  expect((await ask(repo)).backports).toMatchObject([{ commit: repo.hash("both"), confidence: "likely" }]);
  expect((await ask(repo, "#8")).backports).toMatchObject([{ commit: repo.hash("both"), confidence: "likely" }]);
  expect((await ask(repo, repo.hash("both"))).backports).toEqual([]);
});

test("knows the way Linux names the commit that was brought over", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v2.0.0"] },
    { ...onLine, id: "pick", subject: "sched: hold it", body: "commit <fix> upstream.", files: { "a.txt": "new\n" } },
  ]);

  expect((await ask(repo)).backports).toMatchObject([{ evidence: ["trailer", "patch-id"], confidence: "certain" }]);
});

test("takes words that come twice on a release branch for no evidence of either", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, subject: "Fix the tests (#7)", tags: ["v2.0.0"] },
    { id: "x", on: "1.x", from: "base", subject: "Fix the tests" },
    { id: "y", on: "1.x", subject: "Fix the tests", tags: ["v1.0.1"] },
  ]);

  expect((await ask(repo)).backports).toEqual([]);
});
