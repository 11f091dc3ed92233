import { expect, test } from "vitest";
import { TestRepository } from "../repository.ts";
import { ask, base, fix, inShort } from "./case.ts";

const bare = { id: "base", files: { "a.txt": "old\n" } };
const person = ["-c", "user.name=t", "-c", "user.email=t@example.org"];

test("takes the date of an annotated tag from the tag, as the release may be later than its commit", async () => {
  using repo = new TestRepository([base, fix]);
  const env = { GIT_COMMITTER_DATE: "1800000000 +0000" };
  repo.git([...person, "tag", "-a", "-m", "x", "v1.0.1"], "", env);

  const { packages } = await ask(repo);

  expect(packages[0]?.first).toMatchObject({ stable: "v1.0.1", date: "2027-01-15T08:00:00Z" });
});

test("reports the tag of a tree, which is no release", async () => {
  using repo = new TestRepository([base, { ...fix, tags: ["v1.0.1"] }]);
  repo.git(["tag", "v9.9.9", repo.git(["rev-parse", "main^{tree}"]).trim()]);

  const answer = await ask(repo);

  expect(inShort(answer).runs).toEqual(["v1.0.1..v1.0.1.."]);
  expect(answer.ignoredTags).toEqual([{ tag: "v9.9.9", reason: "names no commit" }]);
});

test("follows a tag to where it was moved", async () => {
  using repo = new TestRepository([{ ...base, tags: ["v1.0.0", "v1.0.1"] }, fix]);
  repo.git(["tag", "-f", "v1.0.1", repo.hash("fix")]);

  expect(inShort(await ask(repo)).first).toBe("v1.0.1");
});

test("reports tags without a version, however they sort", async () => {
  using repo = new TestRepository([base, { ...fix, tags: ["delete", "elete", "origin", "dev", "v1.0.1", "zzz"] }]);

  const answer = await ask(repo);

  expect(inShort(answer).first).toBe("v1.0.1");
  expect(answer.ignoredTags.map(({ tag }) => tag)).toEqual(["delete", "dev", "elete", "origin", "zzz"]);
});

test("leaves a slip of the keyboard out, whose version is below releases in its own history", async () => {
  using repo = new TestRepository([
    base,
    { id: "b", tags: ["v1.1.0"] },
    { id: "c", tags: ["v1.2.0"] },
    { id: "d", tags: ["v1.3.0"] },
    { ...fix, tags: ["v0.0.1001"] },
    { id: "r", tags: ["v1.4.0"] },
  ]);

  const answer = await ask(repo);

  expect(inShort(answer)).toEqual({ first: "v1.4.0", runs: ["v1.4.0..v1.4.0.."] });
  expect(answer.ignoredTags).toMatchObject([{ tag: "v0.0.1001" }]);
});

test.for([
  ["with a word and underscores", "rel_1_4_0", "rel_1_4_1", "rel_"],
  ["with the name of the project", "tokio-1.2.3", "tokio-1.2.4", "tokio-"],
  ["with a word and two numbers", "release-1.2", "release-1.3", "release-"],
  ["without a v", "4.16.0", "4.16.1", ""],
  ["with an edition", "v17.03.0-ce", "v17.03.1-ce", "v"],
  ["with four numbers", "1.2.3.9", "1.2.3.10", ""],
  ["with a date", "2024.12.30", "2025.1.2", ""],
  ["with a post-release", "1.2", "1.2.post1", ""],
  ["with an epoch", "2024.1", "1!0.1", ""],
] as const)("reads releases %s", async ([, before, after, prefix]) => {
  using repo = new TestRepository([
    { ...bare, tags: [before] },
    { ...fix, tags: [after] },
  ]);

  const answer = await ask(repo);

  expect(answer.packages).toMatchObject([{ tagPrefix: prefix, first: { stable: after, describe: after } }]);
  expect(answer.packages[0]?.intervals).toMatchObject([{ from: after, to: after, open: true }]);
  expect(answer.ignoredTags).toEqual([]);
});

test("uses the tags of a module in a directory of its own, and those of the whole repository elsewhere", async () => {
  const module = (name: string): string => `module example.org/engine${name}\n`;
  using repo = new TestRepository([
    { id: "base", files: { "go.mod": module(""), "api/go.mod": module("/api") }, tags: ["v3.4.0", "api/v3.4.0"] },
    { id: "fix", subject: "Close what was opened (#7)", files: { "api/a.go": "new\n" }, tags: ["v3.5.0"] },
    { id: "next", tags: ["api/v3.5.0"] },
    { id: "other", subject: "Drain it (#8)", files: { "a.go": "new\n" } },
    { id: "last", tags: ["v3.6.0"] },
  ]);

  expect(inShort(await ask(repo)).first).toBe("api/v3.5.0");
  expect(inShort(await ask(repo, "#8")).first).toBe("v3.6.0");
});

test("goes on to tags of another form, where the numbering goes on", async () => {
  using repo = new TestRepository([
    { ...bare, tags: ["v27.0.0", "api/v1.51.0"] },
    { id: "next", tags: ["v28.0.0", "api/v1.52.0"] },
    { ...fix, tags: ["v28.0.1"] },
    { id: "later", tags: ["docker-v29.0.0", "api/v1.53.0"] },
  ]);

  expect(inShort(await ask(repo))).toEqual({
    first: "v28.0.1",
    runs: ["v28.0.1..v28.0.1..", "docker-v29.0.0..docker-v29.0.0.."],
  });
});

