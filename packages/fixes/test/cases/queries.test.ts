import { expect, test } from "vitest";
import { FixFinder } from "../../src/fix-finder.ts";
import { type Step, TestRepository } from "../repository.ts";
import { ask, base, fix, inShort } from "./case.ts";

test("says of the head of a pull request that was not merged that no release has it", async () => {
  using repo = new TestRepository([
    base,
    { id: "head", on: "topic", from: "base" },
    { id: "r", on: "main", tags: ["v1.0.1"] },
  ]);
  repo.git(["update-ref", "refs/pull/7/head", repo.hash("head")]);
  repo.git(["update-ref", "-d", "refs/heads/topic"]);

  const answer = await ask(repo, repo.hash("head"));

  expect(answer).toMatchObject({ commit: repo.hash("head"), packages: [{ first: { any: null }, intervals: [] }] });
});

test("takes the commit that has the number before one that closes an issue of that number", async () => {
  using repo = new TestRepository([
    base,
    { id: "early", subject: "Tidy up (#5)", body: "Fixes #7" },
    { ...fix, tags: ["v1.0.1"] },
  ]);

  expect(await ask(repo)).toMatchObject({ commit: repo.hash("fix"), confidence: "certain" });
});

test("takes the commit on main before its copies, which have its number too and may be older", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, id: "pick", on: "1.x", from: "base", tags: ["v1.0.1"] },
    { ...fix, on: "main", tags: ["v2.0.0"] },
    { ...fix, id: "late", on: "0.x", from: "base" },
  ]);

  expect((await ask(repo)).commit).toBe(repo.hash("fix"));
});

test("does not take another commit for one whose whole hash differs in the last digit", async () => {
  using repo = new TestRepository([base, fix]);
  const hash = repo.hash("fix");
  const other = hash.slice(0, -1) + (hash.endsWith("0") ? "1" : "0");

  await expect(ask(repo, other)).rejects.toMatchObject({ code: "FIXES_COMMIT_NOT_FOUND" });
});

test("does not take a revert for the change whose number it has", async () => {
  using repo = new TestRepository([base, { id: "back", subject: "Revert the pool (#7)" }]);

  await expect(ask(repo)).rejects.toMatchObject({ code: "FIXES_COMMIT_NOT_FOUND" });
});

test.for([
  ["GitLab", "Merge branch 'topic' into 'main'", "Own it\n\nSee merge request group/project!7", "!7"],
  ["Gitea", "Merge pull request 'Own it' (#7) from someone/topic into main", "", "#7"],
  ["Bitbucket", "Merged in topic (pull request #7)", "", "#7"],
  ["Azure", "Merged PR 7: Own it", "", "#7"],
] as const)("finds what %s merged", async ([, subject, body, query]) => {
  using repo = new TestRepository([
    base,
    { id: "inner", on: "topic", from: "base" },
    { id: "main2", on: "main" },
    { id: "merge", subject, body, merges: ["inner"], files: {}, tags: ["v1.0.1"] },
  ]);

  expect(await ask(repo, query)).toMatchObject({ commit: repo.hash("merge"), confidence: "certain" });
});

test.for(["Fixes #9", "closes: #9", "Resolves o/r#9", "fix https://example.org/o/r/issues/9"])(
  "calls a commit likely that says %s",
  async (body) => {
    using repo = new TestRepository([base, { ...fix, body }, { id: "last", body: "See #9, #91 and fix #99" }]);

    expect(await ask(repo, "#9")).toMatchObject({ commit: repo.hash("fix"), confidence: "likely" });
  },
);

