import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { captureConsole } from "./captured-console.ts";
import { type FixProject, fixProject, openRegistry, packageLock, socketryFix } from "./fix-projects.ts";

const files = {
  "package.json": '{\n  "dependencies": { "socketry": "^6.1.0" }\n}\n',
  "package-lock.json": packageLock({ "node_modules/socketry": "6.1.0" }),
};
const isRaised = "grep -q '6.2.5' package.json";

async function committed(more: Readonly<Record<string, string>> = {}, answer = socketryFix()): Promise<FixProject> {
  const project = await fixProject({ ...files, ...more }, answer);
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...args], { cwd: project.dir, env });
  };
  git("init", "-q");
  git("add", "-A");
  git("commit", "-q", "-m", "all");
  return project;
}

test("everything is one table, and it is verified", async () => {
  await using registry = await openRegistry(["6.1.0", "6.2.5", "6.4.0"]);
  await using project = await committed();
  const console = captureConsole();
  const argv = ["fix", "verify", "--dir", project.dir, "--answer", project.answer, "--registry", registry.url];

  const code = await main([...argv, "--run", "true", "--reproduce", isRaised], console);

  expect(console.err()).toBe("");
  expect(
    console
      .out()
      .replaceAll(`${project.dir}/`, "")
      .replaceAll(/\d+\.\d s/g, "N s")
      .replaceAll(/(?<=\S) {3,}/g, "   ")
      .split("\n"),
  ).toEqual([
    "holdfast fix verify   #7 (ffffffffff)   socketry",
    "  ok   socketry 6.1.0 lacks the fix   it is older than v6.2.5, the first release with the fix",
    "  ok   socketry 6.2.5 has the fix   v6.2.5 has the fix",
    "  ok   socketry 6.1.0 below the floor, lacks the fix   it is older than v6.2.5, the first release with the fix",
    "  ok   socketry 6.2.5 is published   the registry has it",
    '  raise   package.json:2   socketry "^6.1.0" -> "^6.2.5"',
    "  command   before   after",
    expect.stringMatching(/^ {2}true {3}ok N s {3}ok N s {3}still works/),
    expect.stringMatching(/^ {2}grep -q '6\.2\.5' package\.json {3}bug N s {3}no bug N s {3}bug gone/),
    "  VERIFIED: 4 of 4 statements about releases hold; 2 of 2 commands went as they should",
    "",
  ]);
  expect(code).toBe(0);
});

test.for([
  ["1, what works before does not after", ["--run", `! ${isRaised}`], 1, "REFUTED"],
  ["1, the bug still shows", ["--reproduce", "exit 1"], 1, "REFUTED"],
  ["1, the old version has the fix", ["--old", "6.4.0"], 1, "REFUTED"],
  ["3, the bug does not show before", ["--reproduce", "true"], 3, "UNKNOWN"],
  ["3, the registry is not asked", ["--offline"], 3, "UNKNOWN"],
] as const)("the exit code is %s", async ([, flags, exitCode, word]) => {
  await using registry = await openRegistry(["6.2.5"]);
  await using project = await committed();
  const console = captureConsole();
  const argv = ["fix", "verify", "--dir", project.dir, "--answer", project.answer, "--registry", registry.url];

  const code = await main([...argv, ...flags], console);

  expect(console.out()).toContain(`\n  ${word}: `);
  expect(code).toBe(exitCode);
});

test("the exit code is 2 when no release has the fix", async () => {
  const first = { stable: null, any: null, date: null, describe: null };
  await using project = await committed({}, socketryFix({ first, intervals: [], safeFloor: {}, floorDates: {} }));
  const console = captureConsole();

  const code = await main(["fix", "verify", "--dir", project.dir, "--answer", project.answer, "--offline"], console);

  expect(console.out()).toContain("\n  NOT RELEASED: ");
  expect(code).toBe(2);
});

