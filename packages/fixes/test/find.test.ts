import { expect, test } from "vitest";
import { findFix } from "../src/find.ts";
import { type Step, TestRepository } from "./repository.ts";

const manifest = (name: string, extra = ""): string => `[project]\nname = "${name}"\n${extra}`;

const incident: readonly Step[] = [
  {
    id: "base",
    files: {
      "pyproject.toml": manifest("agents", 'dependencies = ["agents-slim[all]==1.0"]\n'),
      "slim/pyproject.toml": manifest("agents-slim"),
      "slim/session.py": "old\n",
    },
    tags: ["v1.90.0"],
  },
  { id: "v1.91", tags: ["v1.91.0"] },
  { id: "fix", subject: "Own the session in one task (#4514)", author: "dana", files: { "slim/session.py": "new\n" } },
  { id: "other" },
  { id: "r1920", tags: ["v1.92.0"] },
  { id: "beta", tags: ["v2.0.0b1"] },
  { id: "final", tags: ["v2.0.0"] },
  { id: "next", tags: ["v2.1.0"] },
];

test("tells the incident: squash merge, betas, two majors, and the package that pins the fixed one", async () => {
  using repo = new TestRepository(incident);

  const answer = await findFix({ repo: repo.dir, query: "#4514" });

  expect(answer).toEqual({
    query: "#4514",
    commit: repo.hash("fix"),
    confidence: "certain",
    packages: [
      {
        name: "agents-slim",
        pinnedBy: ["agents"],
        tagPrefix: "v",
        first: { stable: "v1.92.0", any: "v1.92.0", date: "2023-11-15T02:13:20Z", describe: "v1.92.0~2" },
        intervals: [
          { line: "1", from: "v1.92.0", to: "v1.92.0", open: true },
          { line: "2", from: "v2.0.0", to: "v2.1.0", open: true },
        ],
        safeFloor: { "1": "v1.92.0", "2": "v2.0.0" },
        floorDates: { "1": "2023-11-15T02:13:20Z", "2": expect.any(String) },
        releases: { "1": ["v1.90.0", "v1.91.0", "v1.92.0"], "2": ["v2.0.0", "v2.1.0"] },
      },
    ],
    backports: [],
    reverts: [],
    containedButReverted: [],
    ignoredTags: [],
  });
});

test.for([
  ["the full hash", (repo: TestRepository) => repo.hash("fix")],
  ["a short hash", (repo: TestRepository) => repo.hash("fix").slice(0, 10)],
  ["the URL of the pull request", () => "https://example.org/o/r/pull/4514/files"],
  ["the URL of the commit", (repo: TestRepository) => `https://example.org/o/r/commit/${repo.hash("fix")}`],
] as const)("finds the commit by %s", async ([, query]) => {
  using repo = new TestRepository(incident);

  const answer = await findFix({ repo: repo.dir, query: query(repo) });

  expect(answer).toMatchObject({ commit: repo.hash("fix"), confidence: "certain" });
});

const fixed = { id: "fix", subject: "Close what was opened (#7)", files: { "a.txt": "new\n" } };
const base = { id: "base", files: { "a.txt": "old\n", "package.json": '{"name": "kit"}\n' }, tags: ["v1.0.0"] };
const find = async (repo: TestRepository, query = "#7"): ReturnType<typeof findFix> =>
  findFix({ repo: repo.dir, query });

test("counts a cherry-pick with a trailer, and leaves the hole between the lines out of the safe floor", async () => {
  using repo = new TestRepository([
    base,
    { id: "r11", tags: ["v1.1.0"] },
    { ...fixed, tags: [] },
    { id: "r20", tags: ["v2.0.0"] },
    {
      id: "pick",
      subject: "Close what was opened",
      body: "(cherry picked from commit <fix>)",
      on: "1.0",
      from: "base",
      files: { "a.txt": "new\n" },
      tags: ["v1.0.1"],
    },
  ]);

  const answer = await find(repo);

  expect(answer.packages[0]).toMatchObject({
    first: { stable: "v1.0.1" },
    intervals: [
      { line: "1", from: "v1.0.1", to: "v1.0.1", open: false },
      { line: "2", from: "v2.0.0", to: "v2.0.0", open: true },
    ],
    safeFloor: { "1": null, "2": "v2.0.0" },
  });
  expect(answer.backports).toEqual([
    { commit: repo.hash("pick"), first: "v1.0.1", confidence: "certain", evidence: ["trailer", "subject", "patch-id"] },
  ]);
});

