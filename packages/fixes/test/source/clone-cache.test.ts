import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { FindFixProgress } from "../../src/progress.ts";
import { cacheDirectory, keepClone } from "../../src/source/clone-cache.ts";
import { TestCache, TestRemote } from "./remote.ts";

const steps = [
  { id: "base", files: { "a.txt": "one\n" }, tags: ["v1.0.0"] },
  { id: "next", files: { "a.txt": "two\n" }, tags: ["v1.1.0"] },
];
const hour = 3_600_000;

function git(dir: string, ...args: string[]): string {
  return spawnSync("git", args, { cwd: dir, encoding: "utf8" }).stdout.trim();
}

test("clones without file contents, with rising percentages, and leaves nothing else in the cache", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const told: (number | null)[] = [];
  const onProgress = (progress: FindFixProgress): void => {
    if (progress.kind === "transfer") told.push(progress.percent);
  };

  const dir = await keepClone(remote.remote, { cache: cache.dir, onProgress });

  expect(cache.names).toEqual([dir.slice(cache.dir.length + 1)]);
  expect(git(dir, "rev-list", "--objects", "--missing=print", "--all").match(/^\?/gm)).toHaveLength(2);
  expect(git(dir, "tag")).toBe("v1.0.0\nv1.1.0");
  expect(told[0]).toBeNull();
  expect(new Set(told).size).toBe(told.length);
  expect(told.at(-1)).toBe(100);
  expect(told).toEqual([null, ...told.slice(1).toSorted((one, other) => Number(one) - Number(other))]);
});

test("clones everything where the server cannot leave anything out", async () => {
  using remote = new TestRemote(steps, { hasFilter: false });
  using cache = new TestCache();

  const dir = await keepClone(remote.remote, { cache: cache.dir });

  expect(git(dir, "rev-list", "--objects", "--missing=print", "--all")).not.toMatch(/^\?/m);
});

test("asks the network again only when the clone has grown old, or when told to", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const options = { cache: cache.dir };
  const dir = await keepClone(remote.remote, options);
  cache.takeFetches();

  await keepClone(remote.remote, options);
  const young = cache.takeFetches();
  await keepClone(remote.remote, { ...options, refresh: true });
  const refreshed = cache.takeFetches();
  cache.age(dir, hour);
  await keepClone(remote.remote, options);
  const old = cache.takeFetches();
  await keepClone(remote.remote, options);

  expect(young).toHaveLength(0);
  expect(refreshed).toHaveLength(1);
  expect(old).toHaveLength(1);
  expect(cache.takeFetches()).toHaveLength(0);
});

test("follows tags and branches that were made, moved and deleted", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const dir = await keepClone(remote.remote, { cache: cache.dir });
  remote.git(["tag", "v1.2.0", remote.hash("next")]);
  remote.git(["tag", "-f", "v1.1.0", remote.hash("base")]);
  remote.git(["tag", "-d", "v1.0.0"]);
  remote.git(["branch", "side", remote.hash("base")]);

  await keepClone(remote.remote, { cache: cache.dir, refresh: true });

  expect(git(dir, "tag")).toBe("v1.1.0\nv1.2.0");
  expect(git(dir, "rev-parse", "v1.1.0", "side")).toBe(`${remote.hash("base")}\n${remote.hash("base")}`);
});

test("follows the default branch to its new name", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const dir = await keepClone(remote.remote, { cache: cache.dir });
  remote.git(["branch", "-m", "main", "trunk"]);

  await keepClone(remote.remote, { cache: cache.dir, refresh: true });

  expect(git(dir, "rev-parse", "HEAD")).toBe(remote.hash("next"));
});

test("never uses the network offline, and says so when that leaves nothing", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const offline = { cache: cache.dir, offline: true, refresh: true };

  await expect(keepClone(remote.remote, offline)).rejects.toMatchObject({ code: "FIXES_OFFLINE" });
  const dir = await keepClone(remote.remote, { cache: cache.dir });
  cache.age(dir, 72 * hour);
  cache.takeFetches();
  const warnings: string[] = [];
  const onProgress = (progress: FindFixProgress): void =>
    void (progress.kind === "warning" && warnings.push(progress.text));

  expect(await keepClone(remote.remote, { ...offline, onProgress })).toBe(dir);
  expect(warnings).toEqual(["the network is not used; the answer is that of 3 days ago"]);
  expect(cache.takeFetches()).toHaveLength(0);
});

