import { expect, test } from "vitest";
import { TestRepository } from "../repository.ts";
import { ask, base, fix, inShort } from "./case.ts";

test("counts a fix whose file was written anew since", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v1.1.0"] },
    { id: "anew", files: { "a.txt": "something else\n" }, tags: ["v2.0.0"] },
  ]);

  expect(inShort(await ask(repo)).runs).toEqual(["v1.1.0..v1.1.0..", "v2.0.0..v2.0.0.."]);
});

test("names a package that was renamed since by both names", async () => {
  const manifest = (name: string): Record<string, string> => ({ "packages/core/package.json": `{"name": "${name}"}` });
  using repo = new TestRepository([
    { id: "base", files: manifest("old-core"), tags: ["old-core@1.0.0"] },
    { ...fix, files: { "packages/core/a.ts": "new\n" }, tags: ["old-core@1.0.1"] },
    { id: "renamed", files: manifest("new-core"), tags: ["new-core@2.0.0"] },
  ]);

  expect((await ask(repo)).packages).toMatchObject([
    { name: "old-core", first: { stable: "old-core@1.0.1" } },
    { name: "new-core", first: { stable: "new-core@2.0.0" } },
  ]);
});

test("goes on with the tags of a package after its repository became one of many packages", async () => {
  using repo = new TestRepository([
    base,
    { ...fix, tags: ["v1.0.1"] },
    {
      id: "moved",
      files: { "package.json": '{"name": "root", "private": true}', "packages/kit/package.json": '{"name": "kit"}' },
      tags: ["kit@2.0.0", "ui@1.0.0"],
    },
  ]);

  expect(inShort(await ask(repo)).runs).toEqual(["v1.0.1..v1.0.1..", "kit@2.0.0..kit@2.0.0.."]);
});

test("names the package of the change although the change also writes a note for the release", async () => {
  using repo = new TestRepository([
    {
      id: "base",
      files: { "packages/core/package.json": '{"name": "core"}', "packages/ui/package.json": '{"name": "ui"}' },
      tags: ["core@1.0.0", "ui@1.0.0"],
    },
    {
      ...fix,
      files: { ".changeset/x.md": "core: patch\n", "packages/core/a.ts": "new\n", "packages/ui/README.md": "x\n" },
    },
    { id: "r", tags: ["core@1.0.1"] },
  ]);

  expect((await ask(repo)).packages.map(({ name }) => name)).toEqual(["core"]);
});

test("has no package to name for a change that touches none", async () => {
  using repo = new TestRepository([
    { id: "base", files: { "packages/core/package.json": '{"name": "core"}' }, tags: ["core@1.0.0"] },
    { ...fix, files: { ".changeset/x.md": "core: patch\n" }, tags: ["core@1.0.1"] },
  ]);

  expect((await ask(repo)).packages).toMatchObject([{ name: null }]);
});

test("does not name a package that was born after the fix, although its first release contains the commit", async () => {
  using repo = new TestRepository([
    { id: "base", files: { "packages/core/package.json": '{"name": "core"}' }, tags: ["core@1.0.0"] },
    { ...fix, files: { "packages/core/a.ts": "new\n" }, tags: ["core@1.0.1"] },
    { id: "born", files: { "packages/ui/package.json": '{"name": "ui"}' }, tags: ["ui@0.0.1"] },
  ]);

  expect((await ask(repo)).packages.map(({ name }) => name)).toEqual(["core"]);
});

test("names every package that a change touches, each with its own releases", async () => {
  using repo = new TestRepository([
    {
      id: "base",
      files: { "packages/core/package.json": '{"name": "core"}', "packages/ui/package.json": '{"name": "ui"}' },
      tags: ["core@1.0.0", "ui@1.0.0"],
    },
    { ...fix, files: { "packages/core/a.ts": "new\n", "packages/ui/a.ts": "new\n" }, tags: ["core@1.0.1"] },
    { id: "r", tags: ["ui@1.1.0"] },
  ]);

  expect((await ask(repo)).packages).toMatchObject([
    { name: "core", first: { stable: "core@1.0.1" } },
    { name: "ui", first: { stable: "ui@1.1.0" } },
  ]);
});

test("gives a name to no package whose manifest was broken at that commit", async () => {
  using repo = new TestRepository([
    { ...base, files: { "package.json": '{"name": "kit"' } },
    { ...fix, tags: ["v1.0.1"] },
  ]);

  expect((await ask(repo)).packages).toMatchObject([{ name: null, first: { stable: "v1.0.1" } }]);
});
