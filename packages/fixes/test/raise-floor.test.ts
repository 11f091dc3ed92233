import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyEdits } from "../src/raise/edit.ts";
import { type FloorRaise, raiseFloor } from "../src/raise/raise-floor.ts";
import { npmFix, pythonFix } from "./answers.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "fixes-raise-"));
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function raised(name: string, text: string): Promise<FloorRaise & { readonly text: string }> {
  await writeFile(join(dir, name), text);
  const raise = await raiseFloor({ dir, answer: name === "package.json" ? npmFix() : pythonFix() });
  await applyEdits(raise.edits);
  return { ...raise, text: await readFile(join(dir, name), "utf8") };
}

test.each([
  ["tabs and CRLF", '{\r\n\t"dependencies": {\r\n\t\t"socketry": "^6.1.0"\r\n\t}\r\n}\r\n'],
  ["a byte order mark and no final newline", '\uFEFF{ "dependencies": { "socketry": "^6.1.0" } }'],
  [
    "dev, optional and peer tables",
    '{"devDependencies": {"socketry": "^6.1.0"},\n"peerDependencies": {"socketry": "^6.1.0"}}\n',
  ],
])("package.json keeps all but the version: %s", async (_what, text) => {
  const result = await raised("package.json", text);

  expect(result.text).toBe(text.replaceAll("^6.1.0", "^6.2.5"));
  expect(result.refusals).toEqual([]);
});

test.each([
  ['"socketry": "workspace:*"', "a package of this workspace"],
  ['"socketry": "catalog:"', "raise it in the workspace's catalog"],
  ['"socketry": "github:o/socketry#abc"', "name a commit or a release"],
  ['"socketry": "o/socketry"', "name a commit or a release"],
  ['"socketry": "file:../socketry"', "bring the fix in there"],
  ['"other": "npm:socketry@^6.1.0"', "installed under another name"],
  ['"socketry": "latest"', "is a tag of the registry"],
  ['"socketry": "*"', "write one: ^6.2.5"],
  ['"socketry": "^6.1.\\u0030"', "write it plainly first"],
])("package.json's %s is left alone, with what to do", async (entry, advice) => {
  const text = `{ "dependencies": { ${entry} } }`;

  const result = await raised("package.json", text);

  expect(result.text).toBe(text);
  expect(result.refusals.map(({ reason }) => reason)).toEqual([expect.stringContaining(advice)]);
});

test.each([
  ['"overrides": { "socketry": "6.1.0" }', "overrides"],
  ['"overrides": { "parent": { "socketry@^6": "6.1.0" } }', "overrides.parent"],
  ['"overrides": { "socketry": { ".": "6.1.0" } }', "overrides.socketry"],
  ['"resolutions": { "**/socketry": "6.1.0" }', "resolutions"],
  ['"pnpm": { "overrides": { "parent@>=1>socketry@<7": "6.1.0" } }', "pnpm.overrides"],
  ['"pnpm": { "overrides": { "socketry@>=6 <7": "6.1.0" } }', "pnpm.overrides"],
  ['"workspaces": { "catalogs": { "old": { "socketry": "6.1.0" } } }', "workspaces.catalogs.old"],
])("%s is raised beside the dependency that it decides", async (entry, table) => {
  const text = `{ "dependencies": { "socketry": "^6.1.0" },\n${entry} }`;

  const result = await raised("package.json", text);

  expect(result.text).toBe(text.replace("^6.1.0", "^6.2.5").replace('"6.1.0"', '"6.2.5"'));
  expect(result.edits.map((edit) => edit.table)).toEqual(["dependencies", table]);
});

test("an override that takes the direct dependency's version is left to that", async () => {
  const text = '{ "dependencies": { "socketry": "^6.1.0" }, "overrides": { "socketry": "$socketry" } }';

  const { refusals, edits } = await raised("package.json", text);

  expect(edits.map(({ after }) => after)).toEqual(["^6.2.5"]);
  expect(refusals[0]?.reason).toContain("raise that");
});

test("pyproject.toml keeps comments, literal strings, extras and markers in every table", async () => {
  const text = `# top
[project]
dependencies = [
  'agents[mcp] >= 1.20.0 ; python_version > "3.9"', # why
  "other>=1.20.0",
]
[project.optional-dependencies]
slim = ["agents_slim~=1.20"]
[dependency-groups]
dev = ["Agents==1.20.0", {include-group = "lint"}]
[tool.poetry.dependencies]
python = "^3.9"
agents = "^1.20"
[tool.poetry.group.test.dependencies]
agents = { version = "^1.20.0", extras = ["x"] }
`;

  const result = await raised("pyproject.toml", text);

  expect(result.refusals).toEqual([]);
  expect(result.text.split("\n")).toEqual(
    text
      .replace(">= 1.20.0 ;", ">= 1.92.0,<2 ;")
      .replace("slim~=1.20", "slim~=1.92")
      .replace("==1.20.0", "==1.92.0")
      .replace('"^1.20"', '"^1.92"')
      .replace('"^1.20.0"', '"^1.92.0"')
      .split("\n"),
  );
  expect(result.edits.map(({ table }) => table)).toEqual([
    "project.dependencies",
    "project.optional-dependencies.slim",
    "dependency-groups.dev",
    "tool.poetry.dependencies",
    "tool.poetry.group.test.dependencies",
  ]);
});

