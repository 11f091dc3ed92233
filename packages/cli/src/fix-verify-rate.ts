/**
 * A reproduction by `holdfast reproduce` in each of two trees, and what both hit rates together say.
 *
 * @module
 */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ComparedRun, TreeCommand, VerifyReport } from "@holdfast/fixes";

/** What is sent. */
export interface RateOptions {
  readonly signature: string;
  readonly requests: number;
  readonly concurrency: number;
}

/** This program, reproducing. */
export function reproduceCommand(url: string, { signature, requests, concurrency }: RateOptions): readonly string[] {
  const bin = fileURLToPath(new URL(`./bin${extname(import.meta.url)}`, import.meta.url));
  const numbers = ["--requests", String(requests), "--concurrency", String(concurrency)];
  return [process.execPath, ...process.execArgv, bin, "reproduce", url, "--signature", signature, ...numbers, "--json"];
}

/**
 * Holds the rates of both trees against each other: no hit after is no proof by itself, where there were few before. The
 * verdict of the whole follows.
 */
export async function judgeByRate(
  report: VerifyReport,
  commands: readonly TreeCommand[],
  concurrency: number,
): Promise<VerifyReport> {
  const { trees } = report;
  if (trees === null || commands.every(({ argv }) => argv === undefined)) return report;
  const { compare } = await import("@holdfast/reproduce");
  const runs = trees.runs.map((run, at): ComparedRun => {
    if (commands[at]?.argv === undefined) return run;
    const [before, after] = [parsed(run.before.output), parsed(run.after.output)];
    if (before === null || after === null) return { ...run, result: "unknown" };
    const { verdict } = compare(before, after, { concurrency });
    const result = (
      { fixed: "gone", better: "seen", worse: "seen", "not-shown": "unknown", "never-seen": "unknown" } as const
    )[verdict];
    return { ...run, result: result === "unknown" && run.after.exitCode === 1 ? "seen" : result };
  });
  const isUnknown = runs.some(({ result }) => result === "unknown");
  const { verdict } = report;
  const changed = { ...report, trees: { ...trees, runs } };
  if (isUnknown && verdict === "verified") return { ...changed, verdict: "unknown", exitCode: 3 };
  return changed;
}

type Result = Parameters<(typeof import("@holdfast/reproduce"))["compare"]>[0];

function parsed(output: string): Result | null {
  try {
    const value = JSON.parse(output.split("\n").at(-1) ?? "") as Result;
    return Array.isArray(value.levels) ? value : null;
  } catch {
    return null;
  }
}
