import { chmod } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import type { FixAnswer, PackageAnswer } from "../../src/answer.ts";
import { verifyFix } from "../../src/index.ts";
import { npmFix, pythonFix } from "../answers.ts";
import { packageLock, projectOf } from "../project-files.ts";
import { openTestServer, type TestAnswer, type TestServer } from "../test-server.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const releases = { "6": ["v6.0.13", "v6.0.14", "v6.2.4", "v6.2.5", "v6.4.0"], "7": ["v7.0.0", "v7.1.0"] };
const socketry = (changes: Partial<PackageAnswer> = {}): FixAnswer => npmFix({ releases, ...changes });

function packument(versions: Readonly<Record<string, object>>): TestAnswer {
  const entries = Object.entries(versions).map(([version, more]) => [version, { name: "socketry", version, ...more }]);
  const latest = Object.keys(versions).at(-1);
  return { json: { name: "socketry", "dist-tags": { latest }, versions: Object.fromEntries(entries) } };
}

async function registry(versions: Readonly<Record<string, object>> = { "6.2.5": {} }): Promise<TestServer> {
  return await openTestServer({ "/socketry": packument(versions) });
}

test("the old version lacks the fix, the floor has it and is published, and the release below lacks it", async () => {
  await using npm = await registry();
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.2.1" }) });

  const report = await verifyFix({ dir: project.dir, answer: socketry(), registry: npm.url });

  expect(report.verdict).toBe("verified");
  expect(report.releases).toEqual([
    {
      old: "6.2.1",
      new: "6.2.5",
      checks: [
        { check: "old lacks", package: "socketry", version: "6.2.1", result: "holds", reason: expect.anything() },
        { check: "new has", package: "socketry", version: "6.2.5", result: "holds", reason: expect.anything() },
        { check: "below lacks", package: "socketry", version: "6.2.4", result: "holds", reason: expect.anything() },
        { check: "published", package: "socketry", version: "6.2.5", result: "holds", reason: "the registry has it" },
      ],
    },
  ]);
});

test("the lowest of the copies that lack the fix is the old version", async () => {
  await using npm = await registry();
  const copies = { "node_modules/socketry": "6.0.15", "node_modules/a/node_modules/socketry": "6.10.0" };
  const lacking = { "node_modules/b/node_modules/socketry": "6.2.4", "node_modules/c/node_modules/socketry": "6.2.1" };
  await using project = await projectOf({ "package-lock.json": packageLock({ ...copies, ...lacking }) });

  const report = await verifyFix({ dir: project.dir, answer: socketry(), registry: npm.url });

  expect(report.releases[0]?.old).toBe("6.2.1");
});

test.for([
  ["an old version that has the fix", { old: "6.2.6" }, "old lacks", /v6.2.5 to v6.4.0 have the fix/],
  ["a new version that lacks it", { new: "6.2.4" }, "new has", /the fix comes with v6.2.5/],
] as const)("%s refutes it", async ([, versions, check, reason]) => {
  await using npm = await registry({ "6.2.4": {}, "6.2.5": {} });
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.2.1" }) });

  const report = await verifyFix({ dir: project.dir, answer: socketry(), registry: npm.url, ...versions });

  expect(report).toMatchObject({ verdict: "refuted", exitCode: 1 });
  const failed = report.releases[0]?.checks.filter(({ result }) => result === "fails");
  expect(failed).toEqual([expect.objectContaining({ check, reason: expect.stringMatching(reason) })]);
});

test("a release below the floor that has the fix by a copy of it is named", async () => {
  await using npm = await registry({ "6.2.4": {} });
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.0.1" }) });
  const intervals = [{ line: "6", from: "v6.0.14", to: "v6.4.0", open: true }];

  const report = await verifyFix({
    dir: project.dir,
    answer: socketry({ intervals, safeFloor: { "6": "v6.2.4" } }),
    registry: npm.url,
  });

  expect(report.releases[0]?.checks[2]).toMatchObject({ version: "6.0.14", result: "holds" });
  expect(report.releases[0]?.checks[2]?.reason).toContain("v6.0.14 has the fix, and a later one below v6.2.4");
});

test.for([
  ["that the registry does not have", { "6.2.4": {} }, "refuted", "fails", "the registry has no such version"],
  ["that is deprecated", { "6.2.5": { deprecated: "broken" } }, "refuted", "fails", "deprecated: broken"],
] as const)("a release %s is none to raise to", async ([, versions, verdict, result, reason]) => {
  await using npm = await registry(versions);
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.2.1" }) });

  const report = await verifyFix({ dir: project.dir, answer: socketry(), registry: npm.url });

  expect(report.verdict).toBe(verdict);
  expect(report.releases[0]?.checks.at(-1)).toMatchObject({ check: "published", result, reason });
});

