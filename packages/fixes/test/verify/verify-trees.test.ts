import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { type TreeCommand, type VerifiedTrees, verifyFix } from "../../src/index.ts";
import { verifyTrees } from "../../src/verify/verify-trees.ts";
import { npmFix } from "../answers.ts";
import { type ProjectFolder, projectOf } from "../project-files.ts";
import { openTestServer } from "../test-server.ts";

// Of its own, where nobody else makes trees.
const temporary = mkdtempSync(join(tmpdir(), "holdfast-trees-"));
vi.stubEnv("TMPDIR", temporary);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

const manifest = '{\n  "dependencies": { "socketry": "^6.1.0" }\n}\n';
const isRaised = "grep -q '6.2.5' package.json";

function git(dir: string, ...args: readonly string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  return execFileSync("git", [...who, ...args], { cwd: dir, env, encoding: "utf8" });
}

async function committed(files: Readonly<Record<string, string>> = {}): Promise<ProjectFolder> {
  const project = await projectOf({ "package.json": manifest, ...files });
  git(project.dir, "init", "-q");
  git(project.dir, "add", "-A");
  git(project.dir, "commit", "-q", "-m", "all");
  return project;
}

async function verify(dir: string, ...commands: readonly TreeCommand[]): Promise<VerifiedTrees> {
  return await verifyTrees({ dir, answer: npmFix(), commands });
}

function trees(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("holdfast-verify-"));
}

test("each command runs in the project as it is, and with its floor raised", async () => {
  await using project = await committed();

  const { raise, runs } = await verify(
    project.dir,
    { kind: "run", command: "cat package.json" },
    { kind: "run", command: `! ${isRaised}` },
    { kind: "run", command: isRaised },
    { kind: "run", command: "exit 3" },
  );

  expect(runs.map(({ result }) => result)).toEqual(["works", "broken", "works", "unknown"]);
  expect(runs[0]?.before.output).toBe(manifest.trimEnd());
  expect(runs[0]?.after.output).toBe(manifest.trimEnd().replace("6.1.0", "6.2.5"));
  expect(raise.edits).toEqual([expect.objectContaining({ file: join(project.dir, "package.json"), after: "^6.2.5" })]);
});

test("a bug is gone when it showed before and does not after", async () => {
  await using project = await committed();

  const { runs } = await verify(
    project.dir,
    { kind: "reproduce", command: isRaised },
    { kind: "reproduce", command: "exit 1" },
    { kind: "reproduce", command: "true" },
    { kind: "reproduce", command: `${isRaised} && exit 1; exit 0` },
    { kind: "reproduce", command: `${isRaised} && exit 2; exit 1` },
  );

  expect(runs.map(({ result }) => result)).toEqual(["gone", "seen", "unknown", "seen", "unknown"]);
});

test("nothing of it is left, and the working tree is as it was", async () => {
  await using project = await committed({ ".gitignore": "ignored\n" });
  writeFileSync(join(project.dir, "ignored"), "");
  const before = trees();

  const seen = await verify(project.dir, { kind: "run", command: "pwd; touch left; echo $HOLDFAST_VERIFY_TREE" });

  const [pathBefore = "", tree] = seen.runs[0]?.before.output.split("\n") ?? [];
  expect(tree).toBe("before");
  expect(existsSync(pathBefore)).toBe(false);
  expect(trees()).toEqual(before);
  expect(git(project.dir, "worktree", "list").trim().split("\n")).toHaveLength(1);
  expect(git(project.dir, "status", "--porcelain")).toBe("");
  expect(readFileSync(join(project.dir, "package.json"), "utf8")).toBe(manifest);
});

test("worktrees of the user's stay known to git, also where their directories are away for a while", async () => {
  await using project = await committed();
  const away = join(temporary, "away");
  git(project.dir, "worktree", "add", "-q", "--detach", away);
  rmSync(away, { recursive: true });

  await verify(project.dir, { kind: "run", command: "true" });

  const known = git(project.dir, "worktree", "list", "--porcelain").match(/^worktree .*/gm);
  expect(known).toEqual([`worktree ${realpathSync(project.dir)}`, `worktree ${realpathSync(temporary)}/away`]);
});

test("the project may lie below the top of its repository", async () => {
  await using project = await committed({ "apps/web/package.json": manifest });

  const { raise, runs } = await verify(join(project.dir, "apps/web"), { kind: "run", command: "pwd" });

  expect(runs[0]?.after.output).toMatch(/after\/apps\/web$/);
  expect(raise.edits.map(({ file }) => file)).toEqual([join(project.dir, "apps/web/package.json")]);
});

test.for([
  ["is in no repository", async () => await projectOf({ "package.json": manifest }), /it is in no git repository/],
  [
    "has no commit",
    async () => {
      const project = await projectOf({ "package.json": manifest });
      git(project.dir, "init", "-q");
      return project;
    },
    /its repository has no commit/,
  ],
  [
    "has changes that are not committed",
    async () => {
      const project = await committed();
      writeFileSync(join(project.dir, "package.json"), "{}\n");
      return project;
    },
    /1 file is not as in the last commit, and would be left out; commit, stash or ignore what has changed/,
  ],
  [
    "has files that no commit has",
    async () => {
      const project = await committed();
      writeFileSync(join(project.dir, "new.txt"), "");
      return project;
    },
    /1 file is not as in the last commit/,
  ],
] as const)("a project that %s is refused before anything is made", async ([, make, message]) => {
  await using project = await make();
  const before = trees();

  const verifying = verify(project.dir, { kind: "run", command: "true" });

  await expect(verifying).rejects.toThrow(message);
  expect(trees()).toEqual(before);
});

