/**
 * An earlier run of `holdfast reproduce`, to be held against this one.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import type { ReproduceResult } from "@holdfast/reproduce";
import { UsageError } from "./console.ts";

/** Reads the last line of a file, which `--json` has written. */
export async function readEarlier(file: string): Promise<ReproduceResult> {
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
  const { signature, arrival = "closed", levels } = fieldsOf(value);
  return typeof signature === "string" && typeof arrival === "string" && Array.isArray(levels) && levels.every(isLevel);
}

function isLevel(level: unknown): boolean {
  const { concurrency, requests, answered, hits, interval } = fieldsOf(level);
  const { low, high } = fieldsOf(interval);
  const counts = [concurrency, requests, answered, hits];
  if (!counts.every(Number.isSafeInteger) || ![low, high].every(Number.isFinite)) return false;
  return Number(hits) >= 0 && Number(hits) <= Number(answered) && Number(answered) >= 1;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
