import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { childrenOf, isRunning, socketsOf, until } from "./child-processes.ts";

const bin = join(import.meta.dirname, "../../packages/cli/src/bin.ts");
/** More than a child has before it is asked for anything: its channels, its port, and its way to the triage server. */
const busySockets = 8;

const moments = {
  "while its processes start": (children: readonly number[]) => children.length === 2,
  "while requests are under way": ([, backend = 0]: readonly number[]) => socketsOf(backend) > busySockets,
} as const;
const endings = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGKILL", null],
] as const;

test.each(
  Object.entries(moments).flatMap(([moment, isReached]) =>
    endings.map(([signal, exitCode]) => ({ moment, isReached, signal, exitCode })),
  ),
)("$signal $moment leaves no process and no half-written report", async ({ isReached, signal, exitCode }) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "holdfast-e2e-"));
  // At this scale a request takes seconds: the first ones are still under way when the signal comes.
  const argv = ["--conditions=@holdfast/source", bin, "demo", "--time-scale", "1/4"];
  const demo = spawn(process.execPath, argv, { cwd: folder.path, stdio: "ignore" });
  const ended = once(demo, "exit");
  const pid = demo.pid as number;
  await until(() => isReached(childrenOf(pid)));
  const children = childrenOf(pid);

  demo.kill(signal);
  const [code] = await ended;
  await until(() => children.every((child) => !isRunning(child)));

  expect(code).toBe(exitCode);
  expect(await readdir(folder.path)).toEqual([]);
});