test.for(["ui-0.5.0", "ui-7.0.0", "ui@2.0.0", "ui/v2.0.0"])(
  "does not take %s of a package for the next release of all",
  async (tag) => {
    using repo = new TestRepository([
      { ...bare, tags: ["v1.0.0"] },
      { ...fix, tags: ["v1.0.1"] },
      { id: "later", tags: [tag] },
    ]);

    expect(inShort(await ask(repo)).runs).toEqual(["v1.0.1..v1.0.1.."]);
  },
);

test("names the useful one of two schemes on the same commits", async () => {
  using repo = new TestRepository([
    { ...bare, tags: ["v3.12.0", "v0.312.0"] },
    fix,
    { id: "r", tags: ["v3.13.0", "v0.313.0"] },
  ]);

  const answer = await ask(repo);

  expect(inShort(answer)).toEqual({ first: "v3.13.0", runs: ["v3.13.0..v3.13.0.."] });
  expect(answer.ignoredTags).toContainEqual({ tag: "v0.313.0", reason: "is another name of v3.13.0" });
});

test("leaves a tag of one number out, which moves with each release", async () => {
  using repo = new TestRepository([base, fix, { id: "r", tags: ["v1.1.0"] }, { id: "s", tags: ["v1.2.0", "v1"] }]);

  const answer = await ask(repo);

  expect(inShort(answer)).toEqual({ first: "v1.1.0", runs: ["v1.1.0..v1.2.0.."] });
  expect(answer.ignoredTags).toMatchObject([{ tag: "v1" }]);
});

test.for([["8.1.0.dev0"], ["8.1.0a1"], ["8.1.0b1"], ["8.1.0rc1"], ["8.1.0-0"], ["8.1.0-alpha.1"]] as const)(
  "takes %s for a pre-release, and the version itself for the first stable one",
  async ([pre]) => {
    using repo = new TestRepository([
      { ...bare, tags: ["8.0.0"] },
      { ...fix, tags: [pre] },
      { id: "r", tags: ["8.1.0"] },
    ]);

    const { packages } = await ask(repo);

    expect(packages[0]).toMatchObject({ first: { stable: "8.1.0", any: pre }, safeFloor: { "8": "8.1.0" } });
  },
);

test("orders by version and not by date, where an older line is released later", async () => {
  using repo = new TestRepository([
    base,
    fix,
    { id: "beta", tags: ["v2.0.0-beta.1"] },
    { id: "patch", on: "1.x", from: "fix", tags: ["v1.0.1"] },
    { id: "final", on: "main", tags: ["v2.0.0"] },
  ]);

  expect(inShort(await ask(repo))).toEqual({ first: "v1.0.1", runs: ["v1.0.1..v1.0.1..", "v2.0.0..v2.0.0.."] });
});

test("makes one run across a version that was skipped", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v1.107.1"] },
    { id: "b", tags: ["v1.107.2"] },
    { id: "c", tags: ["v1.107.4"] },
  ]);

  const { packages } = await ask(repo);

  expect(packages[0]?.intervals).toHaveLength(1);
  expect(packages[0]?.releases).toEqual({ "1": ["v1.0.0", "v1.107.1", "v1.107.2", "v1.107.4"] });
});

test("keeps a line for each minor version below 1.0.0", async () => {
  using repo = new TestRepository([
    { ...base, tags: ["v0.1.0"] },
    { ...fix, tags: ["v0.2.0"] },
    { id: "patch", on: "0.1", from: "base", tags: ["v0.1.1"] },
  ]);

  const { packages } = await ask(repo);

  expect(packages[0]?.intervals.map(({ line }) => line)).toEqual(["0.2"]);
  expect(packages[0]?.releases).toEqual({ "0.1": ["v0.1.0", "v0.1.1"], "0.2": ["v0.2.0"] });
});

test.for(["@s/core@", "core@", "core-v", "packages/core/v"] as const)(
  "finds the tags of a package in the form %s among those of others",
  async (prefix) => {
    using repo = new TestRepository([
      {
        id: "base",
        files: { "packages/core/package.json": '{"name": "@s/core"}' },
        tags: ["ui@7.0.0", `${prefix}1.0.0`],
      },
      { ...fix, files: { "packages/core/a.ts": "new\n" }, tags: ["ui@8.0.0"] },
      { id: "r", tags: [`${prefix}1.0.1`] },
    ]);

    expect(inShort(await ask(repo)).first).toBe(`${prefix}1.0.1`);
  },
);

test("answers from hundreds of tags of twenty packages with those of one", async () => {
  const names = Array.from({ length: 20 }, (_, at) => `p${at}`);
  const tagsOf = (version: string): string[] => names.map((name) => `${name}@${version}`);
  const files = Object.fromEntries(names.map((name) => [`packages/${name}/package.json`, `{"name": "${name}"}`]));
  using repo = new TestRepository([
    { id: "base", files, tags: tagsOf("1.0.0") },
    ...Array.from({ length: 8 }, (_, at) => ({ id: `c${at}`, tags: tagsOf(`1.0.${at + 1}`) })),
    { ...fix, files: { "packages/p7/a.ts": "new\n" } },
    ...Array.from({ length: 8 }, (_, at) => ({ id: `d${at}`, tags: tagsOf(`1.1.${at}`) })),
  ]);

  expect(inShort(await ask(repo))).toEqual({ first: "p7@1.1.0", runs: ["p7@1.1.0..p7@1.1.7.."] });
});
