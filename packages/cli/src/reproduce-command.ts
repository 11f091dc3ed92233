/**
 * `holdfast reproduce <url>`: parallel requests, a signature in the bodies, a hit rate with its interval.
 *
 * @module
 */
import {
  type Arrival,
  arrivalText,
  compare,
  type Comparison,
  emitTest,
  reproduce,
  type ReproduceOptions,
  reproduceReport,
  type ReproduceResult,
  type SequentialTest,
} from "@holdfast/reproduce";
import { type Command, Option } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { addHeader } from "./header-option.ts";
import { InterruptionListener } from "./interruption.ts";
import { readWhole } from "./numbers.ts";
import { ProgressLine } from "./progress-line.ts";
import { readEarlier } from "./reproduce-earlier.ts";
import { assertWritable, type WantedFile, writeWanted } from "./reproduce-files.ts";
import { readArrival, readLevels, readSequentialTest, readSignature } from "./reproduce-options.ts";
import { reproduceText } from "./reproduce-text.ts";
import { terminalJson } from "./terminal-text.ts";

interface ReproduceFlags {
  readonly signature: string | RegExp;
  readonly requests: number;
  readonly concurrency: readonly number[];
  readonly arrival?: Arrival;
  readonly seed?: number;
  readonly warmUp?: number;
  readonly sprt?: SequentialTest;
  readonly hold?: number;
  readonly method?: string;
  readonly header: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly follow: boolean;
  readonly timeout: number;
  readonly compare?: string;
  readonly at?: number;
  readonly report?: string;
  readonly emitTest?: string;
  readonly testRunner: "node:test" | "vitest";
  readonly json: boolean;
}

export function addReproduceCommand(program: Command, console: Console, setExitCode: (code: number) => void): void {
  const whole =
    (option: string, least: number) =>
    (text: string): number =>
      readWhole(option, text, least);
  program
    .command("reproduce")
    .argument("<url>", "where the requests go; {{i}}, {{n}} and {{uuid}} differ from request to request")
    .description("send parallel requests and flag every response whose body has the signature")
    .option(
      "--signature <text>",
      "what to look for in the bodies; /.../i is a regular expression",
      readSignature,
      "cancel scope",
    )
    .option("--requests <n>", "requests at each level; the most with --sprt", whole("--requests", 1), 100)
    .addOption(
      new Option("--concurrency <n,...>", "levels, measured one after another")
        .argParser(readLevels)
        .default([10], "10"),
    )
    .option("--arrival <how>", "closed, burst, or a rate: 50/s, or 50/s even (default: closed)", readArrival)
    .option("--seed <n>", "what the times of requests at a rate are drawn from; random otherwise", whole("--seed", 0))
    .option("--warm-up <n>", "requests before each level that do not count", whole("--warm-up", 0))
    .option("--sprt <p0,p1>", "stop a level when it is decided between two shares, as 0.02,0.2", readSequentialTest)
    .option("--hold <ms>", "how long a request holds what is shared, for the prediction", whole("--hold", 1))
    .option("--method <name>", "GET, or POST when there is a body")
    .addOption(
      new Option("--header <line>", 'a header, "name: value"; may be repeated')
        .argParser(addHeader)
        .default({}, "none"),
    )
    .option("--body <text>", "the request body")
    .option("--follow", "go where redirects lead", false)
    .option("--timeout <ms>", "how long one response may take", whole("--timeout", 1), 30_000)
    .option("--compare <file>", "the --json line of an earlier run, to be held against this one")
    .option("--at <n>", "the level at which the two are compared", whole("--at", 1))
    .option("--report <file>", "write a page with the pictures")
    .option("--emit-test <file>", "write a test that is red now and green after the fix")
    .addOption(
      new Option("--test-runner <name>", "what the test is for").choices(["vitest", "node:test"]).default("vitest"),
    )
    .option("--json", "print one line for machines at the end", false)
    .addHelpText(
      "after",
      `\nExample:\n  holdfast reproduce http://127.0.0.1:3000/agents/triage/runs --body '{"prompt":"why?"}' \\\n    --header "content-type: application/json" --concurrency 1,4,10 --json > before.json`,
    )
    .action(async (url: string, flags: ReproduceFlags) => {
      setExitCode(await run(url, flags, console));
    });
}

