import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { type FixProject, fixProject, openRegistry, packageLock, socketryFix } from "./fix-projects.ts";

const none = { stable: null, any: null, date: null, describe: null };
const manifest = '{\n  "dependencies": {\n    "socketry": "^6.1.0"\n  }\n}\n';
const old = packageLock({ "node_modules/socketry": "6.1.0" });
const raisedManifest = manifest.replace("6.1.0", "6.2.5");

function argvOf({ dir, answer }: FixProject, ...rest: readonly string[]): string[] {
  return ["fix", "raise", "--dir", dir, "--answer", answer, ...rest];
}

async function read({ dir }: FixProject, name: string): Promise<string> {
  return await readFile(join(dir, name), "utf8");
}

/** The settings that send npm to a registry, and nowhere else. */
function npmrc(url: string): string {
  return `registry=${url}\nfetch-retries=0\naudit=false\nupdate-notifier=false\ncache=.cache\n`;
}

test("a dry run prints the diff and what is to be run, writes nothing, and exits with 1", async () => {
  await using project = await fixProject({ "package.json": manifest, "package-lock.json": old });
  const console = captureConsole();

  const code = await main(argvOf(project), console);

  expect(code).toBe(1);
  expect(console.out().replaceAll(`${project.dir}/`, "")).toBe(`holdfast fix raise   #7 (ffffffffff)   socketry
  raise     package.json:3   socketry "^6.1.0" -> "^6.2.5"
  then      npm install --package-lock-only --ignore-scripts --no-audit --no-fund

--- a/package.json
+++ b/package.json
@@ -1,5 +1,5 @@
 {
   "dependencies": {
-    "socketry": "^6.1.0"
+    "socketry": "^6.2.5"
   }
 }

  1 requirement to raise; --write does it; by the lock the project is still affected
`);
  expect(await read(project, "package.json")).toBe(manifest);
});

test("the diff is coloured on a terminal only", async () => {
  await using project = await fixProject({ "package.json": manifest });
  const terminal = captureConsole({ isTerminal: true });

  await main(argvOf(project), terminal);

  expect(terminal.out()).toContain(
    '\u001b[31m-    "socketry": "^6.1.0"\u001b[39m\n\u001b[32m+    "socketry": "^6.2.5"\u001b[39m\n',
  );
});

test("--write changes the manifest alone", async () => {
  await using project = await fixProject({ "package.json": manifest, "package-lock.json": old });
  const console = captureConsole();

  const code = await main(argvOf(project, "--write"), console);

  expect(code).toBe(0);
  expect(await read(project, "package.json")).toBe(raisedManifest);
  expect(await read(project, "package-lock.json")).toBe(old);
  expect(console.out()).toContain("  then      npm install");
});

test("--write --lock has npm move the lock, and the project has the fix then", async () => {
  await using registry = await openRegistry(["6.1.0", "6.2.5", "6.4.0"]);
  await using project = await fixProject({
    "package.json": manifest,
    "package-lock.json": old,
    ".npmrc": npmrc(registry.url),
  });
  const console = captureConsole();

  const code = await main(argvOf(project, "--write", "--lock"), console);

  expect(console.err()).toBe(
    "holdfast: running npm install --package-lock-only --ignore-scripts --no-audit --no-fund\n",
  );
  expect(console.out()).toContain("raised 1 requirement; by the lock the project has the fix");
  expect(code).toBe(0);
  expect(await read(project, "package.json")).toBe(raisedManifest);
  expect(await read(project, "package-lock.json")).toContain('"version": "6.4.0"');
});

test("--write --lock moves what the lock keeps in range, where no manifest is to be edited", async () => {
  await using registry = await openRegistry(["6.1.0", "6.2.5"]);
  await using project = await fixProject({
    "package.json": manifest.replace("^6.1.0", ">=6.1.0 <7"),
    "package-lock.json": old.replace("^6.1.0", ">=6.1.0 <7"),
    ".npmrc": npmrc(registry.url),
  });
  const looser = socketryFix({ safeFloor: { "6": "v6.1.0" } });
  await using again = await fixProject({}, looser);
  const console = captureConsole();

  const code = await main(
    ["fix", "raise", "--dir", project.dir, "--answer", again.answer, "--write", "--lock"],
    console,
  );

  expect(console.err()).toContain("running npm update socketry --package-lock-only");
  expect(code).toBe(0);
  expect(await read(project, "package-lock.json")).toContain('"version": "6.2.5"');
});

