/**
 * `npm run soak`: half a million calls on servers that misbehave all the time, and what must be so throughout. {@link usage}
 * has the options.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { runSoak, type SoakReport } from "./soak/run-soak.ts";

const usage = `usage: npm run soak -- [--calls <n>] [--minutes <n>] [--seed <n>] [--json]

  --calls     how many calls to make; 500000 when absent
  --minutes   the most minutes to make calls for; 30 when absent
  --seed      decides which faults strike, and how each call is made; printed; taken from the clock when absent
  --json      prints one line: {"seed", "calls", "seconds", "lanes", "struck", "rests", "verdicts"}

Calls go over HTTP in four ways, to a child process and within this one. Exit status: 0 when every rule holds, 1 when one
does not, 2 for options that are none.`;

class UsageError extends Error {}

interface Options {
  readonly calls: number;
  readonly minutes: number;
  readonly seed: number;
  readonly isJson: boolean;
}

function parse(args: string[]): Options {
  const text = { type: "string" } as const;
  try {
    const { values } = parseArgs({
      args,
      options: { calls: text, minutes: text, seed: text, json: { type: "boolean" } },
    });
    return {
      calls: readCount("calls", values.calls ?? "500000"),
      minutes: readCount("minutes", values.minutes ?? "30"),
      seed: readCount("seed", values.seed ?? String((Date.now() % 1_000_000) + 1)),
      isJson: values.json ?? false,
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new UsageError(`--${name} is a whole number from 1 up, and ${JSON.stringify(text)} is not`);
}

function print({ lanes, struck, rests, calls, seconds, verdicts }: SoakReport): void {
  const outcomes = [...new Set(Object.values(lanes).flatMap((counts) => Object.keys(counts)))];
  const names = Object.keys(lanes);
  const line = (head: string, cells: readonly (number | string)[]): void =>
    console.log(`  ${head.padEnd(18)}${cells.map((cell) => String(cell).padStart(13)).join("")}`);
  console.log(`\n${calls} calls in ${seconds.toFixed(0)} s`);
  line("", names);
  for (const outcome of outcomes)
    line(
      outcome,
      names.map((name) => lanes[name]?.[outcome] ?? 0),
    );
  const sum = Object.values(struck).reduce((total, count) => total + count, 0);
  const faults = Object.entries(struck).toSorted(([left], [right]) => left.localeCompare(right));
  console.log(`\n${sum} faults struck: ${faults.map(([fault, count]) => `${fault} ${count}`).join(", ")}`);
  const heaps = rests.map(({ heap }) => (heap / 1_024 / 1_024).toFixed(1));
  console.log(
    `\nheap at rest, MiB: ${heaps.join(" ")}\nhandles at rest: ${rests.map(({ handles }) => handles).join(" ")}\n`,
  );
  for (const { rule, holds, found } of verdicts) console.log(`  ${holds ? "ok    " : "BROKEN"}  ${rule}: ${found}`);
}

try {
  const { isJson, ...options } = parse(process.argv.slice(2));
  const { calls, seed } = options;
  if (!isJson) console.log(`soak: seed ${seed}, ${calls} calls, node ${process.versions.node}`);
  const onProgress = (made: number, failed: number): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${made} of ${calls} calls, ${failed} without an answer`);
  };
  const report = await runSoak({ ...options, onProgress });
  if (process.stderr.isTTY) process.stderr.write("\r\u001B[K");
  if (isJson) console.log(JSON.stringify(report));
  else print(report);
  process.exitCode = report.verdicts.every(({ holds }) => holds) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