test.each([
  ['[project]\ndynamic = ["version", "dependencies"]\n', "computed at build time"],
  ['[project]\ndependencies = ["agents @ https://host.example/a.whl"]\n', "it comes from a URL"],
  ['[project]\ndependencies = ["agents>=1.20.0"]\n[tool.uv.sources]\nagents = { git = "x" }\n', "tool.uv.sources"],
  ['[project]\ndependencies = ["agents>=1.2\\u0030.0"]\n', "write it plainly first"],
  ['[project]\ndependencies = ["agents"]\n', "write one: >=1.92.0,<2"],
])("pyproject.toml that no edit of one line can raise is left alone, with what to do: %j", async (text, advice) => {
  const result = await raised("pyproject.toml", text);

  expect(result.text).toBe(text);
  expect(result.refusals.map(({ reason }) => reason)).toEqual([expect.stringContaining(advice)]);
});

test("a requirements file keeps comments, markers and line ends; hashed and compiled ones are left alone", async () => {
  const plain = "# all\r\nagents >=1.20.0 ; python_version < '4'  # why\r\n-r base.txt\r\n";

  expect((await raised("requirements.txt", plain)).text).toBe(plain.replace(">=1.20.0", ">=1.92.0,<2"));

  const hashed = await raised("requirements.txt", "agents==1.20.0 \\\n    --hash=sha256:aa\n");
  expect([hashed.edits, hashed.refusals[0]?.reason]).toEqual([[], expect.stringContaining("hashes bind it")]);
  const compiled = await raised("requirements.txt", "# This file was autogenerated by uv\nagents==1.20.0\n");
  expect([compiled.edits, compiled.refusals[0]?.reason]).toEqual([[], expect.stringContaining("is compiled")]);
});

test("the dry run is a unified diff, and says where a final newline is missing", async () => {
  await writeFile(join(dir, "requirements.txt"), "a\nb\nc\nd\nagents>=1.20.0");

  const { diff } = await raiseFloor({ dir, answer: pythonFix() });

  expect(diff).toBe(`--- a/requirements.txt
+++ b/requirements.txt
@@ -2,4 +2,4 @@
 b
 c
 d
-agents>=1.20.0
\\ No newline at end of file
+agents>=1.92.0,<2
\\ No newline at end of file
`);
});

test("the diff joins edits that are near, and keeps apart those that are far", async () => {
  const rows = [
    "a",
    "a",
    "agents==1.20.0",
    "b",
    "agents==1.21.0",
    ...Array.from({ length: 12 }, () => "c"),
    "agents==1.22.0",
    "",
  ];
  await writeFile(join(dir, "requirements.txt"), rows.join("\n"));

  const { diff } = await raiseFloor({ dir, answer: pythonFix() });

  expect(diff.match(/^@@.*$/gm)).toEqual(["@@ -1,8 +1,8 @@", "@@ -15,4 +15,4 @@"]);
});

test("dynamic dependencies are no obstacle where the package stands in another table", async () => {
  const text = '[project]\ndynamic = ["dependencies"]\n[dependency-groups]\ndev = ["agents==1.20.0"]\n';

  const { refusals, edits } = await raised("pyproject.toml", text);

  expect([refusals, edits.length]).toEqual([[], 1]);
});

test("a manifest that changed since is not written, nor is any other", async () => {
  await writeFile(join(dir, "constraints.txt"), "agents==1.20.0\n", { mode: 0o640 });
  await writeFile(join(dir, "requirements.txt"), "agents>=1.20.0\n");
  const { edits } = await raiseFloor({ dir, answer: pythonFix() });
  await writeFile(join(dir, "requirements.txt"), "agents>=1.21.0\n");

  await expect(applyEdits(edits)).rejects.toMatchObject({ code: "FIXES_MANIFEST_CHANGED" });

  expect(await readFile(join(dir, "constraints.txt"), "utf8")).toBe("agents==1.20.0\n");
  await applyEdits(edits.slice(0, 1));
  expect((await stat(join(dir, "constraints.txt"))).mode & 0o777).toBe(0o640);
  expect(await readdir(dir)).toEqual(["constraints.txt", "requirements.txt"]);
});

test("manifests that were written before one that cannot be are put back", async () => {
  // The new file beside it would have a name that is too long.
  const long = `requirements-${"a".repeat(230)}.txt`;
  await writeFile(join(dir, "constraints.txt"), "agents==1.20.0\n");
  await writeFile(join(dir, long), "agents==1.20.0\n");
  const { edits } = await raiseFloor({ dir, answer: pythonFix() });

  await expect(applyEdits(edits)).rejects.toMatchObject({ code: "ENAMETOOLONG" });

  expect(edits).toHaveLength(2);
  expect(await readFile(join(dir, "constraints.txt"), "utf8")).toBe("agents==1.20.0\n");
  expect((await readdir(dir)).toSorted()).toEqual(["constraints.txt", long]);
});

test.each([
  ["package.json", "{ // no\n}", "no JSON"],
  ["pyproject.toml", "[a", "no TOML"],
  ["requirements.txt", Buffer.from([0xff, 0xfe, 0x61, 0x00]), "no UTF-8"],
])("%s that is not what its name says is refused", async (name, content, found) => {
  await writeFile(join(dir, name), content);

  const raising = raiseFloor({ dir, answer: pythonFix() });

  await expect(raising).rejects.toMatchObject({ code: "FIXES_MANIFEST_UNREADABLE" });
  await expect(raising).rejects.toThrow(found);
});