test("gives the old clone, and its age, when the remote cannot be reached", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const dir = await keepClone(remote.remote, { cache: cache.dir });
  cache.age(dir, 3 * hour);
  renameSync(remote.dir, `${remote.dir}-away`);
  const warnings: string[] = [];

  const again = await keepClone(remote.remote, {
    cache: cache.dir,
    onProgress: (progress) => void (progress.kind === "warning" && warnings.push(progress.text)),
  });
  renameSync(`${remote.dir}-away`, remote.dir);

  expect(again).toBe(dir);
  expect(warnings).toEqual([
    expect.stringMatching(/could not be fetched \(fatal: .*; the answer is that of 3 hours ago$/),
  ]);
});

test("leaves nothing of a clone that fails, and says what git said", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  rmSync(remote.dir, { recursive: true });

  const cloning = keepClone(remote.remote, { cache: cache.dir });

  await expect(cloning).rejects.toMatchObject({
    code: "FIXES_CLONE_FAILED",
    message: expect.stringMatching(/does not appear to be a git repository/),
  });
  expect(cache.names).toEqual([]);
});

test("leaves nothing of a clone that is interrupted", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = (progress: FindFixProgress): void => {
    if (progress.kind === "transfer" && progress.percent !== null) controller.abort(reason);
  };

  const cloning = keepClone(remote.remote, { cache: cache.dir, signal: controller.signal, onProgress });

  await expect(cloning).rejects.toBe(reason);
  expect(cache.names).toEqual([]);
});

test("clones once when two ask at once", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const options = { cache: cache.dir };

  const dirs = await Promise.all([keepClone(remote.remote, options), keepClone(remote.remote, options)]);

  expect(new Set(dirs).size).toBe(1);
  expect(cache.takeFetches()).toHaveLength(1);
});

test("fetches once when two find the clone old at once", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const options = { cache: cache.dir };
  cache.age(await keepClone(remote.remote, options), hour);
  cache.takeFetches();

  await Promise.all([keepClone(remote.remote, options), keepClone(remote.remote, options)]);

  expect(cache.takeFetches()).toHaveLength(1);
});

test("clears away what a process that was killed has left", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  const dir = await keepClone(remote.remote, { cache: cache.dir });
  rmSync(join(dir, "holdfast-fetched"));
  mkdirSync(join(`${dir}.part-1`, "objects"), { recursive: true });
  const { pid } = spawnSync("true");
  writeFileSync(`${dir}.lock`, `${pid} ${hostname()} x`);

  await keepClone(remote.remote, { cache: cache.dir });

  expect(cache.names).toEqual([dir.slice(cache.dir.length + 1)]);
  expect(git(dir, "rev-parse", "HEAD")).toBe(remote.hash("next"));
});

test("refuses a cache that it cannot write to", async () => {
  using remote = new TestRemote(steps);
  using cache = new TestCache();
  writeFileSync(cache.dir, "");

  const cloning = keepClone(remote.remote, { cache: cache.dir });

  await expect(cloning).rejects.toMatchObject({
    code: "FIXES_CLONE_FAILED",
    message: expect.stringMatching(/name another directory/),
  });
});

test("keeps clones in the user's cache directory, wherever that is", () => {
  vi.stubEnv("XDG_CACHE_HOME", "/var/cache/me");
  const named = cacheDirectory();
  vi.stubEnv("XDG_CACHE_HOME", "relative");
  vi.stubEnv("HOME", "/home/me");
  const usual = cacheDirectory();
  vi.unstubAllEnvs();

  expect(named).toBe("/var/cache/me/holdfast/repositories");
  expect(usual).toBe("/home/me/.cache/holdfast/repositories");
});