test("grades a pick with the author and date of the fix and the same patch as certain", async () => {
  using repo = new TestRepository([
    base,
    { ...fixed, author: "dana", authored: 1_690_000_000, tags: ["v1.1.0"] },
    {
      id: "pick",
      subject: "Bring it to 1.0",
      on: "1.0",
      from: "base",
      author: "dana",
      authored: 1_690_000_000,
      files: { "a.txt": "new\n" },
    },
  ]);

  const { backports } = await find(repo);

  expect(backports).toEqual([
    { commit: repo.hash("pick"), first: null, confidence: "certain", evidence: ["author-date", "patch-id"] },
  ]);
});

test("lists a commit that only names the same number, and counts no release because of it", async () => {
  using repo = new TestRepository([
    base,
    { ...fixed, tags: ["v2.0.0"] },
    { id: "other", subject: "Make ready for it (#7)", on: "1.0", from: "base", tags: ["v1.0.1"] },
  ]);

  const answer = await find(repo);

  expect(answer.backports).toMatchObject([{ confidence: "possible", evidence: ["number"] }]);
  expect(answer.packages[0]?.intervals).toEqual([{ line: "2", from: "v2.0.0", to: "v2.0.0", open: true }]);
});

test("takes no release commit for a copy of another", async () => {
  using repo = new TestRepository([
    base,
    { ...fixed, subject: "Release new packages (#7)" },
    { id: "other", subject: "Release new packages (#8)", on: "1.0", from: "base" },
  ]);

  expect((await find(repo)).backports).toEqual([]);
});

test("takes a subject that comes again in one line of history for no evidence", async () => {
  using repo = new TestRepository([
    base,
    { id: "early", subject: "Close what was opened" },
    fixed,
    { id: "side", subject: "Close what was opened", on: "1.0", from: "base" },
  ]);

  expect((await find(repo)).backports).toEqual([]);
});

const revert = (id: string, title: string): Step => ({
  id,
  subject: `Revert "${title}"`,
  files: { "a.txt": `${id}\n` },
});

test("knows a release that contains the fix and its revert from one that has it", async () => {
  using repo = new TestRepository([
    base,
    { ...fixed, tags: ["v1.1.0"] },
    { ...revert("back", "Close what was opened (#7)"), tags: ["v1.2.0"] },
  ]);

  const answer = await find(repo);

  expect(answer.containedButReverted).toEqual(["v1.2.0"]);
  expect(answer.reverts).toEqual([
    { commit: repo.hash("back"), reverts: repo.hash("fix"), reapplies: false, first: "v1.2.0" },
  ]);
  expect(answer.packages[0]).toMatchObject({
    intervals: [{ from: "v1.1.0", to: "v1.1.0", open: false }],
    safeFloor: { "1": null },
  });
});

test("counts a fix that was reverted and applied again from the second time on", async () => {
  using repo = new TestRepository([
    base,
    { ...fixed, tags: ["v1.1.0"] },
    { ...revert("back", "Close what was opened (#7)"), tags: ["v1.2.0"] },
    { id: "again", subject: 'Reapply "Close what was opened (#7)"', tags: ["v1.3.0"] },
  ]);

  const answer = await find(repo);

  expect(answer.reverts.map(({ reapplies }) => reapplies)).toEqual([false, true]);
  expect(answer.packages[0]?.safeFloor).toEqual({ "1": "v1.3.0" });
});

test("keeps a revert on one line to that line", async () => {
  using repo = new TestRepository([
    base,
    { ...fixed, tags: ["v1.1.0"] },
    { id: "next", tags: ["v2.0.0"] },
    { ...revert("back", "Close what was opened (#7)"), on: "1.x", from: "fix", tags: ["v1.1.1"] },
  ]);

  expect((await find(repo)).packages[0]?.safeFloor).toEqual({ "1": null, "2": "v2.0.0" });
});

