import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyEdits } from "../src/raise/edit.ts";
import { type FloorRaise, raiseFloor } from "../src/raise/raise-floor.ts";
import { npmFix } from "./answers.ts";
import { projectOf } from "./project-files.ts";

async function raised(files: Readonly<Record<string, string>>): Promise<FloorRaise & { readonly texts: string[] }> {
  await using project = await projectOf(files);
  const raise = await raiseFloor({ dir: project.dir, answer: npmFix() });
  await applyEdits(raise.edits);
  const texts = await Promise.all(Object.keys(files).map((path) => readFile(join(project.dir, path), "utf8")));
  return { ...raise, texts };
}

const yaml = `# shared
packages:
  - packages/*
catalog:
    socketry: ^6.1.0 # why
    "@s/other": ^6.1.0
catalogs:
  old:
    'socketry': '~6.1.0'
  "new":
    socketry: "^6.2.5"
overrides:
  parent@1>socketry@^6: 6.1.0
socketry: ^6.1.0
`;

test.each(["pnpm-workspace.yaml", ".yarnrc.yml"])(
  "%s keeps all but the versions of its catalogs and overrides",
  async (name) => {
    const { texts, edits, unchanged, refusals } = await raised({ [name]: yaml });

    expect(texts[0]?.split("\n")).toEqual(
      yaml
        .replace("    socketry: ^6.1.0 #", "    socketry: ^6.2.5 #")
        .replace("'~6.1.0'", "'~6.2.5'")
        .replace("6.1.0\nsocketry", "6.2.5\nsocketry")
        .split("\n"),
    );
    expect(edits.map(({ line, table }) => [line, table])).toEqual([
      [5, "catalog"],
      [9, "catalogs.old"],
      [13, "overrides"],
    ]);
    expect(unchanged.map(({ line }) => line)).toEqual([11]);
    expect(refusals).toEqual([]);
  },
);

test("CRLF and a byte order mark are kept", async () => {
  const text = "\uFEFFcatalog:\r\n  socketry: ^6.1.0\r\n";

  const { texts } = await raised({ "pnpm-workspace.yaml": text });

  expect(texts).toEqual([text.replace("6.1.0", "6.2.5")]);
});

test.each([
  ["a flow style", "catalog: { socketry: ^6.1.0 }\n"],
  ["an anchor", "catalog:\n  other: &v ^6.1.0\n  socketry: *v\n"],
  ["a folded text", "catalog:\n  socketry: >-\n    ^6.1.0\n"],
  ["an escape", 'catalog:\n  socketry: "^6.1.\\x30"\n'],
])("%s is refused, not guessed at", async (_, text) => {
  const { texts, refusals } = await raised({ "pnpm-workspace.yaml": text });

  expect(texts).toEqual([text]);
  expect(refusals.map(({ reason }) => reason)).toEqual([expect.stringContaining("not written as one plain line")]);
});

test("what takes its version from a catalog is raised there, once, for every member", async () => {
  const { edits, unchanged, diff } = await raised({
    "pnpm-workspace.yaml": "packages:\n  - packages/*\ncatalog:\n  socketry: ^6.1.0\n",
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "packages/a/package.json": '{ "dependencies": { "socketry": "catalog:" } }',
    "packages/b/package.json": '{ "dependencies": { "socketry": "^6.1.0" } }',
  });

  expect(edits.map(({ file }) => file.split("/").slice(-2).join("/"))).toEqual([
    expect.stringContaining("pnpm-workspace.yaml"),
    "b/package.json",
  ]);
  expect(unchanged.map(({ reason }) => reason)).toEqual(["the catalog in pnpm-workspace.yaml decides its version"]);
  expect(diff.match(/^\+\+\+ .*$/gm)).toEqual(["+++ b/pnpm-workspace.yaml", "+++ b/packages/b/package.json"]);
});

test("a file that is no YAML is refused", async () => {
  await expect(raised({ "pnpm-workspace.yaml": "catalog: [" })).rejects.toMatchObject({
    code: "FIXES_MANIFEST_UNREADABLE",
  });
});
