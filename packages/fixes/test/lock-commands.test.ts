import { join } from "node:path";
import { expect, test } from "vitest";
import { checkProject } from "../src/check.ts";
import { raiseFloor } from "../src/raise/raise-floor.ts";
import { dueCommands } from "../src/raise/write-raise.ts";
import { npmFix, pythonFix } from "./answers.ts";
import { packageLock, projectOf } from "./project-files.ts";

const now = Date.parse("2026-06-09T00:57:44Z");

async function due(files: Readonly<Record<string, string>>, answer = npmFix()): Promise<string[]> {
  await using project = await projectOf(files);
  const { dir } = project;
  const { edits } = await raiseFloor({ dir, answer, now });
  const report = await checkProject({ dir, answer, now });
  const commands = await dueCommands(dir, edits, report, answer);
  return commands.map(({ argv, lockFile }) => `${lockFile.slice(join(dir, "/").length)}: ${argv.join(" ")}`);
}

const old = { "package.json": '{ "dependencies": { "socketry": "^6.1.0" } }' };
const high = { "package.json": '{ "dependencies": { "socketry": "^6.2.5" } }' };
const npmLock = { "package-lock.json": packageLock({ "node_modules/socketry": "6.1.0" }) };
const berry =
  '__metadata:\n  version: 8\n\n"socketry@npm:^6.1.0":\n  version: 6.1.0\n  resolution: "socketry@npm:6.1.0"\n';
const pypi = (version: string): string => `version = 1\n[[package]]\nname = "agents"\nversion = "${version}"\n`;

test.each([
  ["npm", npmLock, "package-lock.json: npm install --package-lock-only --ignore-scripts --no-audit --no-fund"],
  ["pnpm", { "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" }, "pnpm-lock.yaml: pnpm install --lockfile-only"],
  ["bun", { "bun.lock": "{}" }, "bun.lock: bun install --lockfile-only"],
  ["yarn v1", { "yarn.lock": "# yarn lockfile v1\n" }, "yarn.lock: yarn install --ignore-scripts"],
  ["yarn berry", { "yarn.lock": "__metadata:\n  version: 8\n" }, "yarn.lock: yarn install --mode=update-lockfile"],
])("after an edit, %s writes its lock anew", async (_, lock, command) => {
  expect(await due({ ...old, ...lock })).toEqual([expect.stringContaining(command)]);
});

test.each([
  ["npm", { ...high, ...npmLock }, "npm update socketry --package-lock-only"],
  [
    "pnpm",
    { ...high, "pnpm-lock.yaml": "lockfileVersion: '9.0'\npackages:\n  socketry@6.1.0: {}\n" },
    "pnpm update -r --no-save",
  ],
  ["yarn v1", { ...high, "yarn.lock": 'socketry@^6.1.0:\n  version "6.1.0"\n' }, "yarn upgrade socketry"],
  ["yarn berry", { ...high, "yarn.lock": berry }, "yarn up -R socketry"],
  [
    "bun",
    { ...high, "bun.lock": '{"packages": {"socketry": ["socketry@6.1.0"]}}' },
    "bun update --lockfile-only socketry",
  ],
])("what the lock keeps in range is moved by %s", async (_, files, command) => {
  expect(await due(files)).toEqual([expect.stringContaining(command)]);
});

test.each([
  ["uv.lock", "uv lock --upgrade-package agents==1.92.0"],
  ["poetry.lock", "poetry update --lock --no-interaction agents"],
  ["pdm.lock", "pdm update --no-sync --update-reuse agents"],
])("what %s keeps in range is moved to the floor", async (name, command) => {
  const files = { "pyproject.toml": '[project]\ndependencies = ["agents>=1.92.0"]\n', [name]: pypi("1.20.0") };

  expect(await due(files, pythonFix())).toEqual([`${name}: ${command}`]);
});

test("a lock that has the fix needs no command, nor does a fix that is not released", async () => {
  const none = { stable: null, any: null, date: null, describe: null };

  expect(await due({ ...high, "package-lock.json": packageLock({ "node_modules/socketry": "6.2.5" }) })).toEqual([]);
  expect(await due({ ...old, ...npmLock }, npmFix({ first: none, intervals: [], safeFloor: {} }))).toEqual([]);
});

test("copies beside the one that an edit moves are told apart", async () => {
  const lock = packageLock({ "node_modules/socketry": "6.1.0", "node_modules/a/node_modules/socketry": "6.1.0" });

  expect(await due({ ...old, "package-lock.json": lock })).toEqual([
    expect.stringContaining("npm install"),
    expect.stringContaining("npm update socketry"),
  ]);
});

test("only the managers of the ecosystem that was edited are run", async () => {
  expect(await due({ ...old, ...npmLock, "uv.lock": pypi("1.0") })).toEqual([expect.stringContaining("npm install")]);
});
