import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { SoakReport } from "../../scripts/soak/run-soak.ts";

const script = join(import.meta.dirname, "../../scripts/soak.ts");

/** A soak of so many calls, as `npm run soak` starts it. */
async function soak(...args: string[]): Promise<{ code: number; report: SoakReport }> {
  const child = spawn(process.execPath, ["--expose-gc", "--conditions=@holdfast/source", script, ...args, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const output = await text(child.stdout);
  const [code] = (await ended) as [number];
  return { code, report: JSON.parse(output) as SoakReport };
}

test("some thousand calls on servers that misbehave all end typed, and nothing runs twice or is left", async () => {
  const { code, report } = await soak("--calls", "4000", "--seed", "1");

  expect(report.verdicts.filter(({ holds }) => !holds)).toEqual([]);
  expect(code).toBe(0);
  expect(report.calls).toBe(4_000);
  // A soak without faults, or without answers, would show nothing.
  expect(Object.keys(report.lanes).toSorted()).toEqual([
    "http-json",
    "http-modern",
    "http-repeat",
    "http-sse",
    "memory",
    "stdio",
  ]);
  for (const outcomes of Object.values(report.lanes)) expect(outcomes["answered"]).toBeGreaterThan(0);
  expect(Object.values(report.struck).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
});
