/**
 * `holdfast demo`: the incident, retold.
 *
 * @module
 */
import { type DemoResult, runDemo } from "@holdfast/demo";
import type { Command } from "commander";
import type { Console } from "./console.ts";
import { demoJson } from "./demo-json.ts";
import { demoText } from "./demo-text.ts";
import { exitCodes } from "./exit-codes.ts";
import { InterruptionListener } from "./interruption.ts";
import { readFraction, readWhole } from "./numbers.ts";
import { ProgressLine } from "./progress-line.ts";
import { terminalJson } from "./terminal-text.ts";

interface DemoFlags {
  readonly seed: number;
  readonly timeScale?: number;
  readonly model?: string;
  readonly report: string;
  readonly keep: boolean;
  readonly json: boolean;
}

export function addDemoCommand(program: Command, console: Console, setExitCode: (code: number) => void): void {
  program
    .command("demo")
    .description("retell the incident with real parts, and write a report")
    .option("--seed <n>", "draws latencies and dataset", (text) => readWhole("--seed", text, 0), 1)
    .option("--time-scale <x>", "the factor on every latency, such as 1/50; 1 plays the incident's long runs", (text) =>
      readFraction("--time-scale", text),
    )
    .option("--model <name>", "a real model: openai:<name>, anthropic:<name>, http://host/v1#<name>")
    .option("--report <file>", "where the report goes", "holdfast-report.html")
    .option("--keep", "leave the backend up until Ctrl-C", false)
    .option("--json", "print one line for machines at the end", false)
    .addHelpText("after", "\nExample:\n  holdfast demo --seed 7 --report incident.html")
    .action(async (flags: DemoFlags) => {
      setExitCode(await demo(flags, console));
    });
}

async function demo(flags: DemoFlags, { stdout, stderr }: Console): Promise<number> {
  using interruption = new InterruptionListener();
  const { signal } = interruption;
  const line = new ProgressLine(stderr, !flags.json);
  const print = (result: DemoResult): void => {
    line.clear();
    stdout.write(flags.json ? terminalJson(demoJson(result)) : demoText(result));
  };
  try {
    const result = await runDemo({
      seed: flags.seed,
      reportPath: flags.report,
      signal,
      ...(flags.timeScale === undefined ? {} : { timeScale: flags.timeScale }),
      ...(flags.model === undefined ? {} : { model: flags.model }),
      onProgress: ({ doing, done, of }) => line.show(doing, done, of),
      whileUp: async (found, url) => {
        print(found);
        if (flags.keep) await keepUp(url, signal, stderr);
      },
    });
    return exitCodeOf(result);
  } finally {
    line.clear();
  }
}

export function exitCodeOf({ claims }: Pick<DemoResult, "claims">): number {
  return claims.every(({ holds }) => holds) ? exitCodes.ok : exitCodes.verdict;
}

/** Waits until the user has had enough; the demo then ends its processes. */
async function keepUp(url: string, signal: AbortSignal, stderr: NodeJS.WriteStream): Promise<void> {
  stderr.write(
    `the backend is up: curl -d '{"prompt":"Why is checkout failing?"}' ${url}/agents/owned/runs   (Ctrl-C ends it)\n`,
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
