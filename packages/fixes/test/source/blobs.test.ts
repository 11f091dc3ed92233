import { readdirSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { findFix } from "../../src/find.ts";
import type { FindFixProgress } from "../../src/progress.ts";
import type { Step } from "../repository.ts";
import { TestCache, TestRemote } from "./remote.ts";

const lines = ["1.x", "2.x", "3.x", "4.x", "5.x"];
const manifests = Object.fromEntries(
  Array.from({ length: 12 }, (_, at) => [`packages/p${at}/package.json`, JSON.stringify({ name: `p${at}` })]),
);
/** A monorepo with five release branches, and the same change on each. */
const steps: readonly Step[] = [
  { id: "base", files: { ...manifests, "packages/p3/index.js": "old\n" }, tags: ["v1.0.0"] },
  ...lines.map((on): Step => ({ id: `start${on}`, on, from: "base" })),
  { id: "fix", subject: "Mend the parser", author: "dana", authored: 42, files: { "packages/p3/index.js": "new\n" } },
  ...lines.map((on, at): Step => {
    const copy = { subject: "Mend the parser", author: "dana", authored: 42, tags: [`v${at + 1}.1.0`] };
    return { id: `copy${on}`, on, ...copy, files: { "packages/p3/index.js": "new\n" } };
  }),
];

function warningsInto(list: string[]): (progress: FindFixProgress) => void {
  return (progress) => void (progress.kind === "warning" && list.push(progress.text));
}

test("fetches the contents of all manifests at once, and those of all patches at once", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const question = { repo: remote.url, query: remote.hash("fix"), cache: cache.dir };

  const answer = await findFix(question);
  const fetches = cache.takeFetches();
  await findFix(question);

  expect(answer.packages.map(({ name }) => name)).toEqual(["p3"]);
  expect(answer.backports.map(({ confidence, evidence }) => [confidence, evidence.includes("patch-id")])).toEqual(
    lines.map(() => ["certain", true]),
  );
  // The clone, the patches, the manifests.
  expect(fetches).toHaveLength(3);
  expect(cache.takeFetches()).toHaveLength(0);
});

test("does without contents offline, and says what that costs", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const warnings: string[] = [];
  const question = { repo: remote.url, query: remote.hash("fix"), cache: cache.dir };
  await expect(findFix({ ...question, query: "#1" })).rejects.toMatchObject({ code: "FIXES_COMMIT_NOT_FOUND" });
  cache.takeFetches();

  const answer = await findFix({ ...question, offline: true, onProgress: warningsInto(warnings) });

  expect(answer.packages.map(({ name }) => name)).toEqual([null]);
  expect(answer.backports.map(({ confidence }) => confidence)).toEqual(lines.map(() => "likely"));
  expect(warnings).toEqual([expect.stringMatching(/without file contents.*patches not compared/)]);
  expect(cache.takeFetches()).toHaveLength(0);
});

test("reads the contents that a directory has, although it may lack others", async () => {
  using remote = new TestRemote(steps);
  remote.git(["config", "remote.origin.promisor", "true"]);
  const warnings: string[] = [];

  const answer = await findFix({ repo: remote.dir, query: remote.hash("fix"), onProgress: warningsInto(warnings) });

  expect(answer.packages.map(({ name }) => name)).toEqual(["p3"]);
  expect(warnings).toEqual([]);
});

test("writes nothing to a directory that was named, although it lacks contents", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const own = `${remote.dir}-own`;
  remote.git(["clone", "-q", "--no-checkout", "--filter=blob:none", remote.url, own]);
  const filesOf = (): unknown => readdirSync(own, { recursive: true }).map(String).toSorted();
  const before = filesOf();
  const warnings: string[] = [];

  const answer = await findFix({ repo: own, query: remote.hash("fix"), onProgress: warningsInto(warnings) });
  const after = filesOf();
  rmSync(own, { recursive: true });

  expect(answer.backports).toHaveLength(lines.length);
  expect(warnings).toEqual([expect.stringMatching(/nothing may be fetched into it.*name the URL/)]);
  expect(after).toEqual(before);
  expect(cache.takeFetches()).toHaveLength(0);
});
