import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FixFinder } from "../src/fix-finder.ts";
import { TestRepository } from "./repository.ts";

const base = { id: "base", files: { "src/a.ts": "one\ntwo\n", "src/old.ts": "1\n2\n3\n4\n" } };

test("shows who made a commit, what it says, its files with counts, and the hunks", async () => {
  using repo = new TestRepository([
    base,
    {
      id: "fix",
      subject: "Own the session (#4514)",
      body: "It was counted.\n",
      author: "dana",
      files: { "src/a.ts": "one\nthree\nfour\n" },
    },
  ]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const shown = await finder.show("#4514");

  expect(shown).toEqual({
    commit: repo.hash("fix"),
    author: { name: "dana", email: "dana@example.org" },
    authored: "2023-11-14T23:13:20Z",
    committed: "2023-11-14T23:13:20Z",
    subject: "Own the session (#4514)",
    body: "It was counted.",
    pullRequest: "4514",
    url: null,
    files: [{ path: "src/a.ts", movedFrom: null, added: 2, removed: 1, binary: false, shown: true }],
    patch: expect.stringMatching(/^diff --git a\/src\/a\.ts b\/src\/a\.ts\n.*\n one\n-two\n\+three\n\+four\n$/s),
  });
});

test("shows the first commit, one that moves a file, and one that takes files away", async () => {
  using repo = new TestRepository([
    base,
    { id: "move", files: { "src/new.ts": "1\n2\n3\n4\n" }, without: ["src/old.ts"] },
    { id: "gone", files: {}, without: ["src/a.ts"] },
  ]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const [first, move, gone] = await Promise.all(["base", "move", "gone"].map((id) => finder.show(repo.hash(id))));

  expect(first?.files.map(({ path, added }) => [path, added])).toEqual([
    ["src/a.ts", 2],
    ["src/old.ts", 4],
  ]);
  expect(move?.files).toMatchObject([{ path: "src/new.ts", movedFrom: "src/old.ts", added: 0, removed: 0 }]);
  expect(move?.patch).toContain("rename from src/old.ts\nrename to src/new.ts\n");
  expect(gone?.files).toMatchObject([{ path: "src/a.ts", added: 0, removed: 2 }]);
});

test("shows a merge as what it brought to its first parent, with the request that GitLab names", async () => {
  using repo = new TestRepository([
    base,
    { id: "side", on: "side", from: "base", files: { "side.ts": "side\n" } },
    { id: "main", files: { "main.ts": "main\n" } },
    {
      id: "merge",
      subject: "Merge branch 'side' into 'main'",
      body: "See merge request o/r!12",
      merges: ["side"],
      files: { "side.ts": "side\n" },
    },
  ]);
  repo.git(["config", "remote.origin.url", "https://gitlab.example.org/o/r.git"]);
  const finder = await FixFinder.open({ repo: repo.dir, offline: true });

  const shown = await finder.show(repo.hash("merge"));

  expect(shown.files.map(({ path }) => path)).toEqual(["side.ts"]);
  expect(shown).toMatchObject({ pullRequest: "12", url: "https://gitlab.example.org/o/r/-/merge_requests/12" });
});

test.for([
  ["git@github.com:o/r.git", "https://github.com/o/r/pull/7"],
  ["https://github.com/o/r", "https://github.com/o/r/pull/7"],
  ["ext::sh -c true", null],
  ["file:///srv/o/r.git", null],
  ["/srv/r.git", null],
] as const)("takes the page of the pull request from the origin %s", async ([origin, url]) => {
  using repo = new TestRepository([{ id: "fix", subject: "Close it (#7)" }]);
  repo.git(["config", "remote.origin.url", origin]);
  const finder = await FixFinder.open({ repo: repo.dir, offline: true });

  const shown = await finder.show(repo.hash("fix"));

  expect(shown.url).toBe(url);
});

test("names the page of the commit where it names no pull request", async () => {
  using repo = new TestRepository([base]);
  repo.git(["config", "remote.origin.url", "https://github.com/o/r"]);
  const finder = await FixFinder.open({ repo: repo.dir, offline: true });

  const shown = await finder.show(repo.hash("base"));

  expect(shown.url).toBe(`https://github.com/o/r/commit/${repo.hash("base")}`);
});

test("names a binary file and one that is too long, and shows the hunks of the others", async () => {
  const long = "line\n".repeat(401);
  using repo = new TestRepository([
    base,
    { id: "fix", files: { "logo.png": "\0\u{1}\0", "package-lock.json": long, "z.ts": "new\n" } },
  ]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const shown = await finder.show(repo.hash("fix"));

  expect(shown.files).toMatchObject([
    { path: "logo.png", added: null, removed: null, binary: true, shown: true },
    { path: "package-lock.json", added: 401, binary: false, shown: false },
    { path: "z.ts", added: 1, shown: true },
  ]);
  expect(shown.patch).toContain("Binary files /dev/null and b/logo.png differ\n");
  expect(shown.patch).not.toContain("package-lock.json");
  expect(shown.patch).toContain("+new\n");
});

test("cuts a patch of very long lines at the end of one", async () => {
  using repo = new TestRepository([base, { id: "fix", files: { "a.min.js": `${"x".repeat(150_000)}\n`.repeat(2) } }]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const { patch } = await finder.show(repo.hash("fix"));

  expect(patch.length).toBeLessThan(200_000);
  expect(patch).toMatch(/^\+x+\n$/m);
  expect(patch.endsWith("x\n")).toBe(true);
});

test("paths that look like patterns or have odd characters are shown as they are", async () => {
  const paths = [":!*", "a\tb.ts", "ä.ts", "[ab]*.ts"];
  const files = Object.fromEntries(paths.map((path) => [JSON.stringify(path), "new\n"]));
  using repo = new TestRepository([base, { id: "fix", files }]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const shown = await finder.show(repo.hash("fix"));

  expect(shown.files.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
  expect(shown.patch.match(/^\+new$/gm)).toHaveLength(paths.length);
});

test("no program that the repository or the user has set is run for it", async () => {
  using repo = new TestRepository([base, { id: "fix", files: { "src/a.ts": "new\n" } }]);
  mkdirSync(join(repo.dir, "info"), { recursive: true });
  writeFileSync(join(repo.dir, "info/attributes"), "*.ts diff=odd\n");
  repo.git(["config", "diff.odd.command", "false"]);
  repo.git(["config", "color.ui", "always"]);
  const finder = await FixFinder.open({ repo: repo.dir });

  const { patch } = await finder.show(repo.hash("fix"));

  expect(patch).toContain("\n+new\n");
});

test("an aborted signal ends it with its reason", async () => {
  using repo = new TestRepository([base]);
  const finder = await FixFinder.open({ repo: repo.dir });
  const reason = new Error("enough");

  await expect(finder.show(repo.hash("base"), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
