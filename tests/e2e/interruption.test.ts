import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { childrenOf, isRunning, until } from "./child-processes.ts";

const bin = join(import.meta.dirname, "../../packages/cli/src/bin.ts");

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGKILL", null],
] as const)("%s half-way leaves no process and no half-written report", async (signal, exitCode) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-e2e-"));
  const demo = spawn(process.execPath, ["--conditions=@holdfast/source", bin, "demo"], {
    cwd: folder.path,
    stdio: "ignore",
  });
  const ended = once(demo, "exit");
  const pid = demo.pid as number;
  await until(() => childrenOf(pid).length === 2);
  const children = childrenOf(pid);

  demo.kill(signal);
  const [code] = await ended;
  await until(() => children.every((child) => !isRunning(child)));

  expect(code).toBe(exitCode);
  expect(await readdir(folder.path)).toEqual([]);
});
