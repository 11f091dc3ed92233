import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FixAnswer } from "../src/answer.ts";
import { checkProject, type CheckReport } from "../src/check.ts";
import { npmFix, pythonFix } from "./answers.ts";

const now = Date.parse("2026-05-09T00:57:44Z");

async function check(answer: FixAnswer, text: string, path = "requirements.txt"): Promise<CheckReport> {
  return await checkProject({ files: [{ path, text }], answer, now });
}

function lockOf(...found: readonly string[]): string {
  const packages = found.map((version, index) => [`node_modules/p${index}/node_modules/socketry`, { version }]);
  return JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(packages) });
}

test.each([
  ["1.20.0", "lacks"],
  ["1.92.0b1", "lacks"],
  ["1.92.0", "has"],
  ["1.100.0.post1", "has"],
  ["1.107.5+local", "has"],
  ["1.107.6", "unknown"],
  ["2.0.0b3", "unknown"],
  ["2.1.0", "has"],
  ["3.0.0", "unknown"],
  ["banana", "unknown"],
])("agents %s %s the fix", async (version, state) => {
  const { copies } = await check(pythonFix(), `Agents==${version}\n`);

  expect(copies.map((copy) => copy.state)).toEqual([state]);
});

test.each([
  ["5.9.0", "lacks"],
  ["6.0.14", "has"],
  ["6.1.0", "lacks"],
  ["6.2.4", "lacks"],
  ["6.2.5", "has"],
  ["7.0.0-rc.1", "unknown"],
])("socketry %s %s the fix, which a release may have and the next one lack", async (version, state) => {
  const { copies } = await check(npmFix(), lockOf(version), "package-lock.json");

  expect(copies.map((copy) => copy.state)).toEqual([state]);
});

test("one copy of several that lacks the fix makes the project affected", async () => {
  const report = await check(npmFix(), lockOf("6.3.0", "6.1.0"), "package-lock.json");

  expect(report).toMatchObject({ verdict: "affected", exitCode: 1 });
  expect(report.copies.map(({ path, safeFloor }) => [path, safeFloor])).toEqual([
    ["node_modules/p0/node_modules/socketry", "v6.2.5"],
    ["node_modules/p1/node_modules/socketry", "v6.2.5"],
  ]);
});

test("a project whose copies all have the fix is told so, and since when it is out", async () => {
  const report = await check(pythonFix(), "agents-slim==1.92.0\nagents==1.95.0\n");

  expect(report).toMatchObject({ verdict: "has-fix", exitCode: 0, outFor: 86_400_000, problems: [] });
});

test("a fix in no stable release is not released, whatever is installed", async () => {
  const none = { stable: null, any: null, date: null, describe: null };
  const report = await check(pythonFix({ first: none, intervals: [], safeFloor: {} }), "agents==1.0\n");

  expect(report).toMatchObject({ verdict: "not-released", exitCode: 2, outFor: null });
});

test("a line below 1.0.0 is a minor, and one that the answer knows without the fix lacks it", async () => {
  const answer = npmFix({
    first: { stable: "v0.3.2", any: "v0.3.2", date: null, describe: null },
    intervals: [{ line: "0.3", from: "v0.3.2", to: "v0.3.9", open: true }],
    safeFloor: { "0.3": "v0.3.2", "0.4": null },
  });

  const { copies } = await check(answer, lockOf("0.2.9", "0.3.2", "0.4.0", "0.5.0"), "package-lock.json");

  expect(copies.map(({ state }) => state)).toEqual(["lacks", "has", "lacks", "unknown"]);
});

test.each([
  ["requests==2.0\n", "no lock file has agents-slim or agents"],
  ["agents>=1.92\n", "settled at installation"],
])("what says nothing about the package is unknown: %j", async (text, reason) => {
  const report = await check(pythonFix(), text);

  expect(report).toMatchObject({ verdict: "unknown", exitCode: 3 });
  expect([...report.problems, ...report.copies.map((copy) => copy.reason)].join()).toContain(reason);
});

test("tags with underscores and prefixes are read as versions", async () => {
  const answer = pythonFix({
    tagPrefix: "rel_",
    first: { stable: "rel_1_4_0", any: "rel_1_4_0", date: null, describe: null },
    intervals: [{ line: "1", from: "rel_1_4_0", to: "rel_1_4_9", open: true }],
  });

  const { copies } = await check(answer, "agents==1.4.3\n");

  expect(copies[0]).toMatchObject({ state: "has", reason: "rel_1_4_0 to rel_1_4_9 have the fix" });
});

test("a directory is checked by its lock files, and without any it is refused with what to do", async () => {
  const dir = await mkdtemp(join(tmpdir(), "fixes-check-"));
  try {
    await expect(checkProject({ dir, answer: npmFix(), now })).rejects.toMatchObject({ code: "FIXES_LOCK_MISSING" });

    await writeFile(join(dir, "bun.lockb"), "");
    expect(await checkProject({ dir, answer: npmFix(), now })).toMatchObject({ verdict: "unknown" });

    await writeFile(join(dir, "bun.lock"), '{"packages": {"socketry": ["socketry@6.3.0"],},}');
    expect(await checkProject({ dir, answer: npmFix(), now })).toMatchObject({ verdict: "has-fix", problems: [] });
  } finally {
    await rm(dir, { recursive: true });
  }
});
