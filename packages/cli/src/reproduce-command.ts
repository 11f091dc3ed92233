/**
 * `holdfast reproduce <url>`: parallel requests, a signature in the bodies, a hit rate with its interval.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { compare, type Comparison, reproduce, type ReproduceResult } from "@holdfast/reproduce";
import { type Command, Option } from "commander";
import { type Console, UsageError } from "./console.ts";
import { exitCodes } from "./exit-codes.ts";
import { addHeader } from "./header-option.ts";
import { InterruptionListener } from "./interruption.ts";
import { readWhole } from "./numbers.ts";
import { ProgressLine } from "./progress-line.ts";
import { reproduceText } from "./reproduce-text.ts";
import { terminalJson } from "./terminal-text.ts";

interface ReproduceFlags {
  readonly signature: string | RegExp;
  readonly requests: number;
  readonly concurrency: readonly number[];
  readonly method?: string;
  readonly header: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeout: number;
  readonly compare?: string;
  readonly at?: number;
  readonly json: boolean;
}

export function addReproduceCommand(program: Command, console: Console, setExitCode: (code: number) => void): void {
  program
    .command("reproduce")
    .argument("<url>", "where the requests go")
    .description("send parallel requests and flag every response whose body has the signature")
    .option(
      "--signature <text>",
      "what to look for in the bodies; /.../i is a regular expression",
      readSignature,
      "cancel scope",
    )
    .option("--requests <n>", "requests at each level", (text) => readWhole("--requests", text, 1), 100)
    .addOption(
      new Option("--concurrency <n,...>", "levels, measured one after another")
        .argParser(readLevels)
        .default([10], "10"),
    )
    .option("--method <name>", "GET, or POST when there is a body")
    .addOption(
      new Option("--header <line>", 'a header, "name: value"; may be repeated')
        .argParser(addHeader)
        .default({}, "none"),
    )
    .option("--body <text>", "the request body")
    .option("--timeout <ms>", "how long one response may take", (text) => readWhole("--timeout", text, 1), 30_000)
    .option("--compare <file>", "the --json line of an earlier run, to be held against this one")
    .option("--at <n>", "the level at which the two are compared", (text) => readWhole("--at", text, 1))
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
  const { signature, requests, concurrency, method, header: headers, body, timeout: timeoutMs, json } = flags;
  const earlier = flags.compare === undefined ? undefined : await readEarlier(flags.compare);
  const level = earlier === undefined ? undefined : comparedLevel(flags, earlier);
  using interruption = new InterruptionListener();
  const line = new ProgressLine(stderr, !json);
  try {
    const result = await reproduce({
      url,
      signature,
      requests,
      concurrency,
      headers,
      timeoutMs,
      signal: interruption.signal,
      ...(method === undefined ? {} : { method }),
      ...(body === undefined ? {} : { body }),
      onProgress: (progress) =>
        line.show(`${progress.concurrency} at a time, ${progress.hits} hits:`, progress.done, progress.requests),
    });
    line.clear();
    const comparison =
      earlier === undefined || level === undefined ? null : compare(earlier, result, { concurrency: level });
    stdout.write(json ? terminalJson({ ...result, comparison }) : reproduceText(result, comparison));
    return exitCodeOf(result, comparison);
  } finally {
    line.clear();
  }
}

function exitCodeOf({ levels }: ReproduceResult, comparison: Comparison | null): number {
  if (comparison !== null) return comparison.verdict === "fixed" ? exitCodes.ok : exitCodes.verdict;
  return levels.every(({ hits }) => hits === 0) ? exitCodes.ok : exitCodes.verdict;
}

/**
 * The level must be known before anything is sent: one picked by its outcome would prove whatever one likes. All that
 * keeps the two runs from being compared is told here as well.
 */
function comparedLevel({ at, concurrency, signature }: ReproduceFlags, earlier: ReproduceResult): number {
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
  return level;
}

async function readEarlier(file: string): Promise<ReproduceResult> {
  try {
    const text = await readFile(file, "utf8");
    const value: unknown = JSON.parse(text.trim().split("\n").at(-1) ?? "");
    if (isResult(value)) return value;
  } catch (error) {
    throw new UsageError(`--compare ${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  throw new UsageError(`--compare ${file}: the last line is no result of holdfast reproduce --json`);
}

/** Whether a value has all that a comparison reads. */
function isResult(value: unknown): value is ReproduceResult {
  const { signature, levels } = fieldsOf(value);
  return typeof signature === "string" && Array.isArray(levels) && levels.every(isLevel);
}

function isLevel(level: unknown): boolean {
  const { concurrency, requests, answered, hits, interval } = fieldsOf(level);
  const { low, high } = fieldsOf(interval);
  return [concurrency, requests, answered, hits].every(Number.isSafeInteger) && [low, high].every(Number.isFinite);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function readLevels(text: string): readonly number[] {
  return text.split(",").map((each) => readWhole("--concurrency", each, 1));
}

function readSignature(text: string): string | RegExp {
  if (text === "")
    throw new UsageError("--signature is empty, and every body has that; give the odd word of the error");
  const [, source, flags] = /^\/(.+)\/([dimsuv]*)$/s.exec(text) ?? [];
  if (source === undefined) return text;
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new UsageError(`--signature ${text}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