test("a package manager that fails takes everything back, and says why", async () => {
  await using registry = await openRegistry([]);
  await using project = await fixProject({
    "package.json": manifest,
    "package-lock.json": old,
    ".npmrc": npmrc(registry.url),
  });
  const console = captureConsole();

  const code = await main(argvOf(project, "--write", "--lock"), console);

  expect(code).toBe(3);
  expect(console.out()).toBe("");
  expect(console.err()).toMatch(
    /holdfast: running npm install .* it ended with 1: .*E404.*; every file is as it was: write without/,
  );
  expect(await read(project, "package.json")).toBe(manifest);
  expect(await read(project, "package-lock.json")).toBe(old);
  expect((await readdir(project.dir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("SIGINT while the package manager runs takes everything back", async () => {
  const asked = Promise.withResolvers<void>();
  await using registry = await openRegistry(["6.2.5"], "hangs", () => asked.resolve());
  await using project = await fixProject({
    "package.json": manifest,
    "package-lock.json": old,
    ".npmrc": npmrc(registry.url),
  });
  const bin = join(import.meta.dirname, "../src/bin.ts");
  const argv = ["--conditions=@holdfast/source", bin, ...argvOf(project, "--write", "--lock")];

  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
  const [out, ended] = [text(child.stdout), once(child, "close")];
  await Promise.race([asked.promise, ended]);
  const during = await read(project, "package.json");
  child.kill("SIGINT");
  const [code] = (await ended) as [number];

  expect([code, await out]).toEqual([130, ""]);
  expect(during).toBe(raisedManifest);
  expect(await read(project, "package.json")).toBe(manifest);
  expect(await read(project, "package-lock.json")).toBe(old);
});

test("a package manager that is not there takes everything back", async () => {
  await using project = await fixProject({ "package.json": manifest, "bun.lock": "{}" });
  const console = captureConsole();

  const code = await main(argvOf(project, "--write", "--lock"), console);

  expect(code).toBe(3);
  expect(console.err()).toContain("running bun install --lockfile-only --ignore-scripts in ");
  expect(console.err()).toContain("ENOENT; every file is as it was");
  expect(await read(project, "package.json")).toBe(manifest);
});

test.each([
  [
    "nothing is to be raised",
    raisedManifest,
    socketryFix(),
    0,
    "nothing to raise in the manifests; by the lock the project has the fix",
  ],
  [
    "the fix is in no stable release",
    manifest,
    socketryFix({ first: none, intervals: [], safeFloor: {}, floorDates: {} }),
    2,
    "NOT RELEASED: no stable release has the fix yet",
  ],
  [
    "a requirement is refused",
    manifest.replace("^6.1.0", "*"),
    socketryFix(),
    3,
    "nothing to raise in the manifests; 1 refused",
  ],
])("where %s, the exit code says so", async (_, text_, answer, exitCode, summary) => {
  await using project = await fixProject(
    { "package.json": text_, "package-lock.json": packageLock({ "node_modules/socketry": "6.2.5" }) },
    answer,
  );
  const console = captureConsole();

  const code = await main(argvOf(project, "--write", "--lock"), console);

  expect(console.out()).toContain(summary);
  expect(code).toBe(exitCode);
  expect(await read(project, "package.json")).toBe(text_);
});

test("a floor that is too young is refused with the day from which it may be had", async () => {
  const date = new Date(Date.now() - 86_400_000).toISOString();
  await using project = await fixProject({ "package.json": manifest }, socketryFix({ floorDates: { "6": date } }));
  const console = captureConsole();

  const code = await main(argvOf(project, "--write", "--min-release-age", "3"), console);

  expect(code).toBe(3);
  expect(console.out()).toContain("the least age that was asked for lets it in from ");
  expect(await read(project, "package.json")).toBe(manifest);
});

test("--json prints one line", async () => {
  await using project = await fixProject({ "package.json": manifest, "package-lock.json": old });
  const console = captureConsole();

  const code = await main(argvOf(project, "--json"), console);

  expect(code).toBe(1);
  expect(console.out()).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(console.out())).toMatchObject({
    query: "#7",
    written: false,
    edits: [{ line: 3, package: "socketry", table: "dependencies", before: "^6.1.0", after: "^6.2.5" }],
    refusals: [],
    unchanged: [],
    diff: expect.stringContaining("+++ b/package.json") as string,
    commands: [
      { argv: ["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], run: false },
    ],
    verdict: "affected",
    notes: [],
  });
});

test("nothing counts as written where nothing was to be edited", async () => {
  await using project = await fixProject({ "package.json": raisedManifest });
  const console = captureConsole();

  await main(argvOf(project, "--write", "--json"), console);

  expect(JSON.parse(console.out())).toMatchObject({ written: false, edits: [], unchanged: [{ range: "^6.2.5" }] });
});

test("what a manifest says cannot act on the terminal", async () => {
  const text_ = manifest.replace('"socketry"', '"a\u202eb": "1",\n    "socketry"');
  await using project = await fixProject({ "package.json": text_ });
  const console = captureConsole();

  await main(argvOf(project), console);

  expect(console.out()).toContain('     "a\\u{202e}b": "1",\n');
});

test.each([
  ["--lock without --write", ["--lock"], /--lock changes files: it goes with --write/],
  ["an age that is none", ["--min-release-age", "x"], /--min-release-age takes a whole number from 0 up/],
])("%s is refused", async (_, argv, message) => {
  await using project = await fixProject({ "package.json": manifest });
  const console = captureConsole();

  const code = await main(argvOf(project, ...argv), console);

  expect(code).toBe(64);
  expect(console.err()).toMatch(message);
});