test.for([
  [["--reproduce", "http://127.0.0.1:1/"], "needs --serve <command>"],
  [["--serve", "node server.js"], "--serve goes with --reproduce <url>"],
  [["--serve", "x", "--reproduce", "http://a/", "--reproduce", "http://b/"], "--reproduce takes one URL"],
  [["--package", "other"], "the fix is in no such package; the answer is about socketry"],
] as const)("refuses %j", async ([flags, message]) => {
  await using project = await committed();
  const console = captureConsole();

  const code = await main(["fix", "verify", "--dir", project.dir, "--answer", project.answer, ...flags], console);

  expect(console.err()).toContain(message);
  expect(code).toBe(64);
});

test("a project that does not have the package is told, and the exit code is 3", async () => {
  await using project = await fixProject({ "package.json": "{}\n" });
  const console = captureConsole();

  const code = await main(["fix", "verify", "--dir", project.dir, "--answer", project.answer, "--offline"], console);

  expect(console.out()).toContain("no lock file or manifest of the project names a package that has the fix");
  expect(code).toBe(3);
});

test("changes that are not committed are refused with what to do", async () => {
  await using project = await fixProject(files);
  const console = captureConsole();
  const argv = ["fix", "verify", "--dir", project.dir, "--answer", project.answer, "--offline"];

  const code = await main([...argv, "--run", "true"], console);

  expect(console.err()).toContain("it is in no git repository; commit it to one");
  expect(code).toBe(64);
});

test("the end of what a broken command wrote is shown, and cannot act on the terminal", async () => {
  await using project = await committed();
  const console = captureConsole();
  const argv = ["fix", "verify", "--dir", project.dir, "--answer", project.answer, "--offline"];

  await main([...argv, "--run", `printf 'one\\n\\033[2Jtwo\\n'; ! ${isRaised}`], console);

  expect(console.out()).toContain(", after, ended so:\n    one\n    \\u{1b}[2Jtwo\n");
});

test.for([
  ["gone", 'isFixed ? "fine" : "cancel scope"', "verified", 0],
  ["seen", 'isFixed ? "cancel scope" : "fine"', "refuted", 1],
] as const)("the rates of a URL in both trees say that the bug is %s", async ([result, body, word, exitCode]) => {
  const server = `
    const { createServer } = require("node:http");
    const isFixed = require("node:fs").readFileSync("package.json", "utf8").includes("6.2.5");
    createServer((_, response) => response.end(${body})).listen(Number(process.argv[2]), "127.0.0.1");`;
  await using registry = await openRegistry(["6.2.5"]);
  await using project = await committed({ "server.cjs": server });
  const url = `http://127.0.0.1:${await freePort()}/`;
  const console = captureConsole();
  const argv = ["fix", "verify", "--dir", project.dir, "--answer", project.answer, "--registry", registry.url];
  const serve = ["--serve", `exec node server.cjs ${new URL(url).port}`, "--requests", "20"];

  const code = await main([...argv, "--reproduce", url, ...serve, "--json"], console);

  const { trees, verdict } = JSON.parse(console.out()) as { trees: { runs: object[] }; verdict: string };
  expect(trees.runs).toEqual([expect.objectContaining({ kind: "reproduce", command: url, result })]);
  expect(verdict).toBe(word);
  expect(code).toBe(exitCode);
});

test("too few requests to a URL prove nothing", async () => {
  const server = `
    const { createServer } = require("node:http");
    const isFixed = require("node:fs").readFileSync("package.json", "utf8").includes("6.2.5");
    let count = 0;
    createServer((_, response) => response.end(isFixed || ++count > 1 ? "fine" : "cancel scope")).listen(Number(process.argv[2]), "127.0.0.1");`;
  await using registry = await openRegistry(["6.2.5"]);
  await using project = await committed({ "server.cjs": server });
  const url = `http://127.0.0.1:${await freePort()}/`;
  const console = captureConsole();
  const argv = ["fix", "verify", "--dir", project.dir, "--answer", project.answer, "--registry", registry.url];
  const serve = ["--serve", `exec node server.cjs ${new URL(url).port}`, "--requests", "10", "--concurrency", "1"];

  const code = await main([...argv, "--reproduce", url, ...serve], console);

  expect(console.out()).toContain("\n  UNKNOWN: ");
  expect(code).toBe(3);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
