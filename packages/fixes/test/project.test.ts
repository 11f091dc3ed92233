import { join } from "node:path";
import { expect, test } from "vitest";
import { findProject } from "../src/project.ts";
import { projectOf } from "./project-files.ts";

test.each([
  [
    "npm, yarn and bun",
    { "package.json": '{"workspaces": ["./packages/*", "!packages/old"]}', "package-lock.json": "" },
  ],
  ["yarn's long form", { "package.json": '{"workspaces": {"packages": ["packages/{a,b}"]}}', "yarn.lock": "" }],
  ["pnpm", { "pnpm-workspace.yaml": "packages:\n  - packages/**\n  - '!packages/old'\n", "pnpm-lock.yaml": "" }],
  [
    "uv",
    {
      "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n',
      "uv.lock": "",
    },
  ],
])("a member of a workspace belongs to its root, and so do the other members: %s", async (_, root) => {
  await using project = await projectOf({
    ...root,
    "packages/a/package.json": "{}",
    "packages/b/pyproject.toml": "",
    "packages/a/node_modules/c/package.json": "{}",
    "packages/old/package.json": "{}",
  });
  const member = join(project.dir, "packages/a");

  const found = await findProject(member);

  const names = Object.keys(root).filter((name) => /package\.json|pyproject|workspace/.test(name));
  expect(found.root).toBe(project.dir);
  expect(found.locks).toHaveLength(1);
  expect(found.manifests).toEqual(
    [...names, "packages/a/package.json", "packages/b/pyproject.toml"].map((path) => join(project.dir, path)),
  );
  expect(found.notes).toEqual([expect.stringContaining(`is a member of the workspace in ${project.dir}`)]);
});

test.each([
  ["names no such member", { "package.json": '{"workspaces": ["apps/*"]}', "package-lock.json": "" }],
  ["leaves it out", { "package.json": '{"workspaces": ["packages/*", "!packages/a"]}', "package-lock.json": "" }],
  ["has no lock file", { "package.json": '{"workspaces": ["packages/*"]}' }],
  [
    "lies outside of the repository",
    { "package.json": '{"workspaces": ["packages/*"]}', "package-lock.json": "", "packages/a/.git": "" },
  ],
])("a directory is a project of its own where the one above %s", async (_, files) => {
  await using project = await projectOf({ ...files, "packages/a/package.json": "{}" });
  const dir = join(project.dir, "packages/a");

  const found = await findProject(dir);

  expect(found).toEqual({ root: dir, locks: [], manifests: [join(dir, "package.json")], notes: [] });
});

test("a pattern that leads out of the root brings no files of others", async () => {
  await using project = await projectOf({
    "inner/package.json": '{"workspaces": ["../other", "/etc"]}',
    "inner/package-lock.json": "",
    "other/package.json": "{}",
  });

  const { manifests } = await findProject(join(project.dir, "inner"));

  expect(manifests).toEqual([join(project.dir, "inner/package.json")]);
});

test("a directory that is not there is refused", async () => {
  await expect(findProject("/no/such/directory")).rejects.toThrow(RangeError);
});
