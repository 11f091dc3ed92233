import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { fixProject, packageLock, socketryFix } from "./fix-projects.ts";

const none = { stable: null, any: null, date: null, describe: null };
const manifest = { "package.json": '{\n  "dependencies": { "socketry": "^6.1.0" }\n}\n' };
const locked = (version: string): Record<string, string> => ({
  ...manifest,
  "package-lock.json": packageLock({ "node_modules/socketry": version }),
});

test.each([
  ["0, has the fix", locked("6.2.5"), socketryFix(), 0, "has the fix: 1 copy, 1 with it"],
  ["1, affected", locked("6.1.0"), socketryFix(), 1, "AFFECTED: 1 copy, 1 without the fix"],
  [
    "2, not released",
    locked("6.1.0"),
    socketryFix({ first: none, intervals: [], safeFloor: {}, floorDates: {} }),
    2,
    "NOT RELEASED: 1 copy, 1 without the fix; the fix is in no release yet",
  ],
  ["3, unknown", locked("6.9.0"), socketryFix(), 3, "UNKNOWN: 1 copy, 1 unknown"],
  ["3, without a lock", manifest, socketryFix(), 3, "UNKNOWN: no copy found"],
])("the exit code is %s", async (_, files, answer, exitCode, summary) => {
  await using project = await fixProject(files, answer);
  const console = captureConsole();

  const code = await main(["fix", "check", "--dir", project.dir, "--answer", project.answer], console);

  expect(console.err()).toBe("");
  expect(console.out()).toContain(`\n  ${summary}`);
  expect(code).toBe(exitCode);
});

test("each copy is on a line of its own with its place, and so is each requirement", async () => {
  await using project = await fixProject({
    ...manifest,
    "package-lock.json": packageLock({
      "node_modules/socketry": "6.2.5",
      "node_modules/a/node_modules/socketry": "6.1.0",
    }),
  });
  const console = captureConsole();

  await main(["fix", "check", "--dir", project.dir, "--answer", project.answer], console);

  expect(console.out().replaceAll(`${project.dir}/`, "").split("\n")).toEqual([
    "holdfast fix check   #7 (ffffffffff)   socketry",
    "  has       package-lock.json:10   node_modules/socketry   socketry 6.2.5   v6.2.5 has the fix; 1 release behind v6.4.0; safe floor v6.2.5",
    "  lacks     package-lock.json:13   node_modules/a/node_modules/socketry   socketry 6.1.0   it is older than v6.2.5, the first release with the fix; 2 releases behind v6.4.0; safe floor v6.2.5",
    '  floor low package.json:2   dependencies   socketry "^6.1.0"   it admits 6.1.0, which lacks it',
    expect.stringMatching(
      /^ {2}AFFECTED: 2 copies, 1 without the fix, 1 with it; the fix is out for \d+ days; 1 requirement admits releases without it$/,
    ),
    "",
  ]);
});

test("--json prints one line", async () => {
  await using project = await fixProject(locked("6.1.0"));
  const console = captureConsole();

  const code = await main(["fix", "check", "--dir", project.dir, "--answer", project.answer, "--json"], console);

  expect(code).toBe(1);
  expect(console.out()).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(console.out())).toMatchObject({
    query: "#7",
    commit: "f".repeat(40),
    verdict: "affected",
    copies: [{ package: "socketry", version: "6.1.0", state: "lacks", behind: 2, latest: "v6.4.0" }],
    requirements: [{ range: "^6.1.0", state: "low" }],
    problems: [],
    notes: [],
  });
});

test("what a lock file says cannot act on the terminal", async () => {
  await using project = await fixProject({
    "package-lock.json": packageLock({ "node_modules/\u001b[2J\u202e/node_modules/socketry": "6.1.0" }),
  });
  const console = captureConsole();

  await main(["fix", "check", "--dir", project.dir, "--answer", project.answer], console);

  expect(console.out()).toContain("node_modules/\\u{1b}[2J\\u{202e}/node_modules/socketry");
  expect(console.out()).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
});

