/**
 * `holdfast explore <module>`: looks for an order of the scenario's steps in which it fails.
 *
 * @module
 */
import { writeFile } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { emitTest, type Explored, exploreModule, type Verdict } from "@holdfast/explore";
import { type Command, Option } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { InterruptionListener } from "./interruption.ts";
import { readWhole } from "./numbers.ts";
import { ProgressLine } from "./progress-line.ts";
import { terminalJson, terminalLines } from "./terminal-text.ts";

interface ExploreFlags {
  readonly strategy: "auto" | "exhaustive" | "random";
  readonly budget: number;
  readonly time: number;
  readonly seed: number;
  readonly workers: number;
  readonly timers: "free" | "idle" | "ordered";
  readonly cancel: "everywhere" | "none";
  readonly export: string;
  readonly count: boolean;
  readonly emitTest?: string;
  readonly testRunner: "node:test" | "vitest";
  readonly svg?: string;
  readonly trace?: string;
  readonly json: boolean;
}

const exitCodeOf: Readonly<Record<Verdict, number>> = {
  exhausted: exitCodes.ok,
  "not-found": exitCodes.ok,
  failed: exitCodes.verdict,
  uncontrolled: exitCodes.unavailable,
  nondeterministic: exitCodes.unavailable,
};

export function addExploreCommand(program: Command, console: Console, setExitCode: (code: number) => void): void {
  program
    .command("explore")
    .argument("<module>", "the file whose scenario is explored")
    .description("look for an order of a program's steps in which it fails, or go through all of them")
    .addOption(
      new Option("--strategy <name>", "how orders are found").choices(["auto", "exhaustive", "random"]).default("auto"),
    )
    .option("--budget <n>", "the most orders to try", (text) => readWhole("--budget", text, 1), 10_000)
    .option("--time <ms>", "the longest it may take", (text) => readWhole("--time", text, 1), 30_000)
    .option("--seed <n>", "for what is drawn by chance", (text) => readWhole("--seed", text, 0), 1)
    .option("--workers <n>", "threads that explore side by side", (text) => readWhole("--workers", text, 1), 1)
    .addOption(
      new Option("--timers <how>", "in any order, limits last, or by their times")
        .choices(["free", "idle", "ordered"])
        .default("free"),
    )
    .addOption(
      new Option("--cancel <where>", "cancel a task, at each of its cancel points")
        .choices(["none", "everywhere"])
        .default("none"),
    )
    .option("--export <name>", "which export of the module is the scenario", "scenario")
    .option("--count", "go on after the first failure and count how many orders fail", false)
    .option("--emit-test <file>", "write a test that is red now and green after the fix")
    .addOption(
      new Option("--test-runner <name>", "what the test is for").choices(["vitest", "node:test"]).default("vitest"),
    )
    .option("--svg <file>", "draw the smallest failing order")
    .option("--trace <file>", "write it for Perfetto and chrome://tracing")
    .option("--json", "print one line for machines at the end", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 no failure, 1 a failing order, 2 it could not be explored.\n\nExample:\n  holdfast explore ./pool.scenario.ts --emit-test ./pool.schedule.test.ts",
    )
    .action(async (module: string, flags: ExploreFlags) => {
      setExitCode(await run(module, flags, console));
    });
}

async function run(module: string, flags: ExploreFlags, { stdout, stderr }: Console): Promise<number> {
  const { budget, time, json, emitTest: testFile, svg, trace } = flags;
  using interruption = new InterruptionListener();
  const line = new ProgressLine(stderr, !json);
  try {
    const found = await exploreModule(pathToFileURL(resolve(module)), {
      strategy: flags.strategy,
      budget: { runs: budget, ms: time },
      seed: flags.seed,
      workers: flags.workers,
      timers: flags.timers,
      cancel: flags.cancel,
      exportName: flags.export,
      countFailures: flags.count,
      signal: interruption.signal,
      onProgress: ({ orders, failing, stage }) => line.show(`${stage}, ${failing} failing:`, orders, budget),
    });
    line.clear();
    interruption.signal.throwIfAborted();
    if (found.minimal !== undefined) {
      if (testFile !== undefined) await writeNew("--emit-test", testFile, testOf(module, testFile, flags, found));
      if (svg !== undefined) await writeNew("--svg", svg, found.svg());
      if (trace !== undefined) await writeNew("--trace", trace, JSON.stringify(found.chromeTrace()));
    }
    stdout.write(json ? terminalJson(found) : textOf(found));
    return exitCodeOf[found.verdict];
  } finally {
    line.clear();
  }
}

function textOf(found: Explored): string {
  const lanes = found.minimal === undefined ? "" : `\n${terminalLines(found.lanes())}\n`;
  return `${terminalLines(found.explain())}\n${lanes}`;
}

function testOf(module: string, file: string, flags: ExploreFlags, found: Explored): string {
  const path = relative(dirname(resolve(file)), resolve(module))
    .split(sep)
    .join("/");
  return emitTest({
    module: path.startsWith(".") ? path : `./${path}`,
    exportName: flags.export,
    replay: found.replay ?? "",
    message: found.explain().split("\n")[1]?.trim() ?? "it failed",
    runner: flags.testRunner,
    timers: flags.timers,
  });
}

/** Never over a file that is there: it may be the test of the failure before. */
async function writeNew(option: string, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code === "EEXIST" ? "it is there already" : String(error);
    throw new UsageError(`${option} ${file}: ${found}; name another file`, { cause: error });
  }
}