test("gives the same answers to many questions at once as to each alone", async () => {
  using repo = new TestRepository([
    {
      id: "base",
      files: { "packages/core/package.json": '{"name": "core"}', "packages/ui/package.json": '{"name": "ui"}' },
      tags: ["v1.0.0"],
    },
    { ...fix, files: { "packages/core/a.ts": "new\n" } },
    { id: "moved", files: { "packages/ui/package.json": '{"name": "ui", "dependencies": {"core": "1.0.0"}}' } },
    { id: "second", subject: "Drain what is queued (#8)", files: { "packages/core/b.ts": "new\n" }, tags: ["v2.0.0"] },
    { id: "gone", without: ["packages/core/package.json"], files: {} },
    { id: "third", subject: "Wake it (#10)", files: { "packages/core/c.ts": "new\n" }, tags: ["v3.0.0"] },
    {
      id: "pick",
      on: "1.x",
      from: "base",
      subject: "Close what was opened",
      body: "(cherry picked from commit <fix>)",
      files: { "packages/core/a.ts": "new\n" },
      tags: ["v1.0.1"],
    },
  ]);
  const queries = [
    "#7",
    "#8",
    "#10",
    repo.hash("pick"),
    repo.hash("second").slice(0, 9),
    "#99",
    "nonsense",
    "deadbeef",
  ];
  const finder = await FixFinder.open({ repo: repo.dir, queries, offline: true });
  await finder.prepare(queries);

  const together = await Promise.allSettled(queries.map(async (query) => await finder.find(query)));
  const alone = await Promise.allSettled(queries.map(async (query) => await ask(repo, query)));

  expect(together).toEqual(alone);
  expect(together.map(({ status }) => status)).toEqual([...Array(5).fill("fulfilled"), ...Array(3).fill("rejected")]);
  expect(together[1]).toMatchObject({ value: { packages: [{ name: "core", pinnedBy: ["ui"] }] } });
  expect(together[2]).toMatchObject({ value: { packages: [{ name: null }] } });
  expect(together[0]).toMatchObject({ value: { packages: [{ name: "core", pinnedBy: [] }] } });
});

const lines = (...changed: readonly number[]): string =>
  Array.from({ length: 30 }, (_, at) => `${changed.includes(at) ? "new" : "old"} ${at}\n`).join("");
const branch: readonly Step[] = [
  { ...base, files: { ...base.files, "b.txt": lines() } },
  { id: "one", on: "topic", from: "base", author: "dana", files: { "a.txt": "new\n" } },
  { id: "two", on: "topic", author: "dana", files: { "b.txt": lines(3) } },
  { id: "other", author: "dana", files: { "c.txt": "c\n" }, tags: ["v1.0.1"] },
];

function withHead(steps: readonly Step[]): TestRepository {
  const repo = new TestRepository([...branch, ...steps]);
  repo.git(["update-ref", "refs/pull/7/head", repo.hash("two")]);
  repo.git(["branch", "-D", "topic"]);
  return repo;
}

test("a branch that was squashed without its number is found by its patch", async () => {
  using repo = withHead([
    {
      id: "squashed",
      subject: "Own it",
      author: "dana",
      files: { "a.txt": "new\n", "b.txt": lines(3) },
      tags: ["v1.1.0"],
    },
  ]);

  const answer = await ask(repo);

  expect(answer).toMatchObject({ commit: repo.hash("squashed"), confidence: "certain" });
  expect(inShort(answer)).toEqual({ first: "v1.1.0", runs: ["v1.1.0..v1.1.0.."] });
});

test("a branch that was squashed by somebody else is found by the subject of one of its commits", async () => {
  using repo = withHead([
    { id: "tidied", subject: "two", files: { "c.txt": "d\n" } },
    { id: "squashed", subject: "one", files: { "a.txt": "new\n", "b.txt": lines(3) }, tags: ["v1.1.0"] },
  ]);

  const answer = await ask(repo);

  expect(answer).toMatchObject({ commit: repo.hash("squashed"), confidence: "certain" });
});

test("a branch that was rebased without its number is found by the patch of its last commit", async () => {
  using repo = withHead([
    { id: "first", subject: "one", author: "dana", files: { "a.txt": "new\n" } },
    { id: "last", subject: "two", author: "dana", files: { "b.txt": lines(3) }, tags: ["v1.1.0"] },
  ]);

  const answer = await ask(repo);

  expect(answer).toMatchObject({ commit: repo.hash("last"), confidence: "certain" });
});

test("a branch of which nothing landed stays possible", async () => {
  using repo = withHead([{ id: "half", author: "dana", files: { "a.txt": "newer\n" }, tags: ["v1.1.0"] }]);

  const answer = await ask(repo);

  expect(answer).toMatchObject({ commit: repo.hash("two"), confidence: "possible" });
  expect(inShort(answer)).toEqual({ first: null, runs: [] });
});
