import { expect, test } from "vitest";
import { loadHistory } from "../../src/load.ts";
import { type Step, TestRepository } from "../repository.ts";
import { ask, base, fix, inShort } from "./case.ts";

test("reads a clone whose HEAD names a branch that has no commit", async () => {
  using repo = new TestRepository([base, { ...fix, tags: ["v1.0.1"] }]);
  repo.git(["symbolic-ref", "HEAD", "refs/heads/none"]);

  expect(inShort(await ask(repo)).first).toBe("v1.0.1");
});

test("reads commits that only a detached HEAD reaches", async () => {
  using repo = new TestRepository([base, { ...fix, on: "topic", from: "base" }]);
  repo.git(["update-ref", "--no-deref", "HEAD", repo.hash("fix")]);
  repo.git(["update-ref", "-d", "refs/heads/topic"]);

  expect(await ask(repo)).toMatchObject({ commit: repo.hash("fix"), packages: [{ first: { stable: null } }] });
});

test("reads a commit once that both a detached HEAD and the commit that is asked for reach", async () => {
  using repo = new TestRepository([base, { ...fix, on: "topic", from: "base" }, { id: "head", on: "topic" }]);
  repo.git(["update-ref", "--no-deref", "HEAD", repo.hash("fix")]);
  repo.git(["update-ref", "-d", "refs/heads/topic"]);

  const answer = await ask(repo, repo.hash("head"));

  expect(answer).toMatchObject({ commit: repo.hash("head"), backports: [] });
  expect((await loadHistory(repo.dir, { also: [repo.hash("head")] })).commits).toHaveLength(3);
});

test("sees through a replaced commit, as what was released is the original", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v1.0.1"] },
    { id: "other", on: "x", from: "base", subject: "Something else" },
  ]);
  repo.git(["replace", repo.hash("fix"), repo.hash("other")]);

  expect(inShort(await ask(repo)).first).toBe("v1.0.1");
});

test("sees through a graft, which gives a commit other parents on this machine only", async () => {
  using repo = new TestRepository([base, fix, { id: "r", tags: ["v1.0.1"] }]);
  repo.graft(`${repo.hash("r")}\n`);

  expect(inShort(await ask(repo)).first).toBe("v1.0.1");
});

test("finds the way to a commit that an octopus merge brought in", async () => {
  using repo = new TestRepository([
    base,
    { id: "x", on: "x", from: "base" },
    { ...fix, on: "y", from: "base" },
    { id: "main" },
    { id: "merge", merges: ["x", "fix"], tags: ["v1.1.0"] },
  ]);

  expect((await ask(repo)).packages[0]?.first).toMatchObject({ stable: "v1.1.0", describe: "v1.1.0^3" });
});

test("finds a fix of a history that was joined from another root", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, on: "other" },
    { id: "merge", on: "main", merges: ["fix"], files: {} },
    { id: "r", tags: ["v1.1.0"] },
  ]);

  expect(inShort(await ask(repo)).first).toBe("v1.1.0");
});

test("is not led astray by branches that merged each other", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, on: "left", from: "base" },
    { id: "r1", on: "right", from: "base" },
    { id: "l2", on: "left", merges: ["r1"], files: {}, tags: ["v1.1.0"] },
    { id: "r2", on: "right", merges: ["fix"], files: {}, tags: ["v1.2.0"] },
    { id: "r3", on: "old", from: "r1", tags: ["v1.0.9"] },
  ]);

  expect(inShort(await ask(repo))).toEqual({ first: "v1.1.0", runs: ["v1.1.0..v1.2.0.."] });
});

test("believes the graph and not the clocks, where a child is older than its parents", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, committed: 1_900_000_000 },
    { id: "b", committed: 1_500_000_000 },
    { id: "c", committed: 5, tags: ["v1.1.0"] },
    { id: "d", on: "side", from: "base", committed: 2_000_000_000, tags: ["v1.0.9"] },
  ]);

  const { packages } = await ask(repo);

  expect(packages[0]).toMatchObject({ first: { stable: "v1.1.0", describe: "v1.1.0~2" } });
});

test("counts each branch that was made after the fix", async () => {
  using repo = new TestRepository([
    base,
    fix,
    { id: "a", on: "1.x", from: "fix", tags: ["v1.1.0"] },
    { id: "b", on: "2.x", from: "fix", tags: ["v2.0.0"] },
    { id: "c", on: "1.x", tags: ["v1.1.1"] },
    { id: "d", on: "0.x", from: "base", tags: ["v1.0.1"] },
  ]);

  expect(inShort(await ask(repo)).runs).toEqual(["v1.1.0..v1.1.1..", "v2.0.0..v2.0.0.."]);
});

test("takes the last of the commits that one pull request landed as, which has them all", async () => {
  using repo = new TestRepository([
    base,
    { id: "one", subject: "Own the session (#7)", tags: ["v1.0.1"] },
    { id: "two", subject: "Close it in the same task (#7)", tags: ["v1.0.2"] },
  ]);

  expect(await ask(repo)).toMatchObject({ commit: repo.hash("two"), packages: [{ first: { stable: "v1.0.2" } }] });
});

test("reads messages of any length whole, and knows which commit each belongs to", async () => {
  const long = (letter: string, size: number): string => `${letter.repeat(size)} ü\n\n`;
  using repo = new TestRepository([
    base,
    { id: "a", body: long("a", 200_000) },
    { ...fix, body: `${long("b", 700_000)}Fixes #9` },
    { id: "c", body: long("c", 262_000), tags: ["v2.0.0"] },
    {
      id: "pick",
      on: "1.x",
      from: "base",
      subject: "Hold it",
      body: `${long("d", 300_000)}(cherry picked from commit <fix>)`,
      files: { "a.txt": "newer\n" },
      tags: ["v1.0.1"],
    },
    { id: "e", on: "1.x", body: long("e", 100) },
  ]);

  const answer = await ask(repo, "#9");

  expect(answer).toMatchObject({ commit: repo.hash("fix"), confidence: "likely" });
  expect(answer.backports).toMatchObject([{ commit: repo.hash("pick"), evidence: ["trailer"] }]);
});

test("finds the commit that names the fix among many that come after and before it", async () => {
  const many = (letter: string): Step[] =>
    Array.from({ length: 500 }, (_, at) => ({ id: `${letter}${at}`, body: letter.repeat(700), files: {} }));
  using repo = new TestRepository([
    base,
    fix,
    ...many("a"),
    { id: "pick", on: "1.x", from: "base", subject: "Hold it", body: "(cherry picked from commit <fix>)", files: {} },
    ...many("b"),
  ]);

  expect((await ask(repo)).backports).toMatchObject([{ commit: repo.hash("pick"), evidence: ["trailer"] }]);
});