async function run(url: string, flags: ReproduceFlags, { stdout, stderr }: Console): Promise<number> {
  const { requests, sprt, hold: holdMs, json } = flags;
  const earlier = flags.compare === undefined ? undefined : await readEarlier(flags.compare);
  const level = earlier === undefined ? undefined : comparedLevel(flags, earlier);
  const files = wantedFiles(flags);
  for (const file of Object.values(files)) if (file !== undefined) await assertWritable(file);
  const options = optionsOf(url, flags);
  using interruption = new InterruptionListener();
  const line = new ProgressLine(stderr, !json);
  try {
    const result = await reproduce({
      ...options,
      requests,
      signal: interruption.signal,
      ...(sprt === undefined ? {} : { sprt }),
      ...(holdMs === undefined ? {} : { holdMs }),
      onProgress: (progress) =>
        line.show(`${progress.concurrency} at a time, ${progress.hits} hits:`, progress.done, progress.requests),
    });
    line.clear();
    const comparison =
      earlier === undefined || level === undefined ? null : compare(earlier, result, { concurrency: level });
    if (files.report !== undefined) await writeWanted(files.report, reproduceReport({ result, comparison }));
    const isSeen = result.levels.some(({ hits }) => hits > 0);
    if (files.test !== undefined && isSeen) {
      await writeWanted(files.test, emitTest({ options, result, runner: flags.testRunner }));
    }
    const noTest = files.test !== undefined && !isSeen;
    stdout.write(json ? terminalJson({ ...result, comparison }) : reproduceText(result, comparison, { noTest }));
    return exitCodeOf(result, comparison);
  } finally {
    line.clear();
  }
}

function optionsOf(url: string, flags: ReproduceFlags): Omit<ReproduceOptions, "requests"> {
  const { signature, concurrency, arrival, seed, warmUp, method, header: headers, body } = flags;
  const { follow, timeout: timeoutMs } = flags;
  return {
    url,
    signature,
    concurrency,
    headers,
    timeoutMs,
    ...(follow ? { follow } : {}),
    ...(arrival === undefined ? {} : { arrival }),
    ...(seed === undefined ? {} : { seed }),
    ...(warmUp === undefined ? {} : { warmUp }),
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body }),
  };
}

function wantedFiles({ report, emitTest: test }: ReproduceFlags): {
  readonly report: WantedFile | undefined;
  readonly test: WantedFile | undefined;
} {
  return {
    report: report === undefined ? undefined : { option: "--report", path: report, mayReplace: true },
    test: test === undefined ? undefined : { option: "--emit-test", path: test, mayReplace: false },
  };
}

/** By the comparison, where there is one; by the sequential tests, where there are; else by whether there was a hit. */
function exitCodeOf({ levels }: ReproduceResult, comparison: Comparison | null): number {
  if (comparison !== null) return comparison.verdict === "fixed" ? exitCodes.ok : exitCodes.verdict;
  const isClean = levels.every(({ hits, sprt }) => (sprt === null ? hits === 0 : sprt.decision === "clean"));
  return isClean ? exitCodes.ok : exitCodes.verdict;
}

/**
 * The level must be known before anything is sent: one picked by its outcome would prove whatever one likes. All that
 * keeps the two runs from being compared is told here as well.
 */
function comparedLevel({ at, concurrency, signature, arrival }: ReproduceFlags, earlier: ReproduceResult): number {
  const level = at ?? (concurrency.length === 1 ? concurrency[0] : undefined);
  if (level === undefined) {
    throw new UsageError("--compare with several levels needs --at <n>, the level at which to compare");
  }
  if (!concurrency.includes(level)) throw new UsageError(`--at ${level} is not among the levels of --concurrency`);
  if (earlier.levels.every((measured) => measured.concurrency !== level)) {
    const measured = earlier.levels.map((each) => each.concurrency).join(", ");
    throw new UsageError(`--compare: the earlier run has no level ${level}; it has ${measured}`);
  }
  if (earlier.signature !== String(signature)) {
    throw new UsageError(`--compare: the earlier run looked for ${earlier.signature}; give the same --signature`);
  }
  if ((earlier.arrival ?? "closed") !== arrivalText(arrival)) {
    throw new UsageError(`--compare: the earlier run had --arrival "${earlier.arrival ?? "closed"}"; give the same`);
  }
  return level;
}