test("an answer of an earlier version, without dates and releases, is read", async () => {
  const { floorDates: _dates, releases: _releases, ...older } = socketryFix().packages[0] ?? {};
  await using project = await fixProject(locked("6.1.0"), { ...socketryFix(), packages: [older] });
  const console = captureConsole();

  const code = await main(["fix", "check", "--dir", project.dir, "--answer", project.answer, "--json"], console);

  expect(code).toBe(1);
  expect(JSON.parse(console.out())).toMatchObject({ copies: [{ behind: null, latest: null }] });
});

test.each([
  ["is no JSON", "{", "it is no JSON"],
  ["is a list", "[]", "it is no JSON object"],
  ["lacks a field", { ...socketryFix(), packages: undefined }, 'its field "packages" is missing or of another shape'],
  ["has another confidence", { ...socketryFix(), confidence: "sure" }, 'its field "confidence"'],
  ["has a date that is none", socketryFix({ first: { ...none, date: "soon" } }), 'its field "packages"'],
  ["has a floor that is a number", socketryFix({ safeFloor: { 6: 6 as unknown as string } }), 'its field "packages"'],
  ["is the line of another command", { verdict: "affected", copies: [] }, 'its field "query"'],
])("an answer file that %s is refused with what to give", async (_, answer, found) => {
  await using project = await fixProject(locked("6.1.0"), answer);
  const console = captureConsole();

  const code = await main(["fix", "check", "--dir", project.dir, "--answer", project.answer], console);

  expect(code).toBe(64);
  expect(console.out()).toBe("");
  expect(console.err()).toContain(found);
  expect(console.err()).toMatch(/holdfast fix find <repo> <query> --json prints\n$/);
});

test.each([
  ["no answer", [], /a fix is named by <repo> <query>, or by --answer <file>/],
  ["a repository alone", ["../repo"], /a fix is named by/],
  ["two answers", ["../repo", "#7", "--answer", "x.json"], /--answer stands in place of <repo> <query>/],
  ["no such file", ["--answer", "/no/such.json"], /--answer \/no\/such\.json: it cannot be read/],
  ["no such directory", ["--dir", "/no/such", "--answer", "x.json"], /--dir takes the directory of a project/],
  ["two ways of fetching", ["../repo", "#7", "--offline", "--refresh"], /cannot be used with option '--refresh'/],
])("a command line with %s is refused", async (_, argv, message) => {
  const console = captureConsole();

  const code = await main(["fix", "check", ...argv], console);

  expect(code).toBe(64);
  expect(console.err()).toMatch(message);
});

test("without --answer, the repository is asked", async () => {
  await using project = await fixProject(locked("6.1.0"));
  await using repository = await fixProject({ "package.json": '{ "name": "socketry", "version": "6.1.0" }' });
  const git = (...argv: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...argv], {
      cwd: repository.dir,
      env: { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null" },
      encoding: "utf8",
    });
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "start");
  git("tag", "v6.1.0");
  await writeFile(join(repository.dir, "index.js"), "// fixed\n");
  git("add", ".");
  git("commit", "--quiet", "--message", "fix: close where it was opened (#7)");
  git("tag", "v6.2.5");
  const console = captureConsole();

  const code = await main(["fix", "check", repository.dir, "#7", "--dir", project.dir], console);

  expect(console.out()).toContain(
    "socketry 6.1.0   it is older than v6.2.5, the first release with the fix; 1 release behind v6.2.5",
  );
  expect(code).toBe(1);
});

test("what cannot be found out is unknown, with one line that says why", async () => {
  await using project = await fixProject(locked("6.1.0"));
  const console = captureConsole();

  const code = await main(["fix", "check", project.dir, "#7", "--dir", project.dir], console);

  expect(code).toBe(3);
  expect(console.out()).toBe("");
  expect(console.err()).toMatch(/^holdfast: .*\n$/);
});