test("hooks of the repository are not run", async () => {
  await using project = await committed();
  const hook = join(project.dir, ".git/hooks/post-checkout");
  writeFileSync(hook, "#!/bin/sh\necho ran > hooked\n", { mode: 0o755 });

  const { runs } = await verify(project.dir, { kind: "run", command: "ls" });

  expect(runs[0]?.before.output).toBe("package.json");
});

test("a new version of one's own goes with no commands, which run at the safe floor", async () => {
  await using project = await committed();

  const verifying = verifyFix({
    dir: project.dir,
    answer: npmFix(),
    new: "6.4.0",
    offline: true,
    commands: [{ kind: "run", command: "true" }],
  });

  await expect(verifying).rejects.toThrow("that is to the safe floor; leave out the new version, or what is to be run");
});

test("only the package that was asked about is raised", async () => {
  await using project = await committed({
    "package.json": '{\n  "dependencies": {\n    "socketry": "^6.1.0",\n    "other": "^6.1.0"\n  }\n}\n',
  });
  const answer = npmFix();
  const both = { ...answer, packages: [...answer.packages, ...npmFix({ name: "other" }).packages] };

  const { trees: found } = await verifyFix({
    dir: project.dir,
    answer: both,
    package: "other",
    offline: true,
    commands: [{ kind: "run", command: "true" }],
  });

  expect(found?.raise.edits.map((edit) => edit.package)).toEqual(["other"]);
});

test("an abort ends a command with all that it has started, and removes the trees", async () => {
  await using project = await committed();
  const before = trees();
  const stopping = new AbortController();
  const reason = new Error("enough");
  const started = join(project.dir, "..", `${project.dir.split("/").at(-1)}.pid`);
  const looking = setInterval(() => existsSync(started) && stopping.abort(reason), 5);

  const verifying = verifyTrees({
    dir: project.dir,
    answer: npmFix(),
    commands: [{ kind: "run", command: `sleep 1000 & echo $! > ${started}.part; mv ${started}.part ${started}; wait` }],
    signal: stopping.signal,
  });

  await expect(verifying).rejects.toBe(reason);
  clearInterval(looking);
  const pid = readFileSync(started, "utf8").trim();
  // Where nobody reaps orphans, as in many containers, an ended one stays as a zombie.
  const state = spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" }).stdout;
  expect(state).toMatch(/^(?:Z.*)?\s*$/);
  rmSync(started);
  expect(trees()).toEqual(before);
});

test("a server stands beside each reproduction, in its tree, and ends with it", async () => {
  const script = `
    const { createServer } = require("node:http");
    const { readFileSync } = require("node:fs");
    createServer((_, response) => response.end(readFileSync("package.json"))).listen(Number(process.argv[2]), "127.0.0.1");`;
  await using project = await committed({ "server.cjs": script });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const ask = `node -e 'fetch("${url}").then((r) => r.text()).then((t) => process.exit(t.includes("6.2.5") ? 0 : 1))'`;

  const { runs } = await verifyTrees({
    dir: project.dir,
    answer: npmFix(),
    commands: [{ kind: "reproduce", command: ask }],
    server: { command: `exec node server.cjs ${port}`, url },
  });

  expect(runs[0]).toMatchObject({ before: { exitCode: 1 }, after: { exitCode: 0 }, result: "gone" });
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

test("a server that ends by itself is told", async () => {
  await using project = await committed();
  const url = `http://127.0.0.1:${await freePort()}/`;
  const before = trees();

  const verifying = verifyTrees({
    dir: project.dir,
    answer: npmFix(),
    commands: [{ kind: "reproduce", command: "true" }],
    server: { command: "exit 1", url },
  });

  await expect(verifying).rejects.toThrow("starting exit 1: it ended before its port took connections");
  expect(trees()).toEqual(before);
});

test("a port that something else has is no server of the tree", async () => {
  await using project = await committed();
  await using other = await openTestServer({});

  const verifying = verifyTrees({
    dir: project.dir,
    answer: npmFix(),
    commands: [{ kind: "reproduce", command: "true" }],
    server: { command: "sleep 1000", url: other.url },
  });

  await expect(verifying).rejects.toThrow(`something answers at ${other.url} already; end it, or use another port`);
});

test("two trees that are the same prove nothing", async () => {
  await using project = await committed({ "package.json": manifest.replace("6.1.0", "6.2.5") });
  const versions = { "6.2.5": { name: "socketry", version: "6.2.5" } };
  await using npm = await openTestServer({
    "/socketry": { json: { name: "socketry", "dist-tags": { latest: "6.2.5" }, versions } },
  });

  const report = await verifyFix({
    dir: project.dir,
    answer: npmFix({ releases: { "6": ["v6.2.4", "v6.2.5"] } }),
    old: "6.2.4",
    registry: npm.url,
    commands: [{ kind: "run", command: "true" }],
  });

  expect(report.releases[0]?.checks.map(({ result }) => result)).toEqual(["holds", "holds", "holds", "holds"]);
  expect(report.trees?.raise.edits).toEqual([]);
  expect(report.verdict).toBe("unknown");
});

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
