import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFaultyHttpServer } from "@holdfast/mcp/testing";
import { expect, test } from "vitest";
import { demoJson } from "../src/demo-json.ts";
import { exitCodes } from "../src/exit-codes.ts";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { demoResult } from "./demo-result.ts";
import { fixProject, packageLock } from "./fix-projects.ts";
import { fixRepository, incident } from "./fix-repositories.ts";
import { serve } from "./http-server.ts";

test("docs/cli.md lists every exit code, and no other", () => {
  const rows = [...page("cli").matchAll(/^\| (\d+(?:, \d+)*) +\|/gm)].flatMap(([, codes = ""]) =>
    codes.split(", ").map(Number),
  );

  expect(rows.toSorted((a, b) => a - b)).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b));
});

test.each([
  "demo",
  "reproduce",
  "doctor",
  "explore",
  "replay",
  "fix find",
  "fix check",
  "fix raise",
  "fix verify",
  "fix batch",
])("docs/cli.md lists every option of holdfast %s, and no other", async (command) => {
  const console = captureConsole();

  await main([...command.split(" "), "--help"], console);

  const options = [...console.out().matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);
  const listed = [...section("cli", command).matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(--[\w-]+)/g)].map(([, option]) => option),
  );
  expect(new Set([...listed, "--json", "--help"])).toEqual(new Set(options));
});

test("docs/json.md has every field of the line of holdfast demo, and no other", () => {
  const documented = fields("demo");

  const { leaves, all } = pathsOf(demoJson(demoResult()));

  expect(leaves.filter((path) => !documented.includes(path))).toEqual([]);
  expect(documented.filter((path) => !all.includes(path))).toEqual([]);
});

test("docs/json.md has every field of the line of holdfast reproduce, and no other", async () => {
  await using server = await serve(() => ({ body: "cancel scope" }));
  await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-cli-"));
  const before = join(folder.path, "before.json");
  const everything = ["--arrival", "burst", "--sprt", "0.02,0.2"];
  const argv = [
    "reproduce",
    `${server.url}?token=t0p`,
    "--requests",
    "2",
    "--concurrency",
    "1",
    ...everything,
    "--json",
  ];
  const [first, second] = [captureConsole(), captureConsole()];
  const documented = fields("reproduce");

  await main(argv, first);
  await writeFile(before, first.out());
  await main([...argv, "--compare", before], second);

  const { leaves, all } = pathsOf(JSON.parse(second.out()));
  expect(leaves.filter((path) => !documented.includes(path))).toEqual([]);
  expect(documented.filter((path) => !all.includes(path))).toEqual([]);
});

test("docs/json.md has every field of the line of holdfast doctor, and no other", async () => {
  await using server = await openFaultyHttpServer();
  const console = captureConsole();
  const documented = fields("doctor");

  await main(["doctor", server.url, "--json"], console);

  const { leaves, all } = pathsOf(JSON.parse(console.out()));
  expect(leaves.filter((path) => !documented.includes(path))).toEqual([]);
  expect(documented.filter((path) => !all.includes(path))).toEqual([]);
});

test("docs/json.md has every field of the lines of holdfast explore and replay, and no other", async () => {
  const [explored, replayed] = [captureConsole(), captureConsole()];
  const module = join(import.meta.dirname, "fixtures/lost-update.ts");
  await main(["explore", module, "--json"], explored);
  const found = JSON.parse(explored.out()) as { replay: string };
  await main(["replay", module, found.replay, "--json"], replayed);

  const lines = { explore: found, replay: JSON.parse(replayed.out()) as object };

  for (const [command, line] of Object.entries(lines)) {
    const { leaves, all } = pathsOf(line);
    expect(leaves.filter((path) => !fields(command).includes(path))).toEqual([]);
    expect(fields(command).filter((path) => !all.includes(path))).toEqual([]);
  }
});

test("docs/json.md has every field of the lines of holdfast fix find and fix batch, and no other", async () => {
  await using repo = await fixRepository([
    ...incident,
    {
      id: "pinning",
      files: { "all/package.json": '{ "name": "all", "dependencies": { "triage-kit": "workspace:*" } }' },
    },
  ]);
  await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-cli-"));
  const file = join(folder.path, "queries.txt");
  await writeFile(file, "#77\n");
  const [found, searched, answered] = [captureConsole(), captureConsole(), captureConsole()];

  await main(["fix", "find", repo.dir, "#4514", "--show", "--json"], found);
  await main(["fix", "find", repo.dir, "--search", "cancel scope", "--json"], searched);
  await main(["fix", "batch", repo.dir, file], answered);

  for (const [command, console] of Object.entries({
    "fix find\n": found,
    "fix find --search": searched,
    "fix batch": answered,
  })) {
    const { leaves, all } = pathsOf(JSON.parse(console.out()));
    // Of a host that is not asked, and of what has no example in the repository, only the name is known.
    const documented = fields(command).filter(
      (path) => !/^host\[\]|^shown$/.test(path) && !path.includes("pinnedBy[]"),
    );
    expect(leaves.filter((path) => !fields(command).includes(path) && !path.endsWith("pinnedBy"))).toEqual([]);
    expect(documented.filter((path) => !all.includes(path))).toEqual([]);
  }
});