test("uses the tags of a package of its own in a monorepo", async () => {
  using repo = new TestRepository([
    {
      id: "base",
      files: {
        "package.json": '{"name": "root", "private": true}',
        "packages/core/package.json": '{"name": "@s/core"}',
      },
      tags: ["@s/core@1.0.0", "@s/ui@3.0.0"],
    },
    { ...fixed, files: { "packages/core/a.ts": "new\n" } },
    { id: "r", tags: ["@s/ui@3.1.0"] },
    { id: "s", tags: ["@s/core@1.0.1"] },
  ]);

  expect((await find(repo)).packages).toMatchObject([
    { name: "@s/core", tagPrefix: "@s/core@", first: { stable: "@s/core@1.0.1", describe: "@s/core@1.0.1~2" } },
  ]);
});

test("has nothing to name while the fix is in no release", async () => {
  using repo = new TestRepository([base, fixed]);

  expect((await find(repo)).packages[0]).toMatchObject({
    first: { stable: null, any: null, date: null, describe: null },
    intervals: [],
    safeFloor: {},
  });
});

test("names a pre-release as the first of any kind and no safe floor while there is no stable one", async () => {
  using repo = new TestRepository([base, { ...fixed, tags: ["v2.0.0-rc.1"] }]);

  expect((await find(repo)).packages[0]).toMatchObject({
    first: { stable: null, any: "v2.0.0-rc.1" },
    intervals: [{ line: "2", from: "v2.0.0-rc.1", to: "v2.0.0-rc.1", open: true }],
    safeFloor: { "2": null },
  });
});

test("follows a merge commit by its number, and describes the way through the second parent", async () => {
  using repo = new TestRepository([
    base,
    { id: "inner", on: "topic", from: "base" },
    { id: "main2" },
    { id: "merge", subject: "Merge pull request #7 from x/topic", merges: ["inner"], files: {} },
    { id: "r", tags: ["v1.1.0"] },
  ]);

  expect(await find(repo)).toMatchObject({ commit: repo.hash("merge"), confidence: "certain" });
  expect((await find(repo, repo.hash("inner"))).packages[0]?.first.describe).toBe("v1.1.0~1^2");
});

test("finds a pull request that no commit names through the ref its host keeps, as not landed", async () => {
  using repo = new TestRepository([base, { id: "head", on: "topic", from: "base" }]);
  repo.git(["update-ref", "refs/pull/7/head", repo.hash("head")]);
  repo.git(["update-ref", "-d", "refs/heads/topic"]);

  expect(await find(repo)).toMatchObject({ commit: repo.hash("head"), confidence: "possible" });
});

test("calls the commit that closes an issue likely", async () => {
  using repo = new TestRepository([base, { ...fixed, subject: "Own it", body: "Fixes #9" }]);

  expect(await find(repo, "https://example.org/o/r/issues/9")).toMatchObject({
    commit: repo.hash("fix"),
    confidence: "likely",
  });
});

test("has no name where there is no manifest, and reads tags without a v, of nested tag objects and of blobs", async () => {
  using repo = new TestRepository([{ id: "base", tags: ["1.0"] }, fixed, { id: "r" }]);
  const env = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  repo.git([...env, "tag", "-a", "-m", "x", "inner-object", repo.hash("r")]);
  repo.git([...env, "tag", "-a", "-m", "x", "1.1", "inner-object"]);
  repo.git(["tag", "blob", repo.git(["hash-object", "-w", "--stdin"], "x").trim()]);

  const answer = await find(repo);

  expect(answer.packages[0]).toMatchObject({ name: null, tagPrefix: "", first: { stable: "1.1" } });
  expect(answer.ignoredTags).toEqual([
    { tag: "blob", reason: "names no commit" },
    { tag: "inner-object", reason: "has no version in its name" },
  ]);
});

test("gives a private manifest no name, as no registry has it", async () => {
  using repo = new TestRepository([
    { id: "base", files: { "package.json": '{"name": "root", "private": true}' }, tags: ["v1.0.0"] },
    { ...fixed, tags: ["v1.0.1"] },
  ]);

  expect((await find(repo)).packages).toMatchObject([{ name: null, first: { stable: "v1.0.1" } }]);
});
