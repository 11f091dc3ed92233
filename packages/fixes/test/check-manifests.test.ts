import { join } from "node:path";
import { expect, test } from "vitest";
import { checkProject, type CheckReport } from "../src/check.ts";
import { npmFix, pythonFix } from "./answers.ts";
import { packageLock, projectOf } from "./project-files.ts";

const now = Date.parse("2026-05-09T00:57:44Z");

async function check(files: Readonly<Record<string, string>>, answer = npmFix(), below = ""): Promise<CheckReport> {
  await using project = await projectOf(files);
  const report = await checkProject({ dir: join(project.dir, below), answer, now });
  const text = JSON.stringify(report).replaceAll(`${project.dir}/`, "").replaceAll(project.dir, ".");
  return JSON.parse(text) as CheckReport;
}

function stated({ requirements }: CheckReport): string[] {
  return requirements.map(({ state, file, line, range, reason }) => `${state} ${file}:${line} ${range} ${reason}`);
}

test("a floor can be low although the lock has the fix, which changes no verdict", async () => {
  const report = await check({
    "package.json": '{\n  "dependencies": { "socketry": "^6.1.0" }\n}\n',
    "package-lock.json": packageLock({ "node_modules/socketry": "6.2.5" }),
  });

  expect(report).toMatchObject({ verdict: "has-fix", exitCode: 0, problems: [], notes: [] });
  expect(stated(report)).toEqual(["low package.json:2 ^6.1.0 it admits 6.1.0, which lacks it"]);
});

test("a lock whose copies are in none of what the manifests ask for is stale", async () => {
  const report = await check({
    "package.json": '{ "dependencies": { "socketry": "^6.2.5" } }',
    "package-lock.json": packageLock({ "node_modules/socketry": "6.1.0" }),
  });

  expect(report.verdict).toBe("affected");
  expect(stated(report)).toEqual(["high package.json:1 ^6.2.5 all that it admits has the fix"]);
  expect(report.notes).toEqual([
    "package.json:1 asks for socketry ^6.2.5, and the lock has 6.1.0 at package-lock.json:4: the lock is stale, write it anew",
  ]);
});

test("every member of a workspace is looked at, wherever in it one asks", async () => {
  const report = await check(
    {
      "package.json": '{ "workspaces": ["packages/*"] }',
      "package-lock.json": packageLock({
        "node_modules/socketry": "6.2.5",
        "packages/b/node_modules/socketry": "6.1.0",
      }),
      "packages/a/package.json": '{ "dependencies": { "socketry": "^6.2.5" } }',
      "packages/b/package.json": '{ "dependencies": { "socketry": "~6.1.0" } }',
    },
    npmFix(),
    "packages/a",
  );

  expect(report.copies.map(({ path, state }) => [path, state])).toEqual([
    ["node_modules/socketry", "has"],
    ["packages/b/node_modules/socketry", "lacks"],
  ]);
  expect(report.requirements.map(({ file, state }) => [file, state])).toEqual([
    ["packages/a/package.json", "high"],
    ["packages/b/package.json", "low"],
  ]);
  expect(report.notes[0]).toContain("a member of the workspace in .");
});

test.each([
  ["npm:socketry@^6.1.0", "low"],
  ["workspace:*", "unknown"],
  ["workspace:^6.1.0", "unknown"],
  ["github:o/socketry#abc", "unknown"],
  ["git+ssh://git@host.example/o/socketry.git", "unknown"],
  ["o/socketry", "unknown"],
  ["file:../socketry", "unknown"],
  ["patch:socketry@6.1.0#./x.patch", "unknown"],
  ["https://host.example/socketry.tgz", "unknown"],
  ["catalog:", "unknown"],
  ["latest", "unknown"],
])("package.json's %s is %s, with the reason", async (range, state) => {
  const report = await check({
    "package.json": JSON.stringify({ dependencies: { socketry: range } }),
    "package-lock.json": packageLock({ "node_modules/socketry": "6.2.5" }),
  });

  expect(report.requirements).toMatchObject([{ state, reason: expect.stringMatching(/\w{3}/) as string }]);
});

test("catalogs and overrides are requirements as well", async () => {
  const report = await check({
    "pnpm-workspace.yaml": "catalog:\n  socketry: ^6.1.0\noverrides:\n  'parent>socketry@<7': 6.2.5\n",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\npackages:\n  socketry@6.2.5: {}\n",
  });

  expect(stated(report)).toEqual([
    "low pnpm-workspace.yaml:2 ^6.1.0 it admits 6.1.0, which lacks it",
    "high pnpm-workspace.yaml:4 6.2.5 all that it admits has the fix",
  ]);
});

test("a range in a requirements file is a requirement where a lock says what is installed, and a pin is a copy", async () => {
  const report = await check(
    {
      "requirements.in": "agents>=1.20\n",
      "requirements.txt": "agents==1.92.0\n",
    },
    pythonFix(),
  );

  expect(report.verdict).toBe("has-fix");
  expect(report.copies.map(({ file, version }) => [file, version])).toEqual([["requirements.txt", "1.92.0"]]);
  expect(report.requirements.map(({ file, state }) => [file, state])).toEqual([["requirements.in", "low"]]);
});

test("a project without a lock is unknown, and its manifests are judged all the same", async () => {
  const report = await check({ "pyproject.toml": '[project]\ndependencies = ["agents>=1.92,<2"]\n' }, pythonFix());

  expect(report).toMatchObject({ verdict: "unknown", exitCode: 3, copies: [], requirements: [{ state: "high" }] });
  expect(report.problems).toEqual([
    expect.stringContaining("no lock file says which version of agents-slim or agents"),
  ]);
});

test("dependencies that are computed at build time are unknown, unless the package stands in another table", async () => {
  const dynamic = '[project]\ndynamic = ["dependencies"]\n';
  const table = '[dependency-groups]\ndev = ["agents>=1.92,<2"]\n';

  const alone = await check({ "pyproject.toml": dynamic }, pythonFix());
  const beside = await check({ "pyproject.toml": dynamic + table }, pythonFix());

  expect(alone.requirements).toMatchObject([{ state: "unknown", table: "project.dynamic" }]);
  expect(alone.requirements[0]?.reason).toContain("computed at build time");
  expect(beside.requirements.map(({ state }) => state)).toEqual(["high"]);
});

test("a manifest that cannot be read is a problem, and no end of the check", async () => {
  const report = await check({
    "package.json": "{",
    "package-lock.json": packageLock({ "node_modules/socketry": "6.2.5" }),
  });

  expect(report.verdict).toBe("has-fix");
  expect(report.problems).toEqual([expect.stringContaining("package.json: it is no JSON")]);
});

test("a copy is told how many releases of its own line are newer", async () => {
  const releases = { "6": ["v6.0.14", "v6.1.0", "v6.2.5", "v6.4.0"], "7": ["v7.0.0"] };
  const files = {
    "package-lock.json": packageLock({ "node_modules/socketry": "6.1.0", "a/node_modules/socketry": "5.0.0" }),
  };

  const { copies } = await check(files, npmFix({ releases }));

  expect(copies.map(({ behind, latest }) => [behind, latest])).toEqual([
    [2, "v6.4.0"],
    [null, null],
  ]);
});