test("docs/json.md has every field of the lines of holdfast fix check and fix raise, and no other", async () => {
  const manifest = { dependencies: { socketry: "^6.1.0" }, devDependencies: { socketry: "^6.2.5" } };
  await using project = await fixProject({
    "package.json": '{ "workspaces": ["packages/*"] }',
    "package-lock.json": packageLock({ "node_modules/socketry": "5.0.0" }),
    "yarn.lock": "__metadata:\n  version: 99\n",
    "packages/a/package.json": JSON.stringify({ ...manifest, optionalDependencies: { socketry: "*" } }),
  });
  const argv = ["--dir", join(project.dir, "packages/a"), "--answer", project.answer, "--json"];
  const [checked, raised] = [captureConsole(), captureConsole()];

  await main(["fix", "check", ...argv], checked);
  await main(["fix", "raise", ...argv], raised);

  for (const [command, console] of Object.entries({ "fix check": checked, "fix raise": raised })) {
    const { leaves, all } = pathsOf(JSON.parse(console.out()));
    expect(leaves.filter((path) => !fields(command).includes(path))).toEqual([]);
    expect(fields(command).filter((path) => !all.includes(path))).toEqual([]);
  }
});

test("docs/json.md has every field of the line of holdfast fix verify, and no other", async () => {
  await using project = await fixProject({
    "package.json": '{\n  "dependencies": { "socketry": "^6.1.0" }\n}\n',
    "package-lock.json": packageLock({ "node_modules/socketry": "6.1.0" }),
  });
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...args], { cwd: project.dir });
  };
  git("init", "-q");
  git("add", "-A");
  git("commit", "-q", "-m", "all");
  const console = captureConsole();
  const argv = ["--dir", project.dir, "--answer", project.answer, "--offline", "--run", "true", "--json"];

  await main(["fix", "verify", ...argv], console);

  const { leaves, all } = pathsOf(JSON.parse(console.out()));
  expect(leaves.filter((path) => !fields("fix verify").includes(path))).toEqual([]);
  expect(fields("fix verify").filter((path) => !all.includes(path))).toEqual([]);
});

test("docs/cli.md has a row for each check of holdfast doctor, over HTTP and of a command, and no other", async () => {
  await using server = await openFaultyHttpServer();
  const [overHttp, ofCommand] = [captureConsole(), captureConsole()];
  const stdioServer = join(import.meta.dirname, "../../mcp/test/fixtures/stdio-server.ts");

  await main(["doctor", server.url, "--json"], overHttp);
  await main(["doctor", "--json", "--", process.execPath, stdioServer], ofCommand);

  const names = [overHttp, ofCommand].flatMap(({ out }) => {
    return (JSON.parse(out()) as { checks: { name: string }[] }).checks.map(({ name }) => name);
  });
  const listed = [...section("cli", "doctor").matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name]) => name);
  expect(new Set(listed)).toEqual(new Set(names));
});

function page(name: string): string {
  return readFileSync(join(import.meta.dirname, `../../../docs/${name}.md`), "utf8");
}

function section(name: string, command: string): string {
  return (
    page(name)
      .split(/^## /m)
      .find((text) => text.startsWith(`holdfast ${command}`)) ?? ""
  );
}

function fields(command: string): readonly string[] {
  return [...section("json", command).matchAll(/^\| `([^`]+)`/gm)].map(([, path = ""]) => path);
}

const keyNames = [
  ["statuses", "<code>"],
  [".safeFloor", "<line>"],
  [".floorDates", "<line>"],
  [".releases", "<line>"],
] as const;

/** The paths of a value, as docs/json.md writes them: `levels[].hits`; a status code, or a version line, stands for all of them. */
function pathsOf(value: unknown, path = ""): { readonly leaves: readonly string[]; readonly all: readonly string[] } {
  if (typeof value !== "object" || value === null) return { leaves: [path], all: [path] };
  const below = Array.isArray(value)
    ? value.map((item) => pathsOf(item, `${path}[]`))
    : Object.entries(value).map(([key, item]) =>
        pathsOf(item, `${path}${path && "."}${keyNames.find(([end]) => path.endsWith(end))?.[1] ?? key}`),
      );
  return {
    leaves: [...new Set(below.flatMap(({ leaves }) => leaves))],
    all: [...new Set([path, ...below.flatMap(({ all }) => all)])],
  };
}