test.for([
  ["has no such package", {}, "refuted", "the registry has no such version"],
  ["fails", { "/socketry": { status: 500, json: {} } as TestAnswer }, "unknown", "the registry gave no answer (E500)"],
] as const)("a registry that %s is no silent pass", async ([, routes, verdict, reason]) => {
  await using npm = await openTestServer(routes);
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.2.1" }) });

  const report = await verifyFix({ dir: project.dir, answer: socketry(), registry: npm.url });

  expect(report).toMatchObject({ verdict });
  expect(report.releases[0]?.checks.at(-1)).toMatchObject({ reason });
});

test.for([
  ["says nothing, as some do of a version that does not exist,", "", "refuted", "the registry has no such version"],
  ["says what cannot be read", "<html>", "unknown", "what npm said of it cannot be read"],
] as const)("an npm that %s and ends well is no silent pass", async ([, says, verdict, reason]) => {
  const npm = `#!/bin/sh\necho '${says}'\n`;
  await using bin = await projectOf({ npm });
  await chmod(join(bin.dir, "npm"), 0o755);
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.2.1" }) });
  vi.stubEnv("PATH", `${bin.dir}${delimiter}${process.env["PATH"]}`);

  const report = await verifyFix({ dir: project.dir, answer: socketry() });

  expect(report).toMatchObject({ verdict });
  expect(report.releases[0]?.checks.at(-1)).toMatchObject({ reason });
});

test("nothing is asked offline, and the answer is then unknown", async () => {
  await using npm = await registry();
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.2.1" }) });

  const report = await verifyFix({ dir: project.dir, answer: socketry(), registry: npm.url, offline: true });

  expect(npm.requests).toEqual([]);
  expect(report).toMatchObject({ verdict: "unknown", exitCode: 3 });
});

test.for([
  ["has", { info: {} }, "verified"],
  ["has taken back", { info: { yanked: true, yanked_reason: "no wheels" } }, "refuted"],
] as const)("PyPI is asked by its JSON answers, which say that it %s the release", async ([, info, verdict]) => {
  await using pypi = await openTestServer({ "/pypi/agents/1.92.0/json": { json: info } });
  await using project = await projectOf({ "requirements.txt": "agents==1.20.0\n" });
  const answer = pythonFix({ releases: { "1": ["v1.91.0", "v1.92.0", "v1.107.5"] } });

  const report = await verifyFix({ dir: project.dir, answer, registry: pypi.url });

  expect(report.verdict).toBe(verdict);
  expect(report.releases[0]).toMatchObject({ old: "1.20.0", new: "1.92.0" });
});

test("a fix in no release is not released", async () => {
  await using npm = await registry();
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.2.1" }) });
  const none = { stable: null, any: null, date: null, describe: null };

  const answer = socketry({ first: none, intervals: [], safeFloor: { "6": null } });
  const report = await verifyFix({ dir: project.dir, answer, registry: npm.url });

  expect(report).toMatchObject({ verdict: "not-released", exitCode: 2 });
});

test.for([
  [{ package: "other" }, /the fix is in no such package; the answer is about socketry/],
  [{ old: "six" }, /six is no version of npm/],
  [{ new: "six" }, /six is no version of npm/],
] as const)("refuses %j before the registry is asked", async ([options, message]) => {
  await using npm = await registry();
  await using project = await projectOf({ "package-lock.json": packageLock({ "node_modules/socketry": "6.2.1" }) });

  const verifying = verifyFix({ dir: project.dir, answer: socketry(), registry: npm.url, ...options });

  await expect(verifying).rejects.toThrow(message);
  expect(npm.requests).toEqual([]);
});

test.for([
  ["a project that does not name the package", { "package-lock.json": packageLock({ "node_modules/other": "1.0.0" }) }],
  ["a directory without a project", {}],
] as const)("of %s nothing is known, and no registry is asked", async ([, files]) => {
  await using npm = await registry();
  await using project = await projectOf(files);

  const report = await verifyFix({ dir: project.dir, answer: socketry(), registry: npm.url });

  expect(npm.requests).toEqual([]);
  expect(report).toMatchObject({ verdict: "unknown", releases: [] });
});
