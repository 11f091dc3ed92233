import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findFix } from "../src/find.ts";
import { TestRepository } from "./repository.ts";

test.for([
  ["12345", "FIXES_QUERY_UNREADABLE"],
  ["--all", "FIXES_QUERY_UNREADABLE"],
  ["deadbeef", "FIXES_COMMIT_NOT_FOUND"],
  ["#77", "FIXES_COMMIT_NOT_FOUND"],
] as const)("refuses the query %s with %s", async ([query, code]) => {
  using repo = new TestRepository([{ id: "base" }]);

  await expect(findFix({ repo: repo.dir, query })).rejects.toMatchObject({ code });
});

test("refuses a shallow clone, a directory that is no repository, one that is not there, and one without commits", async () => {
  using repo = new TestRepository([{ id: "base" }, { id: "next" }]);
  using empty = new TestRepository([]);
  const shallow = join(repo.dir, "shallow");
  repo.git(["clone", "-q", "--depth=1", `file://${repo.dir}`, shallow]);
  const plain = join("/", "proc");

  await expect(findFix({ repo: shallow, query: "#1" })).rejects.toMatchObject({ code: "FIXES_SHALLOW_CLONE" });
  await expect(findFix({ repo: plain, query: "#1" })).rejects.toMatchObject({ code: "FIXES_NOT_A_REPOSITORY" });
  await expect(findFix({ repo: join(repo.dir, "no"), query: "#1" })).rejects.toMatchObject({
    code: "FIXES_NOT_A_REPOSITORY",
  });
  await expect(findFix({ repo: empty.dir, query: "#1" })).rejects.toMatchObject({ code: "FIXES_NO_COMMITS" });
  mkdirSync(join(empty.dir, "unused"));
});

test("refuses a short hash that several commits have", async () => {
  using repo = new TestRepository(Array.from({ length: 400 }, (_, at) => ({ id: `c${at}`, files: {} })));
  const heads = [...repo.hashes.values()].map((hash) => hash.slice(0, 4));
  const query = heads.find((head, at) => heads.indexOf(head) !== at && /[a-f]/.test(head));

  await expect(findFix({ repo: repo.dir, query: query ?? "" })).rejects.toMatchObject({
    code: "FIXES_COMMIT_AMBIGUOUS",
  });
});

test("warns that a repository without tags has nothing to name", async () => {
  using repo = new TestRepository([{ id: "base" }]);
  const warnings: string[] = [];

  await findFix({
    repo: repo.dir,
    query: repo.hash("base"),
    onProgress: (progress) => void (progress.kind === "warning" && warnings.push(progress.text)),
  });

  expect(warnings).toEqual([expect.stringContaining("has no tags")]);
});

test("stops with the reason of the signal", async () => {
  using repo = new TestRepository([{ id: "base" }]);
  const reason = new Error("enough");

  await expect(findFix({ repo: repo.dir, query: "#1", signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
